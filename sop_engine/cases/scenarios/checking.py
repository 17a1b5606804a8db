"""What a scenario names must be there: each SOP, state, outcome, field, event, work, clock, rung, notice and person."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sop_engine.basis.faults import InvalidInput
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.outgoing import WORDS
from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.lint.findings import Surroundings
from sop_engine.cases.scenarios import model
from sop_engine.cases.scenarios.fakes import faults_of_answer
from sop_engine.cases.scenarios.instants import read_instant, read_step, read_when
from sop_engine.cases.scenarios.model import ChildFake, Scenario
from sop_engine.cases.scenarios.promises import clocks_of, delays_of, rungs_of
from sop_engine.cases.scenarios.readings import read_rows
from sop_engine.cases.scenarios.rehearsal import Procedures
from sop_engine.cases.told.opening import read_opening
from sop_engine.cases.written.fields import read_value
from sop_engine.cases.written.places import awaited_notices
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.faults import Fault, Path
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.ladders import STILL_OVERDUE
from sop_engine.timekeeping.periods import PeriodError, parse_period

CANCELLED = "cancelled"
"""The outcome of a case that was cancelled, which every SOP has."""


def check(
    scenario: Scenario, calendars: Mapping[str, BusinessCalendar], procedures: Procedures, around: Surroundings
) -> list[Fault]:
    """Every name and instant of a scenario that leads nowhere. `calendars` are those of the SOPs."""
    notes = _Notes(scenario, around)
    if scenario.sop not in calendars:
        notes.known((*scenario.path, "sop"), "SOP", scenario.sop, calendars)
        return notes.faults
    calendar, path = calendars[scenario.sop], (*scenario.path, "given")
    try:
        at = read_instant(scenario.given.at, calendar)
    except ValueError as error:
        return [Fault((*path, "at"), str(error))]
    _Check(scenario, calendar, lambda sop: procedures(sop, at), at, notes).run()
    return notes.faults


@dataclass
class _Notes:
    """The faults of one scenario."""

    scenario: Scenario
    around: Surroundings
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(Fault(path, message))

    def known(self, path: Path, noun: str, name: str, names: Iterable[str] | None) -> bool:
        """Whether a name is among those that there are; names of None are not known here."""
        if names is None:
            return True
        listed = tuple(names)
        if name not in listed:
            allowed = f"; allowed: {', '.join(listed)}" if len(listed) <= 12 else ""
            self.fault(path, f"unknown {noun} {name!r}{suggestion(name, listed)}{allowed}")
        return name in listed

    def instant(self, path: Path, read: Callable[[], Any]) -> Any:
        """What is read; none, and a fault, where it is no instant."""
        try:
            return read()
        except ValueError as error:
            self.fault(path, str(error))
            return None


@dataclass(frozen=True)
class _Check:
    scenario: Scenario
    calendar: BusinessCalendar
    procedure: Callable[[str], Procedure]
    opened_at: datetime
    notes: _Notes

    def run(self) -> None:
        self._given()
        path: Path = (*self.scenario.path, "when")
        now = self.opened_at
        for number, step in enumerate(self.scenario.steps):
            now = self._step(step, (*path, number), now)
        for number, expected in enumerate(self.scenario.expectations):
            self._expectation(expected, (*self.scenario.path, "then", number), self.scenario.sop)

    @property
    def _people(self) -> Collection[str] | None:
        organization = self.notes.around.organization
        return None if organization is None else organization.people

    def _below(self, sop: str) -> dict[str, Procedure]:
        """An SOP with all that it may start, by name."""
        found: dict[str, Procedure] = {}
        waiting = [sop]
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.notes.around.sops:
                found[name] = self.procedure(name)
                waiting += [shape.child.sop for shape in found[name].shapes.values() if shape.child is not None]
        return found

    # -- given ---------------------------------------------------------------------------------------------------------

    def _given(self) -> None:
        given, path = self.scenario.given, (*self.scenario.path, "given")
        below = self._below(self.scenario.sop)
        try:
            read_opening(below[self.scenario.sop].definition, given.data)
        except InvalidInput as error:
            for fault in error.faults:
                place = tuple(int(part) if part.isdigit() else part for part in fault.where.split("."))
                allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
                self.notes.fault((*path, "data", *place), f"{fault.what}{allowed}")
        if given.by is not None:
            self.notes.known((*path, "by"), "person", given.by, self._people)
        asked = dict.fromkeys(
            shape.work.activity for each in below.values() for shape in each.shapes.values() if shape.work is not None
        )
        for activity, answer in given.answers.items():
            place = (*path, "answers", activity)
            wrong = faults_of_answer(activity, answer)
            for fault in wrong:
                where = tuple(int(part) if part.isdigit() else part for part in fault.where.split(".") if part)
                allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
                self.notes.fault((*place, *where), f"{fault.what}{allowed}")
            if not wrong and activity not in asked:
                self.notes.fault(place, f"no state asks for it{suggestion(activity, asked)}")
        self._answers_of_records(given, path, below.values())
        waiting = {name: each for each in below.values() for name, shape in each.shapes.items() if shape.child}
        for state, fake in given.children.items():
            place = (*path, "children", state)
            if self.notes.known(place, "state with a child case", state, waiting) and fake is not None:
                self._child_end(place, waiting[state], state, fake)

    def _answers_of_records(self, given: model.Given, path: Path, below: Collection[Procedure]) -> None:
        """What the records answer: rows that are read, and who has a unique value."""
        fields = {name: each.definition.data[name] for each in below for name in each.definition.reads}
        for name, answer in given.reads.items():
            place = (*path, "reads", name)
            if self.notes.known(place, "read", name, fields):
                several = [(str(number), row) for number, row in enumerate(answer)] if isinstance(answer, list) else []
                for number, row in several or [("", answer)]:
                    for fault in read_value(fields[name], row, number)[1]:
                        where = (int(part) if part.isdigit() else part for part in fault.where.split(".") if part)
                        self.notes.fault((*place, *where), fault.what)
        awaited = dict.fromkeys(name for each in below for name in awaited_notices(each.bundle.definition))
        for name in given.notices:
            self.notes.known((*path, "notices", name), "notice that is waited for", name, awaited)
        values = dict.fromkeys(name for each in below for name in each.definition.unique)
        for name in given.unique:
            self.notes.known((*path, "unique", name), "unique value", name, values)

    def _child_end(self, path: Path, procedure: Procedure, state: str, fake: ChildFake) -> None:
        child = procedure.shapes[state].child
        sop = self.notes.around.sops.get(child.sop) if child is not None else None
        if fake.after is not None:
            try:
                parse_period(fake.after)
            except PeriodError as error:
                self.notes.fault((*path, "after"), str(error))
        if fake.ends is None or sop is None:
            if fake.ends is None and (fake.with_ or fake.after):
                self.notes.fault(path, "says with what and when, but not how the child `ends`")
            return
        outcomes = {CANCELLED: tuple(sop.cancelled_with), **outcomes_of(sop)}
        if self.notes.known((*path, "ends"), f"outcome of {sop.sop}", fake.ends, outcomes):
            for key in fake.with_:
                noun = f"result of {sop.sop} that ends as {fake.ends}"
                self.notes.known((*path, "with", key), noun, key, outcomes[fake.ends])

    # -- when ----------------------------------------------------------------------------------------------------------

    def _step(self, step: Any, path: Path, now: datetime) -> datetime:
        """Checks a step, and gives the instant that it is at."""
        written = step.silence if isinstance(step, model.Silence) else step.at
        key = "silence" if isinstance(step, model.Silence) else "at"
        if written is not None:
            now = self.notes.instant((*path, key), lambda: read_step(written, self.calendar, now)) or now
        if isinstance(step, model.Silence):
            return now
        if isinstance(step, model.ReadingsCome):
            self._readings(step, path, now)
            return now
        sop = self._sop_of(step.case, (*path, "case"), self.scenario.sop)
        if sop is None:
            return now
        procedure = self.procedure(sop)
        if isinstance(step, model.Act):
            self.notes.known((*path, "person"), "person", step.person, self._people)
        match step:
            case model.Completes():
                self._completes(step, path, procedure)
            case model.Reports():
                self._event(step.reports, step.with_, (*path, "reports"), (*path, "with"), sop)
            case model.Hears():
                self._event(step.machine, step.with_, (*path, "machine"), (*path, "with"), sop)
            case model.Does():
                self.notes.known((*path, "does"), "act", step.does, ACTS)
            case model.ChildEnds():
                states = [name for name, shape in procedure.shapes.items() if shape.child is not None]
                if self.notes.known((*path, "child"), "state with a child case", step.child, states):
                    fake = ChildFake.model_validate({"ends": step.ends, "with": step.with_})
                    self._child_end(path, procedure, step.child, fake)
            case model.NoticeComes():
                awaited = awaited_notices(procedure.bundle.definition)
                words = tuple(f"{name}.{word}" for name in awaited for word in WORDS)
                self.notes.known((*path, "hears"), "word of a notice", step.hears, words)
            case model.Expects():
                for number, expected in enumerate(step.expect):
                    self._expectation(expected, (*path, "expect", number), sop)
            case unknown:
                raise TypeError(f"no step is a {type(unknown).__name__}")
        return now

    def _completes(self, step: model.Completes, path: Path, procedure: Procedure) -> None:
        task, _, outcome = step.completes.rpartition(".")
        tasks = {name: shape.task for name, shape in procedure.shapes.items() if shape.task is not None}
        if not self.notes.known((*path, "completes"), "task", task.split("#", 1)[0], tasks):
            return
        spec = tasks[task.split("#", 1)[0]]
        self.notes.known((*path, "completes"), f"outcome of {task}", outcome, spec.outcomes)
        for name in step.with_:
            self.notes.known((*path, "with", name), "field", name, procedure.definition.data)
        for name in step.ticks or ():
            self.notes.known((*path, "ticks"), f"entry of the checklist of {task}", name, spec.checklist)

    def _event(self, name: str, values: Mapping[str, Any], path: Path, below: Path, sop: str) -> None:
        """An event that the SOP declares, or one below it, to which it is passed on."""
        events = {each: spec for found in self._below(sop).values() for each, spec in found.definition.events.items()}
        if self.notes.known(path, "event", name, events):
            for key in values:
                self.notes.known((*below, key), f"datum of {name}", key, events[name].data)

    def _readings(self, step: model.ReadingsCome, path: Path, now: datetime) -> None:
        streams = self.notes.around.streams
        if not self.notes.known((*path, "readings"), "stream", step.readings, streams) or streams is None:
            return
        for row, fault in read_rows(streams[step.readings], step, self.calendar, now)[1]:
            place = ("with", fault.where) if fault.where in step.with_ else ("rows", row, fault.where)
            allowed = f"; allowed: {fault.allowed}" if fault.allowed else ""
            self.notes.fault((*path, *place), f"{fault.what}{allowed}")

    def _sop_of(self, way: str | None, path: Path, sop: str) -> str | None:
        """The SOP of the case at the end of a way; none, and a fault, where it leads nowhere."""
        for step in way.split("/") if way else ():
            children = {
                name: shape.child for name, shape in self.procedure(sop).shapes.items() if shape.child is not None
            }
            if not self.notes.known(path, f"state of {sop} with a child case", step.split("#", 1)[0], children):
                return None
            sop = children[step.split("#", 1)[0]].sop
        return sop

    # -- then ----------------------------------------------------------------------------------------------------------

    def _expectation(self, expected: Any, path: Path, above: str) -> None:
        sop = self._sop_of(expected.case, (*path, "case"), above)
        if sop is None:
            return
        procedure = self.procedure(sop)
        for number, text in enumerate(getattr(expected, "at", ())):
            self._when(text, (*path, "at", number))
        if isinstance(expected, model.ClockExpected):
            self._clock(expected, path, procedure)
        elif isinstance(expected, model.InExpected):
            for state in expected.in_:
                self.notes.known((*path, "in"), "state", state, procedure.shapes)
        elif isinstance(expected, model.HoldsExpected):
            try:
                procedure.expression(expected.holds)
            except ExpressionError as error:
                self.notes.fault((*path, "holds"), str(error))
        elif type(expected) in _NAMED:
            noun, names = _NAMED[type(expected)]
            word = type(expected).word
            self.notes.known((*path, word), noun, getattr(expected, word), names(procedure, self.notes.around))

    def _clock(self, expected: model.ClockExpected, path: Path, procedure: Procedure) -> None:
        clocks = {name: spec for name, spec, _ in clocks_of(procedure)}
        name = expected.clock.split("#", 1)[0]
        if not self.notes.known((*path, "clock"), "clock", name, clocks):
            return
        rungs = (*rungs_of(procedure, clocks[name]), STILL_OVERDUE)
        for key, named in (("reaches", expected.reaches), ("tells", expected.tells)):
            for rung in named:
                self.notes.known((*path, key, rung), f"rung of {name}", rung, rungs)
        for rung, texts in expected.reaches.items():
            for text in texts:
                self._when(text, (*path, "reaches", rung))
        if expected.due is not None:
            self._when(expected.due, (*path, "due"))

    def _when(self, text: str, path: Path) -> None:
        if text != model.NEVER:
            self.notes.instant(path, lambda: read_when(text, self.calendar))


def _works(procedure: Procedure, around: Surroundings) -> Iterator[str]:
    return (shape.work.activity for shape in procedure.shapes.values() if shape.work is not None)


_NAMED: Mapping[type[Any], tuple[str, Callable[[Procedure, Surroundings], Iterable[str] | None]]] = MappingProxyType(
    {
        model.NoticeExpected: ("notice", lambda procedure, around: around.notices),
        model.PaperExpected: ("paper", lambda procedure, around: around.documents),
        model.PostingExpected: ("posting rule", lambda procedure, around: around.entries),
        model.KeptExpected: ("register", lambda procedure, around: around.registers),
        model.EntryExpected: ("state", lambda procedure, around: procedure.shapes),
        model.DelayExpected: ("delay", lambda procedure, around: [name for name, _ in delays_of(procedure)]),
        model.WorkExpected: ("work of the SOP", _works),
        model.EndExpected: (
            "outcome",
            lambda procedure, around: (CANCELLED, *outcomes_of(procedure.definition)),
        ),
    }
)
"""Expectations of one name: what it is called, and the names that there are."""
