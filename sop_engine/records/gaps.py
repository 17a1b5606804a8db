"""Holes in journals: a case that goes on from a step which the records lack knows more than they do.

A repair fills them from histories; where those are gone too, somebody adopts the records as they are, holes included.
"""

from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Engine, func, select

from sop_engine.records.cases import StepRow
from sop_engine.records.identity import RecordsChangeRow

PATIENCE = timedelta(minutes=2)
"""A write that the records refused comes later by another way; one that has not come by then is lost."""
REMEMBERED = 1_000
ADOPTED_AT = select(func.max(RecordsChangeRow.table().c.changed_at)).where(
    RecordsChangeRow.table().c.change == "adopted"
)


class Gap(NamedTuple):
    case_id: str
    first_run_id: str
    step: int
    """The step whose predecessor is missing."""


class Gaps:
    """Holes that writes ran into, until they are filled or adopted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: dict[Gap, datetime] = {}
        self._lock = Lock()

    def add(self, gap: Gap, now: datetime) -> None:
        with self._lock:
            if len(self._seen) < REMEMBERED:
                self._seen.setdefault(gap, now)

    def lasting(self, now: datetime) -> list[Gap]:
        """The holes that nothing has filled in time; those that are filled or were adopted are forgotten."""
        with self._lock:
            old = [(gap, since) for gap, since in self._seen.items() if now - since >= PATIENCE]
        if not old:
            return []
        step = StepRow.table()
        found = []
        with self._engine.connect() as connection:
            adopted_at = connection.scalar(ADOPTED_AT)
            for gap, since in old:
                before = select(func.count()).where(
                    step.c.case_id == gap.case_id,
                    step.c.first_run_id == gap.first_run_id,
                    step.c.step == gap.step - 1,
                    ~step.c.superseded,
                )
                is_adopted = adopted_at is not None and since <= adopted_at
                if is_adopted or connection.scalar(before):
                    with self._lock:
                        self._seen.pop(gap, None)
                else:
                    found.append(gap)
        return found
