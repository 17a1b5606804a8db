"""A rehearsal: cases with their children on the core, with answers from fakes and time as it is told.

It keeps every turn, so that whatever is asked of a scenario afterwards, its timeline, its expectations, what it comes
past, is read from what the core really did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import NotFound, Refused, SopError, Stale
from sop_engine.basis.plain import plain
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import Act
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import Command, ReportToParent, RunWork, SendNotice, StartCase, TellCase
from sop_engine.cases.contracts.effects import WorkResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.publishing import EpisodeWatch
from sop_engine.cases.contracts.signals import ROW_CHANGED, BroughtEvent, EventSignal
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.effects.document import DocumentResult, MakeDocument
from sop_engine.cases.running.effects.read import ReadRow
from sop_engine.cases.running.effects.unique import TakeValue
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.scenarios.fakes import Failure, Fakes
from sop_engine.cases.scenarios.model import ChildFake, ReadingsCome
from sop_engine.cases.scenarios.readings import ReadingBook
from sop_engine.cases.scenarios.timeline import Happening, lines_of
from sop_engine.cases.seen.watches import watches_of
from sop_engine.cases.told.messages import CommandDone, CommandFailed, EngineWord, Message
from sop_engine.cases.told.opening import open_case
from sop_engine.cases.written.file_samples import with_samples
from sop_engine.cases.written.procedure import Procedure
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.periods import parse_period

Procedures = Callable[[str, datetime], Procedure]
"""The procedure of an SOP for a case that opens at an instant."""


@dataclass(frozen=True)
class _Ending:
    """The end of a faked child that lies ahead."""

    at: datetime
    case_id: str
    """Of the parent."""
    key: str
    fake: ChildFake


@dataclass(frozen=True)
class Told:
    """An act of a person, or an event of another system, that came from outside."""

    at: datetime
    case_id: str
    what: Act | EventSignal


@dataclass
class Rehearsal:
    """Opens cases, lets people and machines act on them, and lets time pass."""

    procedures: Procedures
    organization: Organization
    fakes: Fakes
    book: ReadingBook
    children: Mapping[str, ChildFake | None]
    root: str
    """Id of the case that the scenario is about."""
    now: datetime
    states: dict[str, CaseState] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    lines: list[Happening] = field(default_factory=list)
    """Everything that happened, in the order in which it did."""
    told: list[Told] = field(default_factory=list)
    """What people and machines said from outside and was taken, in the order in which they did."""
    _procedures: dict[str, Procedure] = field(default_factory=dict)
    """By case."""
    _endings: list[_Ending] = field(default_factory=list)
    _waiting: list[tuple[str, Command]] = field(default_factory=list)
    _papers: dict[tuple[str, str], int] = field(default_factory=dict)

    def procedure(self, case_id: str) -> Procedure:
        """The procedure that a case runs by. Raises KeyError for a case that there is not."""
        return self._procedures[case_id]

    def open(
        self, sop: str, case_id: str, data: Mapping[str, Any], by: str | None = None, parent: ParentRef | None = None
    ) -> None:
        """Opens a case. Raises InvalidInput for bad data."""
        self._procedures[case_id] = self.procedures(sop, self.now)
        made = with_samples(self._procedures[case_id].definition.data, data)
        opening = OpenCaseInput(data=made, parent=parent, actor=by)
        self._accept(case_id, open_case(self._procedures[case_id], case_id, opening, self.now))

    def act(self, case_id: str, act: Act) -> None:
        """What a person does now. Raises a SopError where it is refused."""
        said, procedure, state = act, self._procedures[case_id], self.states[case_id]
        if data := getattr(act, "data", None):
            act = act.model_copy(update={"data": with_samples(procedure.definition.data, data)})
        try:
            casework.check(procedure, state, act.update, act, self.organization, self.now)
        except Stale as stale:
            self.hear(case_id, EventSignal(name=ROW_CHANGED, data={"reads": [fault.where for fault in stale.faults]}))
            state = self.states[case_id]
            casework.check(procedure, state, act.update, act, self.organization, self.now)
        turn, answer = casework.perform(procedure, state, act.update, act, self.now)
        self._accept(case_id, turn)
        if isinstance(answer, Refused):
            raise answer
        self.told.append(Told(self.now, case_id, said))

    def tell(self, case_id: str, event: EventSignal) -> None:
        """What another system tells now."""
        self.told.append(Told(self.now, case_id, event))
        declared = self._procedures[case_id].definition.events.get(event.name)
        made = with_samples(declared.data if declared is not None else {}, event.data)
        self.hear(case_id, BroughtEvent.model_validate({**event.model_dump(), "data": made}))

    def take_readings(self, step: ReadingsCome, calendar: BusinessCalendar) -> None:
        """Readings of a stream come now; each case is told what it watches for. Raises InvalidInput."""
        self.book.take(step, calendar, self.now)
        self._tell_of_streams()

    def hear(self, case_id: str, message: Message) -> None:
        """What a machine or another case tells now."""
        turn = casework.hear(self._procedures[case_id], self.states[case_id], self.now, message)
        if turn is not None:
            self._accept(case_id, turn)

    def notice_comes(self, case_id: str, name: str, word: str, at: datetime | None = None) -> None:
        """What comes of the notices that were sent last under a name. Raises NotFound where none was sent."""
        notices = [notice for notice in self.states[case_id].notices.values() if notice.name == name]
        if not notices:
            raise NotFound(f"{case_id} has sent no notice {name!r}")
        last = notices[-1].key.partition(".")[0]
        for notice in [each for each in notices if each.key.partition(".")[0] == last]:
            told = {"key": notice.key, "case_id": notice.id_in(case_id), "run_id": "faked", "number": notice.heard + 1}
            body = {
                **told,
                "word": word,
                "at": (at or self.now).isoformat(),
                "note": None if word == "kept" else "faked",
            }
            self.hear(case_id, EngineWord("case.notice", body))

    def end_child(self, case_id: str, state: str, fake: ChildFake) -> None:
        """Ends the faked child that waits longest in a state. Raises NotFound where none does."""
        for child in self.states[case_id].live_children():
            if child.state == state and child.case_id not in self.states:
                self._end(_Ending(self.now, case_id, child.key, fake))
                return
        raise NotFound(f"{case_id} waits for no faked child in {state!r}")

    def pass_time(self, until: datetime) -> None:
        """Lets time pass; every case handles each delay and rung at its own instant, those at `until` too."""
        while (found := self._next()) is not None and found[0] <= until:
            at, do = found
            self.now = max(at, self.now)
            do()
        self.now = max(until, self.now)

    def case_below(self, way: str | None, above: str | None = None) -> str:
        """The case at the end of a way, `intake/booking`: in each state the child that was started last.

        Raises NotFound where a step of the way leads to none.
        """
        case_id = above or self.root
        for step in way.split("/") if way else ():
            children = self.states[case_id].children.values() if case_id in self.states else ()
            below = [child.case_id for child in children if step in (child.state, child.key)]
            if not below or below[-1] not in self.states:
                waits = sorted({str(child.state) for child in children if child.case_id in self.states})
                raise NotFound(f"{case_id} has no played case in {step!r}", allowed=waits)
            case_id = below[-1]
        return case_id

    # -- time ----------------------------------------------------------------------------------------------------------

    def _next(self) -> tuple[datetime, Callable[[], None]] | None:
        """What happens next by itself, and when."""
        ahead: list[tuple[datetime, Callable[[], None]]] = []
        for case_id, state in self.states.items():
            if (due := casework.next_instant(state)) is not None:
                ahead.append((due[0], lambda case_id=case_id: self._wake(case_id)))  # type: ignore[misc]
            if (look := self.book.next_look(self._watches(case_id), self.now)) is not None:
                ahead.append((look, self._tell_of_streams))
        ahead += [(ending.at, lambda ending=ending: self._end(ending)) for ending in self._endings]  # type: ignore[misc]
        return min(ahead, key=lambda each: each[0], default=None)

    def _wake(self, case_id: str) -> None:
        self._accept(case_id, casework.wake(self._procedures[case_id], self.states[case_id], self.now))

    def _watches(self, case_id: str) -> tuple[EpisodeWatch, ...]:
        return watches_of(self._procedures[case_id], self.states[case_id])

    def _tell_of_streams(self) -> None:
        for case_id in tuple(self.states):
            for told in self.book.news(case_id, self._watches(case_id), self.now):
                self.tell(case_id, told)

    def _end(self, ending: _Ending) -> None:
        self._endings = [other for other in self._endings if other is not ending]
        child = self.states[ending.case_id].children.get(ending.key)
        if child is not None and child.is_live:
            told = {"key": child.key, "case_id": child.case_id, "run_id": "faked", "outcome": ending.fake.ends}
            word = EngineWord("case.child", {**told, "result": plain(ending.fake.with_)})
            self.hear(ending.case_id, word)

    # -- commands ------------------------------------------------------------------------------------------------------

    def _accept(self, case_id: str, turn: Turn) -> None:
        is_nested = bool(self._waiting)
        self.states[case_id] = turn.state
        self.turns.append(turn)
        self.lines += lines_of(turn)
        self._waiting += [(case_id, command) for command in turn.commands]
        while self._waiting and not is_nested:
            self._carry_out(*self._waiting[0])
            self._waiting.pop(0)
        if not is_nested:
            self._tell_of_streams()

    def _carry_out(self, case_id: str, command: Command) -> None:
        match command:
            case RunWork():
                result = self.fakes.result(command.activity, command.values)
                if isinstance(result, Failure):
                    self.hear(case_id, CommandFailed(command, result.why))
                else:
                    self.hear(case_id, CommandDone(command, WorkResult.model_validate({"values": result})))
            case MakeDocument():
                self.hear(case_id, CommandDone(command, self._made(case_id, command)))
            case ReadRow():
                self.hear(case_id, CommandDone(command, self.fakes.row(command)))
            case TakeValue():
                self.hear(case_id, CommandDone(command, self.fakes.holder(command)))
            case SendNotice():
                comes = self.fakes.notice(command)
                if comes is not None and self.states[case_id].notices[command.given.key].heard == 0:
                    self.notice_comes(case_id, command.given.name, comes)
            case StartCase():
                self._start(case_id, command)
            case ReportToParent() if command.case_id in self.states:
                self.hear(command.case_id, EngineWord("case.child", command.report.model_dump(mode="json")))
            case TellCase() if command.case_id in self.states:
                if command.signal.startswith("case."):
                    self.hear(command.case_id, EngineWord(command.signal, command.body))
                else:
                    self.hear(command.case_id, EventSignal(name=command.body["name"], data=command.body["data"]))
            case _:
                # Notices and postings answer nothing; what is told to nobody here, or is to be given up, ends here.
                pass

    def _start(self, case_id: str, command: StartCase) -> None:
        child = self.states[case_id].children.get(command.key)
        fake = self.children.get(str(child.state)) if child is not None else None
        if fake is None:
            try:
                self.open(
                    command.sop, command.case_id, command.data, parent=ParentRef(case_id=case_id, key=command.key)
                )
            except SopError as error:
                self._procedures.pop(command.case_id, None)
                self.hear(case_id, CommandFailed(command, str(error)))
        elif fake.ends is not None:
            calendar = self._procedures[case_id].calendar
            at = self.now if fake.after is None else calendar.add_period(self.now, parse_period(fake.after)).at
            self._endings.append(_Ending(at, case_id, command.key, fake))
            if fake.after is None:
                self._end(self._endings[-1])

    def _made(self, case_id: str, command: MakeDocument) -> DocumentResult:
        made = (case_id, command.template)
        self._papers[made] = self._papers.get(made, 0) + 1
        return DocumentResult(
            document_id=f"{case_id}.{command.template}.{self._papers[made]}",
            template=command.template,
            title=command.facts.title,
            version=self._papers[made],
            sha256="",
            name=command.template,
        )
