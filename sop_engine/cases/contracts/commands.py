"""What the pure layer asks the interpreter to carry out. Nothing here happens by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand, WorkResult
from sop_engine.cases.contracts.outgoing import NoticeInput, NoticeStarted, notice_id_of
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.statechart.values import Data


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True)


class RunWork(_Command):
    """Start the activity of a `work:` state."""

    gives: ClassVar[type[Contract]] = WorkResult

    kind: Literal["run_work"] = "run_work"
    key: str
    activity: str
    values: Data
    attempts: int
    title: str


class CancelWork(_Command):
    kind: Literal["cancel_work"] = "cancel_work"
    key: str


class StartCase(_Command):
    """Start a child (or a detached case)."""

    kind: Literal["start_case"] = "start_case"
    key: str
    sop: str
    case_id: str
    data: dict[str, Any]
    detached: bool
    title: str


class TellCase(_Command):
    """Send an event to another case, or a `case.*` signal to a child."""

    kind: Literal["tell_case"] = "tell_case"
    case_id: str
    signal: str
    body: dict[str, Any]


class ReportToParent(_Command):
    kind: Literal["report"] = "report"
    case_id: str
    report: ChildReport


class SendNotice(_Command):
    """Start a notice that waits for something."""

    gives: ClassVar[type[Contract]] = NoticeStarted

    kind: Literal["send_notice"] = "send_notice"
    given: NoticeInput

    @property
    def case_id(self) -> str:
        """Of the notice."""
        return notice_id_of(self.given.case_id, self.given.key)


Command = RunWork | CancelWork | StartCase | TellCase | ReportToParent | SendNotice | EffectCommand
"""Of one shape each: an activity, a child, a signal. Which effects are commands, `effects.kinds` says."""


def without_facts(command: Command, known: Mapping[str, Any]) -> Command:
    """The command without what its facts say of the case's data that is known anyway."""
    if not isinstance(command, EffectCommand):
        return command
    other = {name: value for name, value in command.facts.data.items() if name not in known or known[name] != value}
    return command.model_copy(update={"facts": command.facts.model_copy(update={"data": other})})


def with_facts(command: Command, known: Mapping[str, Any]) -> Command:
    """The command with the facts that were left out."""
    if not isinstance(command, EffectCommand):
        return command
    data = {**known, **command.facts.data}
    return command.model_copy(update={"facts": command.facts.model_copy(update={"data": data})})
