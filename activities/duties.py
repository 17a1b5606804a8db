"""Recurring duties, carried out: a round that plans and starts what is due, the acts of people, and what is asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.access import reads
from activities.failures import refusals
from sop_engine.basis.faults import Fault, InvalidInput, NotFound, NotPermitted, Refused
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.duties import (
    CHUNK,
    ApplyDuties,
    ComingDuty,
    DutyDifference,
    DutyDifferenceInput,
    DutyDifferences,
    DutyDone,
    DutyLine,
    DutyList,
    DutyRound,
    DutyRoundInput,
    ListDutiesInput,
    PauseDuty,
    ResumeDuty,
    RunDuty,
)
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.duties.card import COMING
from sop_engine.cases.duties.duty import Duty, Subjects
from sop_engine.cases.duties.planning import Applied, cases_of, coming, difference, owed, taken_over
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.told.opening import read_opening
from sop_engine.cases.told.permissions import holds_or_supervises
from sop_engine.content.checking import check_duties
from sop_engine.content.library import Library
from sop_engine.records.duties import (
    FOUND,
    SKIPPED,
    STARTED,
    DutyPeriodRow,
    DutyRepository,
    Settled,
)
from sop_engine.temporal.queues import (
    APPLY_DUTIES,
    COMPARE_DUTIES,
    DUTY_ROUND,
    LIST_DUTIES,
    PAUSE_DUTY,
    RESUME_DUTY,
    RUN_DUTY,
)
from sop_engine.temporal.staff import posted
from sop_engine.temporal.starting import start_case
from sop_engine.temporal.writes import writes
from sop_engine.timekeeping.calendar_periods import EXAMPLES, Cycle

TOGETHER = 10
"""Cases that are started at a time; what became of them is written then."""
PAUSE = 1.0
"""Seconds before the next so many: slower than cases open, so that nobody else waits, also for what an outage left."""
PLANNED_EVERY = timedelta(seconds=30)
"""Between two rounds for what a duty spreads, so that two thousand cases are not two thousand rounds."""


class DutyActivities:
    """Starts cases by the worker's own client, as everybody does who opens one; no person opens them."""

    def __init__(self, engine: Engine, library: Library, task_queue: str, subjects: Subjects | None = None) -> None:
        self._duties = DutyRepository(engine)
        self._library = library
        self._queue = task_queue
        self._subjects = subjects

    @activity.defn(name=DUTY_ROUND)
    @writes("duty")
    async def duty_round(self, given: DutyRoundInput) -> DutyRound:
        """Plans what is due by an instant, starts what is planned by then, and says when there is something again."""
        now = given.now
        applied = await asyncio.to_thread(self._duties.applied)
        running = {name: each for name, each in applied.items() if each.paused is None}
        cycles, troubles = self._cycles(running)
        planned = await asyncio.to_thread(self._plan, running, cycles, now)
        started, skipped, left = await self._start(now)
        next_planned = await asyncio.to_thread(self._duties.next_planned, now)
        ahead = tuple(islice(self._coming(running, cycles, now), COMING))
        instants = [(each.at, f"{each.duty} {each.period}") for each in ahead[:1]]
        instants += [(max(next_planned, now + PLANNED_EVERY), "what is planned")] if next_planned is not None else []
        next_at, next_is = (now, "the rest") if left else min(instants, default=(None, ""))
        return DutyRound(
            planned=planned,
            started=started,
            skipped=skipped,
            left=left,
            next_at=next_at,
            next_is=next_is,
            coming=ahead,
            paused={name: each.paused.told() for name, each in applied.items() if each.paused is not None},
            troubles=troubles,
        )

    def _plan(self, running: Mapping[str, Applied], cycles: Mapping[str, Cycle], now: datetime) -> int:
        return sum(
            self._duties.plan(owed(running[name], cycle, self._duties.known(name), now, self._subjects), now)
            for name, cycle in cycles.items()
        )

    async def _start(self, now: datetime) -> tuple[int, int, int]:
        """How many were started, skipped, and left for the next round."""
        rows, left = await asyncio.to_thread(self._duties.due, now, tuple(self._library.sops), CHUNK)
        there = await asyncio.to_thread(self._duties.there, [row.case_id for row in rows])
        started = 0
        for first in range(0, len(rows), TOGETHER):
            await asyncio.sleep(PAUSE if first else 0)
            chunk = rows[first : first + TOGETHER]
            results = await asyncio.gather(*(self._start_one(row, is_there=row.case_id in there) for row in chunk))
            await asyncio.to_thread(self._duties.settle, results, now)
            started += sum(result.status == STARTED for result in results)
        return started, len(rows) - started, left

    async def _start_one(self, row: DutyPeriodRow, *, is_there: bool) -> Settled:
        if is_there:
            return Settled(row, STARTED, FOUND)
        definition = self._library.sops[row.sop].definition
        try:
            read_opening(definition.exact(), row.data)
        except InvalidInput as error:
            activity.logger.warning("%s is not started: %s", row.case_id, error.text())
            return Settled(row, SKIPPED, error.text())
        opening = OpenCaseInput(data=row.data)
        try:
            title = definition.title.both()
            await start_case(activity.client(), self._queue, row.sop, row.case_id, opening, title)
        except WorkflowAlreadyStartedError:
            return Settled(row, STARTED, FOUND)
        return Settled(row, STARTED)

    def _cycles(self, applied: Mapping[str, Applied]) -> tuple[dict[str, Cycle], tuple[str, ...]]:
        """Of each duty its periods; and the duties that cannot be counted. These are owed until they can be."""
        cycles: dict[str, Cycle] = {}
        troubles: list[str] = []
        for name, each in applied.items():
            duty = each.duty
            if duty.calendar not in self._library.calendars:
                troubles.append(f"{name}: there is no calendar {duty.calendar} any more")
            elif duty.sop not in self._library.sops:
                troubles.append(f"{name}: there is no SOP {duty.sop} any more")
            elif duty.for_each is not None and duty.for_each.register_ not in self._library.registers:
                troubles.append(f"{name}: there is no register {duty.for_each.register_} any more")
            else:
                cycles[name] = self._cycle(duty)
        return cycles, tuple(troubles)

    def _cycle(self, duty: Duty) -> Cycle:
        return duty.cycle(self._library.calendars[duty.calendar], self._library.festivals.get(duty.calendar, ()))

    def _coming(
        self, applied: Mapping[str, Applied], cycles: Mapping[str, Cycle], after: datetime
    ) -> Iterator[ComingDuty]:
        return merge(*(coming(applied[name], cycle, after) for name, cycle in cycles.items()), key=lambda each: each.at)

    # -- acts of people ------------------------------------------------------------------------------------------------

    @activity.defn(name=APPLY_DUTIES)
    @writes("order")
    def apply_duties(self, asked: ApplyDuties) -> DutyDone:
        """Puts the worker's `schedules.yaml` in force, where it still says what was shown."""
        with refusals():
            given = asked.given
            if not person_of(self._library.organization, given.actor).administrator:
                raise NotPermitted(f"{given.actor} is no administrator")
            self._refuse_faults()
            applied = self._duties.applied()
            if given.content != self._content(applied):
                raise Refused("the duties, or the worker's file, are not what was shown: look at the difference again")
            since = given.since or asked.now
            self._duties.apply(self._wanted(applied, since, asked.now), given.actor, asked.now)
        return DutyDone(message=f"{len(self._library.schedules.duties)} duties are in force")

    @activity.defn(name=PAUSE_DUTY)
    @writes("order")
    def pause_duty(self, asked: PauseDuty) -> DutyDone:
        """Keeps a duty from starting anything."""
        given = asked.given
        with refusals():
            self._permitted(given.duty, given.actor)
            self._duties.pause(given.duty, given.actor, given.reason, asked.now)
        return DutyDone(message=f"{given.duty} is paused")

    @activity.defn(name=RESUME_DUTY)
    @writes("order")
    def resume_duty(self, asked: ResumeDuty) -> DutyDone:
        """Lets a duty go on; the next round makes up for what it missed, or records that it is skipped."""
        given = asked.given
        with refusals():
            applied = self._permitted(given.duty, given.actor)
            standing = self._duties.resume(given.duty, given.actor, asked.now)
        missed = "started now" if applied.duty.missed == "start" else "skipped"
        since = f"{standing.since:%Y-%m-%d %H:%M} UTC"
        return DutyDone(message=f"{given.duty} goes on; what came since {since} is {missed}")

    @activity.defn(name=RUN_DUTY)
    @writes("order")
    def run_duty(self, asked: RunDuty) -> DutyDone:
        """Plans one period by hand, through the same row as every other."""
        given = asked.given
        with refusals():
            applied = self._permitted(given.duty, given.actor)
            cycle = self._cycles({given.duty: applied})[0].get(given.duty)
            if cycle is None:
                raise Refused(f"{given.duty} cannot be counted: its calendar or its SOP is not there any more")
            period = cycle.by_key(given.period)
            if period is None:
                fault = Fault("period", f"{given.period!r} is none of every {applied.duty.every}", EXAMPLES)
                raise InvalidInput(f"{given.duty} has no such period", [fault])
            if given.subject is not None and applied.duty.for_each is None:
                fault = Fault("subject", f"{given.duty} is done for nobody in particular", "none")
                raise InvalidInput(f"{given.duty} has no subjects", [fault])
            due = applied.duty.due(cycle, period)
            cases = list(cases_of(applied, cycle, due, asked.now, self._subjects, given.subject))
            reasons = [case.reason for case in cases if case.reason is not None]
            if reasons:
                raise Refused("; ".join(reasons))
            self._duties.run(cases, asked.now)
        ids = tuple(case.case_id for case in cases)
        return DutyDone(message=f"{given.period} of {given.duty} is started: {_told(ids)}", cases=ids[:COMING])

    def _permitted(self, name: str, actor: str) -> Applied:
        """The duty, if it is in force and the person is of the owner's role of its procedure, or above."""
        person_of(self._library.organization, actor)
        applied = self._duties.applied()
        if name not in applied:
            known = tuple(applied) or ("none: `sop schedule apply` puts them in force",)
            raise NotFound(f"no duty {name!r} is in force{suggestion(name, applied)}", allowed=known)
        sop = self._library.sops.get(applied[name].duty.sop)
        organization = posted(self._library.organization)
        owner = sop.definition.owner if sop is not None else ""
        if not holds_or_supervises(organization, actor, owner):
            allowed = (owner, *organization.superiors(owner))
            raise NotPermitted(f"{actor} may not decide on {name}: it is a duty of {owner}", allowed=allowed)
        return applied[name]

    # -- what is asked -------------------------------------------------------------------------------------------------

    @reads
    @activity.defn(name=LIST_DUTIES)
    def list_duties(self, _: ListDutiesInput) -> DutyList:
        """Every duty in force or in the file, with what became of its periods."""
        now = activity.info().current_attempt_scheduled_time
        applied, written = self._duties.applied(), self._library.schedules.duties
        figures = self._duties.figures(now)
        cycles, troubles = self._cycles(applied)
        lines = []
        for name in sorted(applied.keys() | written.keys()):
            each = applied.get(name)
            duty = each.duty if each is not None else written[name]
            line = DutyLine(duty=name, title=duty.title.model_dump(), sop=duty.sop, status=_status(each, written, name))
            if name in figures:
                line = line.model_copy(update=figures[name]._asdict())
            if each is not None:
                found = next(coming(each, cycles[name], now), None) if name in cycles else None
                trouble = next((told for told in troubles if told.startswith(f"{name}: ")), "")
                more = {"since": each.since, "note": each.paused.told() if each.paused is not None else trouble}
                if found is not None and each.paused is None:
                    day = cycles[name].calendar.local_date(found.at)
                    more |= {"next_at": found.at, "next_on": day, "provisional": found.provisional}
                line = line.model_copy(update=more)
            lines.append(line)
        return DutyList(duties=tuple(lines))

    @reads
    @activity.defn(name=COMPARE_DUTIES)
    def compare_duties(self, given: DutyDifferenceInput) -> DutyDifferences:
        """How the worker's `schedules.yaml` differs from what is in force, and what applying it would start."""
        with refusals():
            self._refuse_faults()
        now = activity.info().current_attempt_scheduled_time
        applied = self._duties.applied()
        found = self._differences(applied, given.since or now, now)
        return DutyDifferences(differences=tuple(found), content=self._content(applied))

    def _differences(self, applied: Mapping[str, Applied], since: datetime, now: datetime) -> Iterator[DutyDifference]:
        wanted = self._wanted(applied, since, now)
        cycles, _ = self._cycles(applied)
        for name in sorted(applied.keys() | wanted.keys()):
            before = (applied[name], cycles.get(name)) if name in applied else None
            after = (wanted[name], self._cycle(wanted[name].duty)) if name in wanted else None
            found = difference(before, after, self._duties.known(name), now, self._subjects)
            if found is not None:
                yield found

    def _wanted(self, applied: Mapping[str, Applied], since: datetime, now: datetime) -> dict[str, Applied]:
        return {
            name: taken_over(applied.get(name), duty, name, self._cycle(duty), since, now)
            for name, duty in self._library.schedules.duties.items()
        }

    def _content(self, applied: Mapping[str, Applied]) -> str:
        """What tells one difference from another: both sides of it."""
        sides: Sequence[Mapping[str, Duty]] = (
            {name: each.duty for name, each in applied.items()},
            self._library.schedules.duties,
        )
        told = [f"{side} {name} {duties[name].hash}" for side, duties in enumerate(sides) for name in sorted(duties)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def _refuse_faults(self) -> None:
        faults = check_duties(self._library)
        if faults:
            placed = [Fault(f"{fault.file}:{fault.line}", f"{fault.path}: {fault.message}") for fault in faults]
            raise InvalidInput(f"{len(faults)} faults in the duties", placed)


def _status(applied: Applied | None, written: Mapping[str, Duty], name: str) -> str:
    if applied is None:
        return "new"
    if applied.paused is not None:
        return "paused"
    if name not in written:
        return "removed"
    return "applied" if written[name] == applied.duty else "changed"


def _told(case_ids: Sequence[str]) -> str:
    rest = len(case_ids) - COMING
    return ", ".join(case_ids[:COMING]) + (f" and {rest} more" if rest > 0 else "")
