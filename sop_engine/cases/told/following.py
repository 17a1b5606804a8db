"""A child takes over what its parent tells of the fields that follow; what a person set meanwhile is not lost in
silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.signals import FOLLOW, Followed
from sop_engine.cases.people.actors import MACHINE
from sop_engine.cases.running.effects.notify import notify
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.refusing import REFUSED, refuse_event
from sop_engine.cases.written.fields import read_fields
from sop_engine.statechart.snapshot import Event

NOTICE = "value_followed"


def follow(turn: Turn, body: Mapping[str, Any], teller: str) -> None:
    """Takes a parent's values over as an amendment by the parent: guards and deadlines are judged anew.

    The owner hears of values that a person had set otherwise, with both of them.
    """
    try:
        word = Followed.model_validate(body)
    except ValidationError as error:
        refuse_event(turn, FOLLOW, str(error))
        return
    if turn.state.is_closed:
        turn.journal(REFUSED, FOLLOW, teller, note=f"{turn.state.case_id} is closed")
        return
    fields = turn.procedure.definition.data
    values, faults = read_fields({name: fields[name] for name in word.values if name in fields}, word.values)
    if faults:
        refuse_event(turn, FOLLOW, "; ".join(map(str, faults)))
        return
    before = turn.data
    values = {name: value for name, value in values.items() if before.get(name) != value}
    replaced = {
        name: plain(before.get(name))
        for name in values
        if before.get(name) is not None and plain(before.get(name)) != word.before.get(name)
    }
    if not values:
        return
    turn.put(values)
    told = "; ".join(f"{name}: {old} was set here, {plain(values[name])} holds" for name, old in replaced.items())
    changed = Event(name="case.amended", origin="chart")
    dispatch(turn, changed, teller, kind="followed", note=told or None, before=before)
    if replaced:
        shown = [{"field": name, "set": str(old), "holds": str(plain(values[name]))} for name, old in replaced.items()]
        notify(turn, turn.procedure.definition.owner, NOTICE, {"replaced": shown, "parent": teller}, None, MACHINE)
