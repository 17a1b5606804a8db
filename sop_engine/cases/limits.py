"""How far off an instant of a case may lie, and how long an id and a text may be. Each limit with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator

from sop_engine.timekeeping.instants import Instant

EARLIEST, LATEST = date(1900, 1, 1), date(2099, 12, 31)
"""Days that a case can mean; others are slips. Working time is laid out year by year, and the last rungs of a deadline
come long after it."""

WITHIN_REACH = f"from {EARLIEST} to {LATEST}"

MESSAGE_BYTES = 512 * 1024
"""Of what the engine sends through Temporal: a quarter of what the server takes, for each place counts differently."""

CASE_ID_BYTES = 500
"""Of a case's id in UTF-8. The server takes a thousand, and the ids of child cases begin with that of their parent."""

NAME_BYTES = 400
"""Of a name in the journal: of an event, a task, a clock, a person. What is longer was made up."""

NOTE_BYTES = 20_000
"""Of a step's note. The longest text of a person, a comment, has 5,000 characters of four bytes at most."""


def is_within_reach(at: datetime) -> bool:
    """Whether a case can mean the instant. One without a zone names none."""
    try:
        return at.tzinfo is not None and EARLIEST <= at.astimezone(UTC).date() <= LATEST
    except OverflowError:
        return False


def _reached(at: datetime) -> datetime:
    if not is_within_reach(at):
        raise ValueError(f"{at.isoformat()} lies too far off; allowed: {WITHIN_REACH}")
    return at


CaseInstant = Annotated[Instant, AfterValidator(_reached)]
"""An instant that a person gives."""


def is_case_id(text: str) -> bool:
    """Whether there can be a case of that id."""
    return 0 < len(text.encode("utf-8", "surrogatepass")) <= CASE_ID_BYTES


def cut(text: str, most: int) -> str:
    """The text, cut to so many bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
