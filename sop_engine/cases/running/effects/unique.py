"""`unique`: a value that one case alone may have; asked again whenever a step says so."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


class UniqueResult(Contract):
    holder: str | None
    """The case that has the value now; none where the case gave it up."""


class TakeValue(EffectCommand):
    """Activity `take_value`: the value is the case's from here on, unless another one has it."""

    activity: ClassVar[str] = "take_value"
    gives: ClassVar[type[Contract]] = UniqueResult
    noun: ClassVar[str] = "unique value"

    kind: Literal["unique"] = "unique"
    name: str
    """Of the value in its SOP."""
    value: str | None
    """None where the case wants none any more."""
    gives_up: str | None = None
    """What the case had before under the same name."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, self.value or "none"


def take(turn: Turn, name: str, value: str | None, state: str | None, actor: str, gives_up: str | None = None) -> None:
    """Asks for a value. What it says of the case is nothing: the activity needs none of its data."""
    facts = turn.facts(state, actor).model_copy(update={"data": {}})
    turn.commands.append(TakeValue(name=name, value=value, gives_up=gives_up, facts=facts))


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known(written.place, "unique value", written.target, notes.procedure.definition.unique)
    if written.given:
        notes.error((*written.path, "with"), "takes nothing; its value stands in `unique`")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    name = str(effect.target)
    if name in turn.state.unique:
        take(turn, name, turn.state.unique[name], effect.state, actor)


UNIQUE = EffectKind("unique", (), _lint, _carry_out, TakeValue, is_told=True)
