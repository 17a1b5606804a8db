"""The answers to what a case wants to have alone, told to the chart."""

from __future__ import annotations

from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.unique import TakeValue, UniqueResult
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.running.uniqueness import HELD, TAKEN
from sop_engine.cases.written.definition import UNIQUE
from sop_engine.statechart.snapshot import Event


def take_answer(turn: Turn, command: TakeValue, answer: UniqueResult) -> None:
    """Tells the chart `unique.<name>.held`, or `.taken` with the case that has the value.

    An answer about a value that the case has no longer is dropped. What the chart makes of it and fails waits in an
    incident.
    """
    if turn.state.is_closed or command.value is None or turn.state.unique.get(command.name) != command.value:
        return
    is_held = answer.holder == turn.state.case_id
    event = Event(
        name=f"{UNIQUE}.{command.name}.{HELD if is_held else TAKEN}",
        data={"value": command.value, "holder": answer.holder},
        origin="machine",
    )
    point = turn.mark()
    try:
        dispatch(turn, event, SYSTEM, kind="unique")
    except CHART_FAILURES as error:
        turn.back_to(point)
        open_incident(turn, "event", str(error), event=event)
