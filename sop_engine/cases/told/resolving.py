"""How a person mends an incident: retry, correct the data and retry, or go on without what failed."""

from __future__ import annotations

from types import MappingProxyType

from pydantic import TypeAdapter

from sop_engine.basis.faults import Fault, InvalidInput, NotFound, Refused
from sop_engine.cases.contracts.acts import Act, ResolveIncidentInput
from sop_engine.cases.contracts.commands import Command, RunWork, with_facts
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.running.arming import start_child
from sop_engine.cases.running.effects.kinds import KeptCommand
from sop_engine.cases.running.incidents import settle_status
from sop_engine.cases.running.state import CaseState, Child, Incident, Work
from sop_engine.cases.running.stepping import catch_up, dispatch
from sop_engine.cases.running.turn import CHART_FAILURES, Turn, facts_of
from sop_engine.cases.told import permissions as who
from sop_engine.cases.told.act_kinds import ActKind
from sop_engine.cases.told.acts import refuse_closed
from sop_engine.cases.told.ends import take_report
from sop_engine.cases.told.hearing import store_result, take_event
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.fields import read_fields
from sop_engine.cases.written.file_facts import without_receipts
from sop_engine.statechart.snapshot import Delay, Event
from sop_engine.statechart.transition import retry as retry_delay

INSTEAD = MappingProxyType(
    {
        "effect": "do again, or by hand, what it was to do",
        "event": "have it sent again",
        "notice": "`sop notice retry`, `correct` or `skip` mends it",
        "parent": "nobody waits for this case any more, so cancel it or go on alone",
    }
)
"""What to do about an incident that keeps nothing to try again."""

_COMMAND: TypeAdapter[Command] = TypeAdapter(KeptCommand)


def resolve_incident(turn: Turn, act: ResolveIncidentInput) -> str:
    """Retries what failed, corrects the data first, or goes on without it."""
    refuse_closed(turn)
    incident = turn.state.incidents.get(act.incident)
    if incident is None:
        raise NotFound(f"{turn.state.case_id} has no incident {act.incident!r}", allowed=tuple(turn.state.incidents))
    before = turn.data
    if act.how == "correct":
        values, faults = read_fields(turn.procedure.definition.data, act.data)
        if faults:
            raise InvalidInput(f"{act.incident} cannot be corrected", faults)
        turn.put(values)
    del turn.state.incidents[act.incident]
    settle_status(turn)
    turn.journal(
        f"incident_{act.how}", act.incident, act.actor, before=before, note=act.reason, data=without_receipts(act.data)
    )
    try:
        _go_on(turn, incident, act)
    except CHART_FAILURES as error:
        raise Refused(f"{act.incident} fails again: {error}", allowed=("correct", "skip")) from None
    if act.how == "skip" or incident.can_be_retried:
        return f"{act.incident}: {act.how}"
    return f"{act.incident}: {act.how}, and nothing is tried again: {INSTEAD[incident.kind]}"


def judge_retry(state: CaseState, act: Act) -> None:
    """Raises Refused for a retry of what was not kept. Judged before it reaches history: cases that have taken such a
    retry go on as they did.
    """
    if isinstance(act, ResolveIncidentInput) and act.how == "retry":
        incident = state.incidents.get(act.incident)
        if incident is not None and not incident.can_be_retried:
            why = f"{act.incident} keeps nothing to try again: {INSTEAD[incident.kind]}, then skip it"
            raise Refused(why, allowed=("skip",))


def _go_on(turn: Turn, incident: Incident, act: ResolveIncidentInput) -> None:
    is_retried = act.how != "skip"
    if incident.kind == "work":
        work = turn.state.works[incident.key]
        (_run_again if is_retried else _go_on_without_work)(turn, work, act)
    elif incident.kind == "child":
        child = turn.state.children[incident.key]
        (_start_again if is_retried else _go_on_without_child)(turn, child, act)
    elif incident.delay is not None:
        (_let_pass if is_retried else _drop)(turn, incident.delay)
    elif incident.event is not None and is_retried:
        take_event(turn, incident.event, act.actor)
    elif incident.command is not None and is_retried:
        asked = _COMMAND.validate_python(incident.command)
        turn.commands.append(with_facts(asked, facts_of(turn.procedure, turn.state)))


