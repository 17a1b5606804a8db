"""Rehearses a scenario step by step, and judges what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import SopError
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import Act, CompleteTaskInput, EventInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.turn import CHART_FAILURES
from sop_engine.cases.scenarios import model
from sop_engine.cases.scenarios.fakes import Fakes
from sop_engine.cases.scenarios.instants import local_text, read_instant, read_step
from sop_engine.cases.scenarios.judging import Verdict, judge, unexpected_incidents
from sop_engine.cases.scenarios.model import ChildFake, Scenario
from sop_engine.cases.scenarios.readings import ReadingBook
from sop_engine.cases.scenarios.rehearsal import Procedures, Rehearsal
from sop_engine.cases.written.file_samples import made_up, samples_for
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.calendar import BusinessCalendar

CASE_ID = "CASE-1"
"""The id of the case that a scenario is about, unless it is told another."""


@dataclass(frozen=True)
class Played:
    """A scenario that was played to its end, or until a step of it could not be taken."""

    scenario: Scenario
    rehearsal: Rehearsal
    opened_at: datetime
    verdicts: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)


def play(
    scenario: Scenario,
    calendar: BusinessCalendar,
    procedures: Procedures,
    organization: Organization,
    streams: Mapping[str, StreamSpec],
    *,
    case_id: str = CASE_ID,
    until: datetime | None = None,
) -> Played:
    """Plays a scenario whose names were checked; `calendar` is that of its SOP.

    With `until` time passes on to then after the last step, before anything is judged. Raises ValueError for an instant
    that is none.
    """
    opened_at = read_instant(scenario.given.at, calendar)
    given = scenario.given
    fakes = Fakes(given.answers, given.reads, given.unique, given.notices)
    book = ReadingBook(streams)
    rehearsal = Rehearsal(procedures, organization, fakes, book, given.children, case_id, opened_at)
    playing = _Playing(scenario, calendar, rehearsal, [])
    playing.run(until)
    return Played(scenario, rehearsal, opened_at, tuple(playing.verdicts))


@dataclass(frozen=True)
class _Playing:
    scenario: Scenario
    calendar: BusinessCalendar
    rehearsal: Rehearsal
    verdicts: list[Verdict]

    def run(self, until: datetime | None) -> None:
        given = self.scenario.given
        path = (*self.scenario.path, "given")
        if not self._taken(
            lambda: self.rehearsal.open(self.scenario.sop, self.rehearsal.root, given.data, given.by), path, None
        ):
            return
        for number, step in enumerate(self.scenario.steps):
            if not self._step(step, (*self.scenario.path, "when", number), number + 1):
                return
        if until is not None:
            self.rehearsal.pass_time(until)
        self._judge(self.scenario.expectations, (*self.scenario.path, "then"))
        expected = [each for each in self._expectations() if isinstance(each, model.IncidentExpected)]
        self.verdicts.extend(unexpected_incidents(self.rehearsal, expected, self.scenario.path))

    def _step(self, step: Any, path: Path, number: int) -> bool:
        """Whether the step was taken, so that the next one can be."""
        if isinstance(step, model.Silence):
            self.rehearsal.pass_time(read_step(step.silence, self.calendar, self.rehearsal.now))
            return True
        if step.at is not None:
            self.rehearsal.pass_time(read_step(step.at, self.calendar, self.rehearsal.now))
        match step:
            case model.Expects():
                self._judge(step.expect, (*path, "expect"), step.case)
                return True
            case model.Act():
                return self._taken(lambda: self._act(step), path, number, step.refused)
            case model.Hears():
                told = EventSignal(name=step.machine, data=dict(step.with_))
                return self._taken(
                    lambda: self.rehearsal.tell(self.rehearsal.case_below(step.case), told), path, number
                )
            case model.ReadingsCome():
                return self._taken(lambda: self.rehearsal.take_readings(step, self.calendar), path, number)
            case model.ChildEnds():
                fake = ChildFake.model_validate({"ends": step.ends, "with": step.with_})
                return self._taken(
                    lambda: self.rehearsal.end_child(self.rehearsal.case_below(step.case), step.child, fake),
                    path,
                    number,
                )
            case model.NoticeComes():
                name, _, word = step.hears.partition(".")
                return self._taken(
                    lambda: self.rehearsal.notice_comes(
                        self.rehearsal.case_below(step.case), name, word, self._instant(step.happened_at)
                    ),
                    path,
                    number,
                )
            case unknown:
                raise TypeError(f"no step is a {type(unknown).__name__}")

    def _taken(self, do: Any, path: Path, number: int | None, refused: str | None = None) -> bool:
        what = "the opening" if number is None else f"step {number}"
        where = f"{what} at {local_text(self.rehearsal.now, self.calendar)}"
        try:
            do()
        except (SopError, *CHART_FAILURES) as error:
            told = str(error)
            if refused is not None and isinstance(error, SopError):
                holds = refused.lower() in told.lower()
                message = f"{where} is refused" if holds else f"{where}: refused, but not with '{refused}': {told}"
                self.verdicts.append(Verdict((*path, "refused"), holds, message, self.rehearsal.now))
                return holds
            self.verdicts.append(
                Verdict(path, False, f"{where}: {told}; nothing after it was played", self.rehearsal.now)
            )
            return False
        if refused is not None:
            message = f"{where} was taken, and '{refused}' was to refuse it"
            self.verdicts.append(Verdict((*path, "refused"), False, message, self.rehearsal.now))
            return False
        return True

    def _act(self, step: model.Act) -> None:
        case_id = self.rehearsal.case_below(step.case)
        match step:
            case model.Completes():
                act = self._completion(case_id, step)
            case model.Reports():
                act = EventInput(
                    actor=step.person,
                    name=step.reports,
                    data=dict(step.with_),
                    at=self._instant(step.happened_at),
                    reason=step.reason,
                )
            case model.Does():
                said = {"actor": step.person, **step.with_} | ({"reason": step.reason} if step.reason else {})
                act = casework.read_act(step.does, said)
            case _:
                raise TypeError(f"no act is a {type(step).__name__}")
        self.rehearsal.act(case_id, act)

    def _completion(self, case_id: str, step: model.Completes) -> Act:
        task, _, outcome = step.completes.rpartition(".")
        shape = self.rehearsal.procedure(case_id).shapes.get(task.split("#", 1)[0])
        spec = shape.task if shape is not None else None
        ticks = step.ticks if step.ticks is not None or spec is None else tuple(spec.checklist)
        return CompleteTaskInput(
            actor=step.person,
            task=task,
            outcome=outcome,
            data=dict(step.with_),
            checklist=ticks or (),
            attachments={} if spec is None else attached(step, spec),
            reason=step.reason,
            happened_at=self._instant(step.happened_at),
        )

    def _instant(self, text: str | None) -> datetime | None:
        return None if text is None else read_instant(text, self.calendar)

    def _judge(self, expectations: Sequence[model.Expectation], path: Path, case: str | None = None) -> None:
        for number, expected in enumerate(expectations):
            self.verdicts.extend(judge(self.rehearsal, expected, (*path, number), case))

    def _expectations(self) -> list[model.Expectation]:
        between = (each for step in self.scenario.steps if isinstance(step, model.Expects) for each in step.expect)
        return [*between, *self.scenario.expectations]


def attached(step: model.Completes, spec: TaskSpec) -> dict[str, list[Any]]:
    """What is attached: what the step says, and of every other kind as many files as the task wants."""
    wanted = {kind: samples_for(asked.accept, asked.at_least) for kind, asked in spec.attachments.items()}
    return {**wanted, **{kind: [made_up(file) for file in files] for kind, files in step.attaches.items()}}
