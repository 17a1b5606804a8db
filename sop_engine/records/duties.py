"""The tables of recurring duties: what is in force, when it was paused, and each period that is planned or done.

A row of `duty_periods` is what makes a period come once: Temporal forgets the id of a closed case, the row does not.
The cases of a period are planned in one transaction and started in any number of rounds, each result in its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import JSON, Connection, Engine, Index, bindparam, delete, func, insert, select, update
from sqlmodel import Field

from sop_engine.basis.faults import Refused
from sop_engine.cases.duties.duty import Duty
from sop_engine.cases.duties.planning import Applied, Pause, PlannedCase
from sop_engine.records.cases import CaseRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up, rebuilt

FOUND = "the case was there already"
PLANNED, STARTED, SKIPPED = "planned", "started", "skipped"
PAGE = 500
"""Ids that one question names."""


class AppliedDutyRow(Row, table=True):
    """One duty in force, as it was written when somebody applied it."""

    __tablename__ = "applied_duties"
    keeping: ClassVar[Keeping] = backed_up("which duties are in force since when, and who applied them")

    duty: str = Field(primary_key=True)
    body: dict[str, Any] = Field(sa_type=JSON)
    hash: str
    since: datetime = Field(sa_type=UtcInstant)
    first_on: date | None
    applied_at: datetime = Field(sa_type=UtcInstant)
    applied_by: str


class DutyPauseRow(Row, table=True):
    """A stretch in which a duty started nothing."""

    __tablename__ = "duty_pauses"
    keeping: ClassVar[Keeping] = backed_up("which duties are paused, by whom and why")

    duty: str = Field(primary_key=True)
    paused_at: datetime = Field(sa_type=UtcInstant, primary_key=True)
    paused_by: str
    reason: str
    resumed_at: datetime | None = Field(sa_type=UtcInstant)
    resumed_by: str | None


class DutyPeriodRow(Row, table=True):
    """One period of a duty, for one of those whom it is done for."""

    __tablename__ = "duty_periods"
    keeping: ClassVar[Keeping] = rebuilt(
        "the cases that they started, by their ids, before a duty starts anything new; what was skipped is in backups"
    )
    __table_args__: ClassVar[tuple[Any, ...]] = (Index(None, "status", "start_at"),)

    duty: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    """Empty where the duty is done for nobody in particular."""
    sop: str
    case_id: str
    due_at: datetime | None = Field(sa_type=UtcInstant)
    start_at: datetime = Field(sa_type=UtcInstant)
    status: str
    """`planned`, `started` or `skipped`."""
    reason: str | None
    hash: str
    """Of the duty's text by which it was planned."""
    provisional: bool
    data: dict[str, Any] = Field(sa_type=JSON)
    """With which the case opens."""
    settled_at: datetime | None = Field(sa_type=UtcInstant)
    """When it was started or skipped."""


class Figures(NamedTuple):
    """What became of the periods of one duty."""

    started: int
    skipped: int
    late: int
    last_period: str | None


class Settled(NamedTuple):
    """What became of one planned case; a reason where it is skipped, or was there before."""

    case: DutyPeriodRow
    status: str
    reason: str | None = None


_DUTY, _PAUSE, _PERIOD = AppliedDutyRow.table(), DutyPauseRow.table(), DutyPeriodRow.table()