def _run_again(turn: Turn, work: Work, act: ResolveIncidentInput) -> None:
    spec = turn.procedure.shapes[work.state].work
    assert spec is not None
    values = turn.evaluate_all(spec.with_)
    again = {"status": "running", "values": values, "attempt": work.attempt + 1}
    turn.state.works[work.key] = work.model_copy(update=again)
    title = turn.procedure.title_of(work.state).both()
    turn.commands.append(
        RunWork(key=work.key, activity=work.activity, values=values, attempts=spec.attempts, title=title)
    )


def _go_on_without_work(turn: Turn, work: Work, act: ResolveIncidentInput) -> None:
    """The person gives the result that the work could not; what they do not say stays as it was."""
    spec = turn.procedure.shapes[work.state].work
    before = turn.data
    store = spec.store if spec is not None else {}
    if turn.procedure.bundle.engine_version >= HARDENED:
        store = {field: key for field, key in store.items() if key in act.data}
    store_result(turn, store, act.data)
    del turn.state.works[work.key]
    done = Event(name=f"{work.state}.done", data=act.data, origin="person")
    dispatch(turn, done, act.actor, kind="work", before=before)


def _start_again(turn: Turn, child: Child, act: ResolveIncidentInput) -> None:
    """Starts the child again, under another id where the first one ran; or takes its report again."""
    spec = turn.procedure.shapes[child.state].child if child.state is not None else None
    if child.outcome is not None and spec is not None:
        take_report(turn, child, spec)
        return
    attempt = turn.state.entries.get(f"{child.key}.try", 1) + 1
    turn.state.entries[f"{child.key}.try"] = attempt
    case_id = child.case_id
    if child.run_id is not None:
        case_id = f"{case_id.removesuffix(f'.try{attempt - 1}')}.try{attempt}"
    values = child.data if spec is None else turn.evaluate_all(spec.with_, child.names)
    again = child.model_copy(update={"status": "starting", "run_id": None, "case_id": case_id})
    start_child(turn, again, values, child.sop)


def _go_on_without_child(turn: Turn, child: Child, act: ResolveIncidentInput) -> None:
    """The person says how the child would have ended."""
    spec = turn.procedure.shapes[child.state].child if child.state is not None else None
    if spec is None or child.detached:
        return
    outcome = act.data.get("outcome")
    if not isinstance(outcome, str):
        awaited = turn.procedure.heard_after(str(child.state))
        fault = Fault(where="data.outcome", what="is missing", allowed=", ".join(awaited))
        raise InvalidInput(f"{child.case_id} cannot be skipped without an outcome", [fault])
    result = {key: value for key, value in act.data.items() if key != "outcome"}
    report = ChildReport(
        key=child.key, case_id=child.case_id, run_id=child.run_id or "", outcome=outcome, result=result
    )
    ended = child.model_copy(update={"status": "completed", "outcome": report.outcome, "result": report.result})
    turn.state.children[child.key] = ended
    take_report(turn, ended, spec)


def _let_pass(turn: Turn, delay: Delay) -> None:
    turn.state.snapshot = retry_delay(turn.state.snapshot, delay.id, turn.now)
    catch_up(turn, turn.now)
    again = (incident for incident in turn.state.incidents.values() if incident.delay is not None)
    failed = next((incident for incident in again if incident.delay and incident.delay.id == delay.id), None)
    if failed is not None:
        raise ValueError(failed.message)


def _drop(turn: Turn, delay: Delay) -> None:
    left = tuple(other for other in turn.state.snapshot.delays if other.id != delay.id)
    turn.state.snapshot = turn.state.snapshot.model_copy(update={"delays": left})


ACTS = (ActKind(ResolveIncidentInput, resolve_incident, who.owner, "resolve an incident of"),)
