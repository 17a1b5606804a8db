"""The kinds of effect that there are: lint, charts, the interpreter and what a case carries on are read from here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.commands import (
    CancelWork,
    Command,
    ReportToParent,
    RunWork,
    SendNotice,
    StartCase,
    TellCase,
)
from sop_engine.cases.running.effects.choose import CHOOSE
from sop_engine.cases.running.effects.document import DOCUMENT
from sop_engine.cases.running.effects.keep import KEEP
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.effects.milestone import MILESTONE
from sop_engine.cases.running.effects.notify import NOTIFY
from sop_engine.cases.running.effects.post import POST
from sop_engine.cases.running.effects.read import READ
from sop_engine.cases.running.effects.start import START
from sop_engine.cases.running.effects.tell import TELL
from sop_engine.cases.running.effects.unique import UNIQUE
from sop_engine.cases.running.state import Undo
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect

EFFECTS: Mapping[str, EffectKind] = MappingProxyType(
    {kind.name: kind for kind in (NOTIFY, DOCUMENT, START, TELL, MILESTONE, POST, KEEP, READ, UNIQUE, CHOOSE)}
)

if TYPE_CHECKING:
    KeptCommand = Command
    KeptAnswer = Contract
else:
    _EFFECTS = tuple(kind.command for kind in EFFECTS.values() if kind.command is not None)
    _OTHERS = (RunWork, CancelWork, StartCase, TellCase, ReportToParent, SendNotice)
    KeptCommand = Annotated[Union[(*_OTHERS, *_EFFECTS)], Field(discriminator="kind")]
    KeptAnswer = Union[(RunWork.gives, SendNotice.gives, *(command.gives for command in _EFFECTS))]
"""A command, and what an activity answers to one, that are written down, to be read again."""


def carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    """Adds what one effect needs. Raises ExpressionError where an expression of it fails, KeyError for no such kind."""
    for undo in _listed(effect.options.get("undo")):
        turn.state.undo = (*turn.state.undo, Undo(effect=undo, state=effect.state))
    EFFECTS[effect.kind].carry_out(turn, effect, at, actor)


def undo_all(turn: Turn, at: datetime, actor: str) -> None:
    """Undoes every completed effect, the latest first, then carries out the SOP's own effects of a cancellation."""
    for undo in reversed(turn.state.undo):
        carry_out(turn, from_mapping(turn, undo.effect, undo.state), at, actor)
    turn.state.undo = ()
    for mapping in turn.procedure.definition.cancel:
        carry_out(turn, from_mapping(turn, mapping, None), at, actor)


def from_mapping(turn: Turn, mapping: Mapping[str, Any], state: str | None) -> Effect:
    """An effect as written, with its `with` evaluated now."""
    kind = next(key for key in mapping if key in EFFECTS)
    options = {key: value for key, value in mapping.items() if key not in (kind, "with")}
    return Effect(
        kind=kind,
        target=str(mapping[kind]),
        options=options,
        data=turn.evaluate_all(mapping.get("with", {})),
        state=state,
    )


def _listed(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return [dict(value)] if isinstance(value, Mapping) else [dict(entry) for entry in value]