class DutyRepository:
    """What duties are in force, and which periods have a row."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def applied(self) -> dict[str, Applied]:
        """Each duty in force by name, with all its pauses."""
        with self._engine.connect() as connection:
            return _applied(connection)

    def known(self, duty: str) -> frozenset[str]:
        """The periods that have a row."""
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(select(_PERIOD.c.period).where(_PERIOD.c.duty == duty).distinct()))

    def plan(self, cases: Iterable[PlannedCase], now: datetime) -> int:
        """Gives each its row in one transaction; one that has a row keeps it. Answers how many are to be started.

        Of records that were put back or made again, the rows of cases that are there say so: nothing starts twice.
        """
        rows = {(case.duty, case.period, case.subject): _row(case, now) for case in cases}
        if not rows:
            return 0
        with writing(self._engine) as connection:
            there = _there(connection, [row["case_id"] for row in rows.values()])
            for row in rows.values():
                if row["case_id"] in there:
                    row |= {"status": STARTED, "reason": FOUND, "settled_at": now}
            connection.execute(insert_into(_PERIOD, connection.dialect).on_conflict_do_nothing(), list(rows.values()))
        return sum(row["status"] == PLANNED for row in rows.values())

    def due(self, now: datetime, sops: Sequence[str], most: int) -> tuple[list[DutyPeriodRow], int]:
        """What is planned by now of these SOPs and not paused, the earliest first; and how many more there are."""
        chosen = (_PERIOD.c.status == PLANNED) & (_PERIOD.c.start_at <= now) & _PERIOD.c.duty.not_in(_paused())
        chosen &= _PERIOD.c.sop.in_(sops)
        first = select(_PERIOD).where(chosen).order_by(_PERIOD.c.start_at, _PERIOD.c.duty, _PERIOD.c.subject)
        with self._engine.connect() as connection:
            rows = [DutyPeriodRow(**row) for row in connection.execute(first.limit(most)).mappings()]
            total = connection.scalar(select(func.count()).select_from(_PERIOD).where(chosen)) or 0
        return rows, total - len(rows)

    def there(self, case_ids: Sequence[str]) -> frozenset[str]:
        """Those that are cases."""
        with self._engine.connect() as connection:
            return _there(connection, case_ids)

    def settle(self, results: Sequence[Settled], now: datetime) -> None:
        """Writes what became of planned cases; a row that something else became of meanwhile stays."""
        this = _is(bindparam("of_duty"), bindparam("of_period"), bindparam("of_subject")) & (
            _PERIOD.c.status == PLANNED
        )
        became: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("status", "reason")}
        rows = [
            {
                **{"of_duty": case.duty, "of_period": case.period, "of_subject": case.subject},
                **{"new_status": status, "new_reason": reason or case.reason},
            }
            for case, status, reason in results
        ]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(update(_PERIOD).where(this).values(**became, settled_at=now), rows)

    def next_planned(self, after: datetime) -> datetime | None:
        """The earliest start after an instant of what is planned and not paused."""
        chosen = (_PERIOD.c.status == PLANNED) & (_PERIOD.c.start_at > after) & _PERIOD.c.duty.not_in(_paused())
        with self._engine.connect() as connection:
            # Read as a row: an aggregate would lose the column's type.
            found = connection.scalar(select(_PERIOD.c.start_at).where(chosen).order_by(_PERIOD.c.start_at).limit(1))
        at: datetime | None = found
        return at

    def figures(self, now: datetime) -> dict[str, Figures]:
        """Of each duty that has rows."""
        counts: dict[str, dict[str, int]] = {}
        is_late = (_PERIOD.c.status == PLANNED) & (_PERIOD.c.start_at <= now)
        by_status = select(_PERIOD.c.duty, _PERIOD.c.status, func.count()).group_by(_PERIOD.c.duty, _PERIOD.c.status)
        late = select(_PERIOD.c.duty, func.count()).where(is_late).group_by(_PERIOD.c.duty)
        lasts = (
            select(_PERIOD.c.duty, _PERIOD.c.period)
            .where(_PERIOD.c.status == STARTED)
            .group_by(_PERIOD.c.duty, _PERIOD.c.period)
            .order_by(func.max(_PERIOD.c.due_at), _PERIOD.c.period)
        )
        with self._engine.connect() as connection:
            for duty, status, count in connection.execute(by_status):
                counts.setdefault(duty, {})[status] = count
            for duty, count in connection.execute(late):
                counts[duty]["late"] = count
            last = {row.duty: row.period for row in connection.execute(lasts)}
        return {
            duty: Figures(found.get(STARTED, 0), found.get(SKIPPED, 0), found.get("late", 0), last.get(duty))
            for duty, found in counts.items()
        }

    # -- acts of people ------------------------------------------------------------------------------------------------

    def apply(self, wanted: Mapping[str, Applied], actor: str, now: datetime) -> None:
        """Puts these in force and nothing else. What a removed duty had planned is skipped."""
        with writing(self._engine) as connection:
            present = _applied(connection)
            for name in present.keys() - wanted.keys():
                planned = (_PERIOD.c.duty == name) & (_PERIOD.c.status == PLANNED)
                told = {"status": SKIPPED, "reason": f"the duty was removed by {actor}", "settled_at": now}
                connection.execute(update(_PERIOD).where(planned).values(**told))
                connection.execute(delete(_DUTY).where(_DUTY.c.duty == name))
            for name, applied in wanted.items():
                if name in present and present[name].duty == applied.duty:
                    continue
                connection.execute(delete(_DUTY).where(_DUTY.c.duty == name))
                connection.execute(
                    insert(_DUTY).values(
                        duty=name,
                        body=applied.duty.written(),
                        hash=applied.duty.hash,
                        since=applied.since,
                        first_on=applied.first_on,
                        applied_at=now,
                        applied_by=actor,
                    )
                )

    def pause(self, duty: str, actor: str, reason: str, now: datetime) -> None:
        """Raises Refused for a duty that is paused already."""
        with writing(self._engine) as connection:
            standing = _applied(connection)[duty].paused
            if standing is not None:
                raise Refused(f"{duty} is {standing.told()}")
            connection.execute(
                insert(_PAUSE).values(duty=duty, paused_at=now, paused_by=actor, reason=reason, resumed_at=None)
            )

    def resume(self, duty: str, actor: str, now: datetime) -> Pause:
        """Ends the pause and answers what it was. Raises Refused for a duty that is not paused."""
        with writing(self._engine) as connection:
            standing = _applied(connection)[duty].paused
            if standing is None:
                raise Refused(f"{duty} is not paused")
            lasting = (_PAUSE.c.duty == duty) & _PAUSE.c.resumed_at.is_(None)
            connection.execute(update(_PAUSE).where(lasting).values(resumed_at=now, resumed_by=actor))
        return standing

    def run(self, cases: Sequence[PlannedCase], now: datetime) -> None:
        """Plans cases by hand, in place of what was skipped. Raises Refused where one has a row otherwise."""
        with writing(self._engine) as connection:
            there = _there(connection, [case.case_id for case in cases])
            for case in cases:
                this = _is(case.duty, case.period, case.subject)
                status = connection.scalar(select(_PERIOD.c.status).where(this))
                if status == PLANNED:
                    raise Refused(f"{case.case_id} is planned already and starts by itself")
                if status == STARTED or case.case_id in there:
                    raise Refused(f"{case.period} of {case.duty} is there: the case is {case.case_id}")
            for case in cases:
                connection.execute(delete(_PERIOD).where(_is(case.duty, case.period, case.subject)))
                connection.execute(insert(_PERIOD).values(**_row(case, now)))


def _applied(connection: Connection) -> dict[str, Applied]:
    pauses: dict[str, list[Pause]] = {}
    for row in connection.execute(select(_PAUSE).order_by(_PAUSE.c.paused_at)):
        pauses.setdefault(row.duty, []).append(Pause(row.paused_by, row.reason, row.paused_at, row.resumed_at))
    return {
        row.duty: Applied(
            row.duty, Duty.model_validate(row.body), row.since, row.first_on, tuple(pauses.get(row.duty, ()))
        )
        for row in connection.execute(select(_DUTY).order_by(_DUTY.c.duty))
    }


def _paused() -> Any:
    return select(_PAUSE.c.duty).where(_PAUSE.c.resumed_at.is_(None))


def _is(duty: Any, period: Any, subject: Any) -> Any:
    return (_PERIOD.c.duty == duty) & (_PERIOD.c.period == period) & (_PERIOD.c.subject == subject)


def _there(connection: Connection, case_ids: Sequence[str]) -> frozenset[str]:
    case = CaseRow.table()
    pages = (case_ids[start : start + PAGE] for start in range(0, len(case_ids), PAGE))
    return frozenset(_found(connection, case, pages))


def _found(connection: Connection, case: Any, pages: Iterable[Sequence[str]]) -> Iterator[str]:
    for page in pages:
        yield from connection.scalars(select(case.c.case_id).where(case.c.case_id.in_(page)))


def _row(case: PlannedCase, now: datetime) -> dict[str, Any]:
    is_skipped = case.reason is not None
    return {**case._asdict(), "status": SKIPPED if is_skipped else PLANNED, "settled_at": now if is_skipped else None}
