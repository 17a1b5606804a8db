"""Telling an authority what a case holds: an act of its own, so that the journal says who told whom what, and on what
ground."""

from __future__ import annotations

from sop_engine.basis.faults import Fault, InvalidInput, NotPermitted
from sop_engine.cases.contracts.acts import DiscloseInput
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.turn import Turn, facts_of
from sop_engine.cases.told import permissions as who
from sop_engine.cases.told.act_kinds import ActKind
from sop_engine.cases.visibility.lens import lens
from sop_engine.cases.visibility.papers import meets

DISCLOSED = "disclosed"
"""The kind of the step."""


def discloser(organization: Organization, turn: Turn, act: DiscloseInput, verb: str) -> None:
    """The owner and those above it, of what they may see themselves."""
    who.owner(organization, turn, act, verb)
    seen = lens(organization, turn.procedure.definition, facts_of(turn.procedure, turn.state), act.actor)
    hidden = [name for name in act.field if any(meets(place, (name,)) for place in seen.hides)]
    if hidden:
        raise NotPermitted(
            f"{act.actor} may not {verb} {turn.state.case_id} what they may not see: {', '.join(hidden)}"
        )


def disclose(turn: Turn, act: DiscloseInput) -> str:
    """Keeps in the journal what was told to whom; the values stay where they are."""
    fields = turn.procedure.definition.data
    unknown = [name for name in act.field if name not in fields]
    if unknown:
        faults = [Fault(where="field", what=f"{name!r} is no field", allowed=", ".join(fields)) for name in unknown]
        raise InvalidInput(f"{turn.state.case_id} cannot be disclosed so", faults)
    said = {"to": act.to, "fields": list(act.field), "ground": act.ground}
    note = f"{', '.join(act.field)} to {act.to}: {act.ground}"
    turn.journal(DISCLOSED, DISCLOSED, act.actor, note=note, data=said)
    return f"{', '.join(act.field)} disclosed to {act.to}"


ACTS = (ActKind(DiscloseInput, disclose, discloser, "disclose of"),)
