"""Events that a case does not take: kept in the journal with the reason, and the owner hears of each name once.

A misspelt event is not an error of its sender, who hears nothing; so somebody who looks after the case has to.
"""

from __future__ import annotations

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.limits import NAME_BYTES, NOTE_BYTES, cut
from sop_engine.cases.people.actors import MACHINE
from sop_engine.cases.running import timing
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.events import is_reserved
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.statechart.model import matches
from sop_engine.statechart.snapshot import Event, Step

UNHEARD = "event_unheard"
"""The kind of a step whose event no transition took."""
NOTICE = "event_unheard"
NAMES_TOLD = 10
"""Names of messages per case that its owner hears of: senders choose names, and no sender may flood a person."""


def why_unheard(turn: Turn, event: Event, step: Step) -> str | None:
    """Why nothing came of an event; None where a transition took it, a clock waits for it, or it is there to be kept.

    A case of the first rung has taken what it has taken.
    """
    if not step.ignored or event.origin not in ("person", "machine") or is_reserved(turn, event.name):
        return None
    if turn.procedure.bundle.engine_version < HARDENED or timing.waits_for(turn, event.name):
        return None
    declared = turn.procedure.definition.events
    spec = declared.get(event.name)
    if spec is None:
        return f"no transition takes it: {turn.state.sop} declares no such event{suggestion(event.name, declared)}"
    is_kept = spec.store and any(name in turn.procedure.definition.data for name in event.data)
    if is_kept and not _is_waited_for(turn, event.name):
        return None
    where = ", ".join(turn.state.snapshot.configuration)
    return f"no transition takes it in {where}" + ("; its values are kept" if is_kept else "")


def _is_waited_for(turn: Turn, name: str) -> bool:
    """Whether a transition waits for the event in any state at all."""
    states = (turn.procedure.chart.root, *turn.procedure.chart.states.values())
    descriptors = (event for state in states for transition in state.on for event in transition.events)
    return any(matches(descriptor, name) for descriptor in descriptors)


def tell_owner(turn: Turn, name: str, why: str) -> None:
    """Tells the owner of a message that was not taken: once for each name, and of so many names at most.

    A case of the first rung tells nobody: a notice is a command.
    """
    if turn.procedure.bundle.engine_version < HARDENED or turn.state.is_closed:
        return
    name = cut(name, NAME_BYTES)
    told = sum(key.startswith(_TOLD) for key in turn.state.truths)
    if f"{_TOLD}{name}" in turn.state.truths or told >= NAMES_TOLD:
        return
    turn.state.truths[f"{_TOLD}{name}"] = True
    values = {
        "event": name,
        "why": cut(why, NOTE_BYTES),
        "declared": ", ".join(turn.procedure.definition.events),
        "is_last": told + 1 == NAMES_TOLD,
    }
    notify(turn, turn.procedure.definition.owner, NOTICE, values, None, MACHINE)


_TOLD = "unheard "
