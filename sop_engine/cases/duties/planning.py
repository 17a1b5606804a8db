"""Which cases a duty owes by now: nothing is remembered but what is done, so that whatever moves is found again.

There is no mark of how far anybody has looked. A notice may move a day to before such a mark, and its period would be
lost; so each period since the duty was applied is looked at, and what has no row is due.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from sop_engine.cases.contracts.duties import ComingDuty, DutyDifference
from sop_engine.cases.contracts.limits import is_case_id
from sop_engine.cases.duties.duty import Duty, Subject, Subjects, case_id_of
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.timekeeping.calendar_periods import CalendarPeriod, Cycle
from sop_engine.timekeeping.recurrence import Due

SUBJECT_IDS = "letters, digits, - and _"
SHOWN = 3
"""How many of the coming days a difference shows."""

_SUBJECT_ID = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_NOBODY: tuple[Subject | None, ...] = (None,)


class Pause(NamedTuple):
    """A stretch in which a duty starts nothing."""

    by: str
    reason: str
    since: datetime
    until: datetime | None
    """None while it lasts."""

    def told(self) -> str:
        return f"paused by {self.by}: {self.reason}"


class Applied(NamedTuple):
    """A duty in force."""

    id: str
    duty: Duty
    since: datetime
    """Nothing that was due before is owed."""
    first_on: date | None = None
    """Periods that began earlier are not whole, and none of it: it came once in other periods then."""
    pauses: tuple[Pause, ...] = ()

    @property
    def paused(self) -> Pause | None:
        return next((pause for pause in self.pauses if pause.until is None), None)

    def pause_at(self, at: datetime) -> Pause | None:
        """The pause that an instant fell into."""
        return next(
            (each for each in self.pauses if each.since <= at and (each.until is None or at < each.until)), None
        )

    def counts(self, period: CalendarPeriod) -> bool:
        """Whether it is owed at all."""
        return self.first_on is None or period.first >= self.first_on


class PlannedCase(NamedTuple):
    """One case that is owed, or that is not started and why."""

    duty: str
    period: str
    subject: str
    """Empty where the duty is done for nobody in particular."""
    sop: str
    case_id: str
    due_at: datetime | None
    start_at: datetime
    reason: str | None
    """Why it is skipped; none of what is to be started."""
    hash: str
    provisional: bool
    data: dict[str, Any]


def owed(
    applied: Applied, cycle: Cycle, known: Collection[str], now: datetime, subjects: Subjects | None
) -> Iterator[PlannedCase]:
    """Each case of each period that is due by now and has no row: to be started, or skipped for a reason."""
    today = cycle.calendar.local_date(now)
    for period in applied.duty.periods(cycle, applied.since, now):
        # What has a row is passed over before its day is counted: of years of working days few are asked for.
        if period.key in known or not applied.counts(period):
            continue
        due = applied.duty.due(cycle, period)
        if due.at is None:
            if due.period.last < today:
                yield _one(applied, due, now, reason=f"the period has no {applied.duty.on} on which anybody works")
        elif applied.since <= due.at <= now:
            why = _missed(applied, cycle, due.at, today)
            if why is not None:
                yield _one(applied, due, now, reason=why)
            else:
                yield from cases_of(applied, cycle, due, now, subjects)


def cases_of(
    applied: Applied, cycle: Cycle, due: Due, now: datetime, subjects: Subjects | None, only: str | None = None
) -> Iterator[PlannedCase]:
    """The cases of one period, spread from now on: what comes late is no burst either."""
    duty = applied.duty
    for_whom: Sequence[Subject | None] = _NOBODY
    if duty.for_each is not None:
        if subjects is None:
            yield _one(applied, due, now, reason="there are no registers")
            return
        wanted = subjects.subjects(duty.for_each.register_, duty.for_each.where)
        chosen = sorted((each for each in wanted if only in (None, each.id)), key=lambda each: each.id)
        for_whom = chosen
        if not chosen:
            nobody = f"{only} is not in the register, or not among them" if only else "nobody fits the condition"
            yield _one(applied, due, now, reason=nobody)
            return
    for index, subject in enumerate(for_whom):
        start_at = now + duty.spread_over * index / len(for_whom)
        yield _one(applied, due, start_at, subject=subject, cycle=cycle)


def _missed(applied: Applied, cycle: Cycle, due_at: datetime, today: date) -> str | None:
    """Why a period is not made up for; none where it is."""
    if applied.duty.missed == "start":
        return None
    pause = applied.pause_at(due_at)
    if pause is not None:
        return pause.told()
    day = cycle.calendar.local_date(due_at)
    return f"missed: nothing ran on {day}" if day < today else None


def _one(
    applied: Applied,
    due: Due,
    start_at: datetime,
    *,
    subject: Subject | None = None,
    cycle: Cycle | None = None,
    reason: str | None = None,
) -> PlannedCase:
    """One row; with a cycle, its data is computed, and what hinders it is the reason."""
    name = subject.id if subject is not None else ""
    case_id, data = case_id_of(applied.id, due.period.key, name), dict[str, Any]()
    if name and _SUBJECT_ID.fullmatch(name) is None:
        reason = f"the id {name!r} cannot be part of a case's id (allowed: {SUBJECT_IDS})"
    elif subject is not None and subject.trouble:
        reason = subject.trouble
    elif not is_case_id(case_id):
        reason = f"the id {case_id} is too long for a case"
    elif cycle is not None and reason is None:
        try:
            data = applied.duty.data(cycle, due, subject)
        except ExpressionError as error:
            reason = str(error)
    return PlannedCase(
        duty=applied.id,
        period=due.period.key,
        subject=name,
        sop=applied.duty.sop,
        case_id=case_id,
        due_at=due.at,
        start_at=start_at,
        reason=reason,
        hash=applied.duty.hash,
        provisional=bool(due.reasons),
        data=data,
    )


def coming(applied: Applied, cycle: Cycle, after: datetime) -> Iterator[ComingDuty]:
    """What will be due after an instant, in order."""
    for due in applied.duty.following(cycle, max(after, applied.since - timedelta(microseconds=1))):
        if due.at is not None and applied.counts(due.period):
            yield ComingDuty(
                duty=applied.id,
                title=applied.duty.title.model_dump(),
                period=due.period.key,
                at=due.at,
                provisional=bool(due.reasons),
            )


def taken_over(before: Applied | None, duty: Duty, name: str, cycle: Cycle, since: datetime, now: datetime) -> Applied:
    """A duty as it is once it is applied. What is known already keeps its `since`, so that no period is lost.

    With other periods it begins anew with the first whole one.
    """
    if before is None:
        return Applied(name, duty, since)
    if (before.duty.every, before.duty.first) == (duty.every, duty.first):
        return before._replace(duty=duty)
    return before._replace(duty=duty, since=now, first_on=cycle.calendar.local_date(now))


def difference(
    before: tuple[Applied, Cycle | None] | None,
    after: tuple[Applied, Cycle] | None,
    known: Collection[str],
    now: datetime,
    subjects: Subjects | None,
) -> DutyDifference | None:
    """How a duty would change; none where nothing does. A cycle is none where its calendar is not there any more."""
    old, new = (each[0].duty.written() if each is not None else {} for each in (before, after))
    if old == new:
        return None
    at_once: list[str] = []
    if after is not None:
        found = owed(*after, known, now, subjects)
        at_once = list(dict.fromkeys(_shown(each, after[1]) for each in found if each.reason is None))
    change = "removed" if after is None else "added" if before is None else "changed"
    either = after or before
    assert either is not None
    return DutyDifference(
        duty=either[0].id,
        change=change,
        what=tuple(_said_otherwise(old, new)) if change == "changed" else (),
        before=tuple(islice(coming(before[0], before[1], now), SHOWN)) if before and before[1] else (),
        after=tuple(islice(coming(*after, now), SHOWN)) if after is not None else (),
        at_once=tuple(at_once),
    )


def _shown(case: PlannedCase, cycle: Cycle) -> str:
    day = f" (due {cycle.calendar.local_date(case.due_at):%a %Y-%m-%d})" if case.due_at is not None else ""
    return f"{case.period}{day}"


def _said_otherwise(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield f"{name}: {_plain(old.get(name))} → {_plain(new.get(name))}"


def _plain(value: Any) -> str:
    return "nothing" if value is None else str(value)
