"""An act that a reset took again and that does not fit any more: a person has to know, for nobody waits for it."""

from __future__ import annotations

from types import MappingProxyType

from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import Taken, UnfitAct
from sop_engine.cases.told.refusing import refuse_event


def _take(turn: Turn, message: UnfitAct) -> None:
    told = f"{message.name} was taken again by a reset and does not fit any more: {message.why}"
    if turn.state.is_closed:
        refuse_event(turn, message.name, told, actor=SYSTEM)
    else:
        open_incident(turn, "effect", told)


MESSAGES: Taken = MappingProxyType({UnfitAct: _take})
