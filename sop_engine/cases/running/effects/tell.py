"""`tell`: an event for another case."""

from __future__ import annotations

from datetime import datetime

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import TellCase
from sop_engine.cases.contracts.limits import is_case_id
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.people.actors import case_actor
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    if written.target != "parent":
        notes.expression(written.place, written.target, ("text",))
    event = written.body.get("event")
    if not isinstance(event, str):
        notes.error(written.path, "names in `event` what is told")
        return
    sops = (notes.procedure.definition, *notes.around.sops.values())
    notes.known((*written.path, "event"), "event of any SOP", event, [name for sop in sops for name in sop.events])


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    if effect.target == "parent":
        if turn.state.parent is None:
            return
        case_id = turn.state.parent.case_id
    else:
        reference = turn.evaluate(str(effect.target))
        if reference is None:
            return
        case_id = str(reference)
    if not is_case_id(case_id):
        turn.journal("not_told", str(effect.options.get("event")), actor, note=f"there is no case {case_id[:200]!r}")
        return
    number = turn.state.entries.get("tell", 0) + 1
    turn.state.entries["tell"] = number
    body = {
        "name": str(effect.options.get("event")),
        "data": plain(effect.data),
        "id": f"{turn.state.case_id}.tell.{number}",
        "actor": case_actor(turn.state.case_id),
    }
    turn.commands.append(TellCase(case_id=case_id, signal="event", body=body))


TELL = EffectKind("tell", ("event",), _lint, _carry_out)
