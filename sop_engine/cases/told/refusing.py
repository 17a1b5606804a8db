"""Messages that a case does not take, or does not believe: kept in the journal, and the owner hears of them without
being flooded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.cases.people.actors import MACHINE
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.running.unheard import tell_owner

REFUSED = "event_refused"
"""The kind of a step whose message changed nothing."""
NOTICE = "message_refused"


def refuse_event(
    turn: Turn, name: str, why: str, *, data: Mapping[str, Any] | None = None, actor: str = MACHINE
) -> None:
    """Records a message that cannot be taken. The owner hears of it, since its sender hears nothing."""
    turn.journal(REFUSED, name, actor, note=why, data=data)
    tell_owner(turn, name, why)


def refuse_message(turn: Turn, signal: str, why: str, count: int = 1) -> None:
    """Records messages that are not what they say. The owner hears of the first, the tenth, the hundredth."""
    note = f"not believed: {why}" + (f" ({count} messages)" if count > 1 else "")
    turn.journal(REFUSED, signal, MACHINE, note=note)
    before = turn.state.entries.get(NOTICE, 0)
    turn.state.entries[NOTICE] = before + count
    if before == 0 or len(str(before)) < len(str(before + count)):
        values = {"signal": signal, "why": why, "count": before + count}
        notify(turn, turn.procedure.definition.owner, NOTICE, values, None, MACHINE)
