"""What people do with tasks: claim, release, assign, delegate, suspend, skip, complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_engine.basis.faults import Fault, InvalidInput, NotPermitted, Refused
from sop_engine.cases.contracts.acts import (
    AssignTaskInput,
    ClaimTaskInput,
    CompleteTaskInput,
    DelegateTaskInput,
    ReleaseTaskInput,
    SkipTaskInput,
    SuspendTaskInput,
)
from sop_engine.cases.running import files
from sop_engine.cases.running.arming import needed, siblings_of
from sop_engine.cases.running.four_eyes import bar, refuse_barred, spec_of
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.stepping import dispatch
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told import permissions as who
from sop_engine.cases.told.act_kinds import ActKind
from sop_engine.cases.told.file_checks import attachment_faults
from sop_engine.cases.told.forms import answered, missing, required_of
from sop_engine.cases.told.open_tasks import find
from sop_engine.cases.written.fields import describe
from sop_engine.cases.written.file_facts import without_receipts
from sop_engine.cases.written.filling import Filling
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expressions import ATTACHED, ExpressionError
from sop_engine.statechart.snapshot import Event


@dataclass(frozen=True)
class Completion:
    """A completion that passed every check."""

    task: HumanTask
    spec: TaskSpec
    values: dict[str, Any]
    warnings: tuple[str, ...]
    happened_at: datetime | None


def refuse_while_held(turn: Turn) -> None:
    if turn.state.held_at is not None:
        raise Refused(
            f"{turn.state.case_id} is held: {turn.state.hold_reason}", allowed=("resume", "comment", "cancel")
        )


def plan_completion(turn: Turn, act: CompleteTaskInput) -> Completion:
    """Checks a completion whole: outcome, form, checklist, attachments, rules, four eyes, time. Lists every fault."""
    refuse_while_held(turn)
    task = find(turn, act.task)
    spec = spec_of(turn, task)
    if task.assignee not in (None, act.principal):
        raise NotPermitted(f"{task.key} is claimed by {task.assignee}", allowed=("release", "assign"))
    refuse_barred(turn, task, *act.hands)
    if act.outcome not in spec.outcomes:
        raise Refused(f"{act.outcome!r} is no outcome of {task.key}", allowed=tuple(spec.outcomes))
    required = required_of(turn, spec, act.outcome)
    form = answered(turn, task, spec, act.actor, act.data, required)
    values, faults = form.values, [*form.faults, *missing(turn, form, required), *_left_undone(spec, act)]
    faults += _time_faults(turn, task, act)
    warnings: tuple[str, ...] = ()
    if not faults:
        rule_faults, warnings = _check_rules(turn, task, spec, act, values)
        faults += rule_faults
    if faults:
        raise InvalidInput(f"{task.key} cannot be completed as {act.outcome}", faults)
    return Completion(task, spec, values, warnings, act.happened_at)


def _left_undone(spec: TaskSpec, act: CompleteTaskInput) -> list[Fault]:
    """Ticks and attachments that are missing or unknown."""
    faults = [
        Fault(where=name, what="unknown tick", allowed=", ".join(spec.checklist))
        for name in act.checklist
        if name not in spec.checklist
    ]
    if spec.outcomes[act.outcome].require is None:
        faults += [
            Fault(where=name, what="is not ticked", allowed=title.both())
            for name, title in spec.checklist.items()
            if name not in act.checklist
        ]
    return [*faults, *attachment_faults(spec, act)]


def _time_faults(turn: Turn, task: HumanTask, act: CompleteTaskInput) -> list[Fault]:
    if act.happened_at is None:
        return []
    faults = []
    if act.happened_at > turn.now:
        faults.append(Fault(where="happened_at", what="lies in the future", allowed=f"up to {turn.now.isoformat()}"))
    if act.happened_at < task.opened_at:
        faults.append(
            Fault(
                where="happened_at",
                what="lies before the task was opened",
                allowed=f"from {task.opened_at.isoformat()}",
            )
        )
    if not act.reason:
        faults.append(
            Fault(where="reason", what="is missing", allowed="why the act is recorded later than it happened")
        )
    return faults


def _check_rules(
    turn: Turn, task: HumanTask, spec: TaskSpec, act: CompleteTaskInput, values: dict[str, Any]
) -> tuple[list[Fault], tuple[str, ...]]:
    faults: list[Fault] = []
    warnings: list[str] = []
    names = {**task.names, **values, "now": turn.now, "today": turn.today(turn.now)}
    if act.attachments:
        names[ATTACHED] = files.seen_with(turn, act.attachments)
    for name, check in spec.checks.items():
        if check.outcomes and act.outcome not in check.outcomes:
            continue
        try:
            # A rule that keeps somebody out keeps out who acts for them, and whom they act for.
            holds = all(turn.holds(check.rule, {**names, **turn.doers(act.actor), "actor": hand}) for hand in act.hands)
            reason = check.title.both()
        except ExpressionError as error:
            holds, reason = False, f"{check.title.both()}: {error}"
        if holds:
            continue
        if check.blocks:
            faults.append(Fault(where=name, what=reason))
        elif not act.reason:
            faults.append(Fault(where=name, what=reason, allowed="or give a reason to go on all the same"))
        else:
            warnings.append(name)
    return faults, tuple(warnings)


def complete_task(turn: Turn, act: CompleteTaskInput) -> str:
    """Completes a task with an outcome; the chart takes `<state>.<outcome>`."""
    done = plan_completion(turn, act)
    note = act.reason
    if done.warnings:
        note = f"{act.reason} (passed: {', '.join(done.warnings)})"
    _finish_task(turn, done.task, act, done.values, note, done.happened_at, "completed")
    return f"{done.task.key} completed as {act.outcome}{_again(turn, done.task)}"


def skip_task(turn: Turn, act: SkipTaskInput) -> str:
    """Goes on without the work of a task; the reason stays in the journal."""
    refuse_while_held(turn)
    task = find(turn, act.task)
    spec = spec_of(turn, task)
    if act.outcome not in spec.outcomes:
        raise Refused(f"{act.outcome!r} is no outcome of {task.key}", allowed=tuple(spec.outcomes))
    if spec.skip is not None and act.outcome not in spec.skip:
        raise Refused(f"{task.key} may not be skipped as {act.outcome}", allowed=spec.skip or ("complete",))
    refuse_barred(turn, task, *act.hands)
    form = answered(turn, task, spec, act.actor, act.data)
    values, faults = form.values, list(form.faults)
    if spec.skip is not None:
        faults += _needed_without(turn, task, act, {*values, *(fault.where.split(".", 1)[0] for fault in faults)})
    if faults:
        raise InvalidInput(f"{task.key} cannot be skipped as {act.outcome}", faults)
    _finish_task(turn, task, act, values, act.reason, None, "skipped")
    return f"{task.key} skipped as {act.outcome}{_again(turn, task)}"


def _needed_without(turn: Turn, task: HumanTask, act: SkipTaskInput, told: set[str]) -> list[Fault]:
    """The fields that the chart needs further on and that the work would have filled."""
    fields = turn.procedure.definition.data
    needed = Filling(turn.procedure).needed_after(task.state, act.outcome)
    return [
        Fault(where=name, what="is missing, and the case needs it further on", allowed=describe(fields[name]))
        for name in fields
        if name in needed and name not in told and turn.data.get(name) is None
    ]


def _finish_task(
    turn: Turn,
    task: HumanTask,
    act: CompleteTaskInput | SkipTaskInput,
    values: dict[str, Any],
    note: str | None,
    happened_at: datetime | None,
    status: str,
) -> None:
    before, actor, outcome = turn.data, act.actor, act.outcome
    spec = spec_of(turn, task)
    turn.put(values)
    turn.state.tasks[task.key] = task.model_copy(
        update={
            "status": status,
            "completed_at": happened_at or turn.now,
            "completed_by": actor,
            "completed_for": act.on_behalf_of,
            "outcome": outcome,
            "assignee": task.assignee or act.principal,
            "result": values if task.index is not None else {},
        }
    )
    if isinstance(act, CompleteTaskInput):
        files.attach(turn, act.attachments, actor)
    bar(turn, task, act.hands)
    turn.touched_tasks[task.key] = None
    turn.state.last_completed_by[task.state] = actor
    turn.state.last_completed_for.pop(task.state, None)
    if act.on_behalf_of is not None:
        turn.state.last_completed_for[task.state] = act.on_behalf_of
    data: dict[str, Any] = dict(values)
    if isinstance(act, CompleteTaskInput) and (act.checklist or act.attachments):
        data |= {"checklist": list(act.checklist)} if act.checklist else {}
        data |= {"attachments": without_receipts(act.attachments)} if act.attachments else {}
    title = spec.outcomes[outcome].title
    if task.index is not None:
        _finish_item(turn, task, spec, actor, outcome, before, data, note)
        return
    event = Event(name=f"{task.state}.{outcome}", data=data, origin="person", at=happened_at)
    dispatch(
        turn, event, actor, kind="task" if status == "completed" else "skipped", title=title, note=note, before=before
    )
    still_there = task.state in turn.state.snapshot.configuration and not turn.state.is_closed
    if still_there and not any(other.state == task.state for other in turn.state.open_tasks()):
        reopen(turn, task)


def reopen(turn: Turn, task: HumanTask) -> None:
    """Opens the task again where its outcome left the state active; the state's clock runs on."""
    number = turn.state.entries[task.state] + 1
    turn.state.entries[task.state] = number
    key = f"{task.state}#{number}"
    fresh = {
        "key": key,
        "status": "ready",
        "assignee": None,
        "completed_at": None,
        "completed_by": None,
        "completed_for": None,
        "outcome": None,
        "opened_at": turn.now,
        "suspended_until": None,
        "barred": (),
    }
    turn.state.tasks[key] = task.model_copy(update=fresh)


