"""The errands that a repair found missing, in a file of their own until all are known: years of them fit no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure

from sop_engine.temporal.histories import CarriedOut
from sop_engine.temporal.living import Errand

TABLE = """
CREATE TABLE missing (
    key TEXT PRIMARY KEY, ended_at TEXT, place INTEGER, kind TEXT, activity TEXT, case_id TEXT,
    input BLOB, result BLOB, failure BLOB
)
"""
ADD = """
INSERT INTO missing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET ended_at = excluded.ended_at, place = excluded.place, input = excluded.input,
    result = excluded.result, failure = excluded.failure
WHERE excluded.ended_at < missing.ended_at
"""


class MissingErrands:
    """Keeps each errand once, as it first ended."""

    def __init__(self) -> None:
        # No name: SQLite keeps it in a temporary file that goes with the connection.
        self._spool = sqlite3.connect("")
        self._spool.execute(TABLE)

    def __len__(self) -> int:
        count: int = self._spool.execute("SELECT count(*) FROM missing").fetchone()[0]
        return count

    def add(self, errand: Errand) -> None:
        done = errand.recorded
        self._spool.execute(
            ADD,
            (
                errand.key,
                done.ended_at.astimezone(UTC).isoformat(timespec="microseconds"),
                done.place,
                errand.kind,
                errand.activity,
                errand.case_id,
                done.input.SerializeToString(),
                _bytes(done.result),
                _bytes(done.failure),
            ),
        )

    def in_order(self) -> Iterator[Errand]:
        """In the order in which they ended."""
        rows = self._spool.execute("SELECT * FROM missing ORDER BY ended_at, case_id, place")
        for key, ended_at, place, kind, activity, case_id, given, result, failure in rows:
            recorded = CarriedOut(
                case_id=case_id,
                activity=activity,
                input=Payload.FromString(given),
                result=None if result is None else Payload.FromString(result),
                failure=None if failure is None else Failure.FromString(failure),
                ended_at=datetime.fromisoformat(ended_at),
                place=place,
            )
            yield Errand(kind, activity, case_id, key, recorded)

    def close(self) -> None:
        self._spool.close()


def _bytes(message: Any) -> bytes | None:
    return None if message is None else message.SerializeToString()
