"""The case card that supervisors see in the Temporal Web UI: Markdown, bullets, the exact command to type next.

The Web UI draws tables without borders, so there are none. Names and prices of customers are not on it. What people and
other systems wrote stands in code, so that it forges no line and no link.
"""

from __future__ import annotations

from datetime import datetime, timezone
from shlex import quote

from sop_engine.basis.legible import code, legible_line
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import facts_of
from sop_engine.cases.seen.views import sla_state, task_due
from sop_engine.cases.visibility.lens import nobodys_lens
from sop_engine.cases.visibility.masking import hidden_texts, redacted
from sop_engine.cases.written.procedure import Procedure
from sop_engine.timekeeping.instants import deadline_text
from sop_engine.timekeeping.timetable import LocalClock


def case_card(procedure: Procedure, state: CaseState) -> str:
    """The present state of a case as Markdown; instants are local to the SOP's calendar, with their offset."""
    clock = LocalClock(procedure.calendar.offsets)
    is_told = state.hold_reason is not None or state.incidents
    facts = facts_of(procedure, state)
    hidden = hidden_texts(facts, nobodys_lens(procedure.definition, facts)) if is_told else ()
    title = procedure.definition.title
    lines = [f"### {title.en} · {title.zh}", "", f"- **Status** {_status(state)}"]
    leaves = [name for name in state.snapshot.configuration if not _has_active_child(procedure, state, name)]
    lines += [
        f"- **State** {procedure.title_of(name).en} · {procedure.title_of(name).zh} (`{name}`)" for name in leaves
    ]
    lines.append(f"- **SLA** {sla_state(state).replace('_', ' ')}")
    if state.hold_reason is not None:
        lines.append(f"- **Held** {code(redacted(state.hold_reason, hidden))}")
    for running in state.clocks.values():
        if running.is_open:
            label = procedure.title_of(running.name)
            due = f"due {_local(running.due_at, clock)}" if running.due_at is not None else "paused"
            lines.append(f"- **Clock** {label.en} · {label.zh}: {running.clock.status}, {due}")
    for child in state.children.values():
        if child.is_live:
            lines.append(f"- **Child** {child.sop} {code(child.case_id)}: {child.status}")
    for incident in state.incidents.values():
        lines.append(f"- **Incident** `{incident.key}`: {code(redacted(incident.message, hidden))}")
    tasks = state.open_tasks()
    if tasks:
        lines += ["", "**To do next**", ""]
    for task in tasks:
        label = procedure.title_of(task.state)
        due_at = task_due(procedure, state, task)
        when = f", due {_local(due_at, clock)}" if due_at is not None else ""
        lines.append(f"- {label.en} · {label.zh}: {code(task.assignee or task.role)}{when}")
    # An id that no command gave may hold anything, and what stands here is copied into a shell.
    case_id = quote(legible_line(state.case_id))
    commands = [f"sop task show {case_id} {task.key}" for task in tasks[:5]]
    commands += [f"sop incident list {case_id}"] if state.incidents else []
    lines += ["", "```", *(commands or [f"sop case show {case_id}"]), "```"]
    return "\n".join(lines)


def _status(state: CaseState) -> str:
    return f"{state.status} ({state.outcome})" if state.outcome is not None else state.status


def _has_active_child(procedure: Procedure, state: CaseState, name: str) -> bool:
    return any(procedure.shapes[other].parent == name for other in state.snapshot.configuration)


def _local(at: datetime, clock: LocalClock) -> str:
    return deadline_text(at.astimezone(timezone(clock.offset_at(at))))