def _again(turn: Turn, done: HumanTask) -> str:
    """That the case did not go on, where the outcome left the task's state as it was: who did the work has to know."""
    key = f"{done.state}#{turn.state.entries[done.state]}"
    is_again = key != done.key and done.index is None and not turn.taken and key in turn.state.tasks
    return f", but no transition takes it now: the task is open again as {key}" if is_again else ""


def _finish_item(
    turn: Turn,
    task: HumanTask,
    spec: TaskSpec,
    actor: str,
    outcome: str,
    before: Any,
    data: dict[str, Any],
    note: str | None,
) -> None:
    entry = siblings_of(task, turn.state.tasks.values())
    ended = [other for other in entry if not other.is_open]
    if len(ended) != needed(spec.until, len(entry)):
        turn.journal(
            "task",
            f"{task.state}.{outcome}",
            actor,
            title=spec.outcomes[outcome].title,
            before=before,
            note=note,
            data=data,
        )
        return
    results = [
        {**other.names, "outcome": other.outcome, "by": other.completed_by, "data": other.result} for other in ended
    ]
    event = Event(name=f"{task.state}.all", data={"results": results, **data}, origin="person")
    dispatch(turn, event, actor, kind="task", title=spec.outcomes[outcome].title, note=note, before=before)


def claim_task(turn: Turn, act: ClaimTaskInput) -> str:
    """Takes a task for oneself; nobody else completes it until it is released."""
    task = find(turn, act.task)
    if task.assignee == act.principal:
        return f"{task.key} is yours already" if act.on_behalf_of is None else f"{task.key} is theirs already"
    if task.assignee is not None:
        raise Refused(f"{task.key} is claimed by {task.assignee}", allowed=("release", "assign"))
    refuse_barred(turn, task, *act.hands)
    _hand(turn, task, act.principal, act.actor, "claimed")
    return f"{task.key} claimed"


