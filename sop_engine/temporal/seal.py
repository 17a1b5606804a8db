"""The seal by which a worker asks a case for more than anybody may see: only who has the workers' key can make one.

It is an argument of the query, for a query leaves no trace in any history. One that somebody caught on its way is of no
use a minute later, or for another case.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

LASTS = 60
"""Seconds."""


def moment() -> datetime:
    """The present instant, by which seals are judged: queries are in no history, and a case stands still in between."""
    return datetime.now(UTC)


class Seal:
    """Makes seals and judges them by one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, case_id: str, now: datetime) -> str:
        """A seal for the queries of one case."""
        until = int(now.timestamp()) + LASTS
        return f"{until}.{self._mac(case_id, until)}"

    def is_broken(self, seal: str, case_id: str, now: datetime) -> bool:
        """Whether it is none of ours, for another case, or too old."""
        until, _, mac = seal.partition(".")
        if not until.isascii() or not until.isdigit() or len(until) > 12 or int(until) < now.timestamp():
            return True
        return not hmac.compare_digest(mac.encode(), self._mac(case_id, int(until)).encode())

    def _mac(self, case_id: str, until: int) -> str:
        return hmac.new(self._key, f"{until} {case_id}".encode(), "sha256").hexdigest()
