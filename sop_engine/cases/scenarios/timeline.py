"""What came of a scenario, one line after another: the journals of all its cases, and what left the house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sop_engine.cases.contracts.commands import RunWork, SendNotice
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.effects.document import MakeDocument
from sop_engine.cases.running.effects.keep import KeepRow
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.effects.post import Post
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.procedure import Procedure

NOTICE, PAPER, POSTING, WORK, ROW = "notice", "paper", "posting", "asked", "row"
"""The kinds of lines that are no steps of a journal."""


@dataclass(frozen=True)
class Happening:
    """One line. `kind` is that of the journal's step, or one of those above."""

    at: datetime
    case_id: str
    kind: str
    name: str
    actor: str = ""
    to: str = ""
    """Of a notice: the address, person or role it went to."""
    title: Mapping[str, str] | None = None
    entered: tuple[str, ...] = ()
    note: str | None = None
    values: Mapping[str, Any] | None = None
    """What the step or the command carries."""

    def is_rung(self, key: str) -> bool:
        """Whether a clock reached a rung, by the clock's key."""
        return self.kind == "rung" and self.values is not None and self.values.get("clock") == key


@dataclass(frozen=True)
class Elapsed:
    """How long after the opening something came."""

    whole: timedelta
    working: timedelta
    """In the open hours of the SOP's calendar."""


def doubts(procedure: Procedure, opened_at: datetime, until: datetime) -> tuple[str, ...]:
    """Why instants between the two may still move: each year whose holidays nobody has published."""
    calendar = procedure.calendar
    return calendar.doubts(calendar.local_date(opened_at), calendar.local_date(until))


def elapsed(procedure: Procedure, opened_at: datetime, at: datetime) -> Elapsed:
    """Time from the opening of a case, as its own calendar has it."""
    return Elapsed(at - opened_at, procedure.calendar.between(opened_at, at))


def lines_of(turn: Turn) -> Iterator[Happening]:
    """What one turn of a case says: its steps, then what it asks for."""
    case_id = turn.state.case_id
    yield from (_of_step(case_id, step) for step in turn.steps)
    for command in turn.commands:
        match command:
            case Notify():
                to = command.address or ", ".join(command.people) or command.recipient
                yield Happening(command.facts.at, case_id, NOTICE, command.template, to=to, values=dict(command.values))
            case SendNotice(given=given):
                to = given.addressee.name
                yield Happening(given.facts.at, case_id, NOTICE, given.template, to=to, values=dict(given.values))
            case MakeDocument():
                yield Happening(command.facts.at, case_id, PAPER, command.template, values=dict(command.values))
            case Post():
                yield Happening(command.facts.at, case_id, POSTING, command.entry, values=dict(command.values))
            case KeepRow():
                yield Happening(command.facts.at, case_id, ROW, command.register_name, values=command.values)
            case RunWork():
                yield Happening(turn.now, case_id, WORK, command.activity, values=command.values)
            case _:
                # Children and reports are seen in the journals of those that they reach.
                pass


def _of_step(case_id: str, step: StepView) -> Happening:
    return Happening(
        step.at,
        case_id,
        step.kind,
        step.name,
        actor=step.actor,
        title=step.title,
        entered=step.entered,
        note=step.note,
        values=step.data,
    )
