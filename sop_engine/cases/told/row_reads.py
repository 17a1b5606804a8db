"""The answers to what a case reads: stored, journalled, told to the chart."""

from __future__ import annotations

from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.read import ReadResult, ReadRow
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.reading import event_of
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.written.fields import read_value
from sop_engine.statechart.snapshot import Event


def take_row(turn: Turn, command: ReadRow, answer: ReadResult) -> None:
    """Stores the row and tells the chart `reads.<name>.found`, or `.missing` where there is none.

    An answer about a row that is no longer asked for is dropped, as is one that a later answer overtook; one that says
    what is known already makes no step. What the chart makes of it and fails waits in an incident.
    """
    name = command.name
    known = turn.state.reads.get(name)
    if turn.state.is_closed or known is None or known.row != command.row or answer.version < known.version:
        return
    is_timed = turn.procedure.definition.reads[name].fresh is not None
    turn.state.reads[name] = known.model_copy(
        update={"version": answer.version, "read_at": turn.now if is_timed else None}
    )
    spec = turn.procedure.definition.data[name]
    record, faults = read_value(spec, answer.values, name)
    if record is not None and record == turn.data.get(name):
        return
    before, point = turn.data, turn.mark()
    event = Event(name=event_of(name, is_missing=record is None), data={"row": command.row}, origin="machine")
    note = "; ".join(map(str, faults)) or None
    try:
        turn.put({name: record})
        dispatch(turn, event, SYSTEM, kind="read", title=spec.title, note=note, before=before)
    except CHART_FAILURES as error:
        turn.back_to(point)
        turn.put({name: record})
        open_incident(turn, "event", str(error), event=event)