def release_task(turn: Turn, act: ReleaseTaskInput) -> str:
    """Gives a claimed task back to its role."""
    task = find(turn, act.task)
    if task.assignee is None:
        raise Refused(f"{task.key} is claimed by nobody", allowed=("claim", "assign"))
    _hand(turn, task, None, act.actor, "released")
    return f"{task.key} released"


def assign_task(turn: Turn, act: AssignTaskInput) -> str:
    """A supervisor gives a task to a person."""
    task = find(turn, act.task)
    if act.held_by not in (None, task.assignee):
        raise Refused(f"{task.key} is not with {act.held_by} any more, but with {task.assignee or 'nobody'}")
    refuse_barred(turn, task, act.to)
    _hand(turn, task, act.to, act.actor, "assigned", act.reason)
    return f"{task.key} assigned to {act.to}"


def delegate_task(turn: Turn, act: DelegateTaskInput) -> str:
    """The holder of a task gives it to somebody else."""
    task = find(turn, act.task)
    if task.assignee not in (None, act.principal):
        raise NotPermitted(f"{task.key} is claimed by {task.assignee}", allowed=("assign",))
    refuse_barred(turn, task, act.to)
    _hand(turn, task, act.to, act.actor, "delegated")
    return f"{task.key} delegated to {act.to}"


def suspend_task(turn: Turn, act: SuspendTaskInput) -> str:
    """Takes a task out of the inbox until an instant; its clock runs on."""
    task = find(turn, act.task)
    if act.until <= turn.now:
        fault = Fault(where="until", what="does not lie ahead", allowed=f"after {turn.now.isoformat()}")
        raise InvalidInput(f"{task.key} cannot be suspended", [fault])
    turn.state.tasks[task.key] = task.model_copy(update={"suspended_until": act.until})
    turn.journal("task_suspended", task.key, act.actor, note=act.reason, data={"until": act.until})
    return f"{task.key} suspended until {act.until.isoformat()}"


def _hand(turn: Turn, task: HumanTask, to: str | None, actor: str, how: str, reason: str | None = None) -> None:
    status = "ready" if to is None else "claimed"
    turn.state.tasks[task.key] = task.model_copy(update={"assignee": to, "status": status, "suspended_until": None})
    turn.journal(f"task_{how}", task.key, actor, note=reason, data={"to": to} if to is not None else None)


ACTS = (
    ActKind(CompleteTaskInput, complete_task, who.holder, "complete"),
    ActKind(ClaimTaskInput, claim_task, who.holder, "claim"),
    ActKind(ReleaseTaskInput, release_task, who.assignee, "release"),
    ActKind(AssignTaskInput, assign_task, who.handing_on(who.supervisor), "assign"),
    ActKind(DelegateTaskInput, delegate_task, who.handing_on(who.holder), "delegate"),
    ActKind(SkipTaskInput, skip_task, who.supervisor, "skip"),
    ActKind(SuspendTaskInput, suspend_task, who.assignee, "suspend"),
)
