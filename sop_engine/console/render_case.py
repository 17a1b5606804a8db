"""One case on a screen: where it stands, who does what until when, and what to type next."""

from collections.abc import Iterator
from datetime import tzinfo
from shlex import quote
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.contracts.views import CaseView, ClockView, TaskView
from sop_engine.console.render_lists import render_tasks, whose
from sop_engine.console.render_values import EMPTY, deadline, heading, identifier, instant, pairs, table, titled, value
from sop_engine.console.words import word


def render_case(view: CaseView, language: str, zone: tzinfo | None) -> RenderableType:
    """The whole case; parts that are empty are left out."""
    parts: list[RenderableType] = [_head(view, language, zone)]
    for key, part in _parts(view, language, zone):
        parts += [Text(), heading(key, language), part]
    return Group(*parts)


def _head(view: CaseView, language: str, zone: tzinfo | None) -> RenderableType:
    state = " · ".join(titled(title, language) for title in view.state_titles) or EMPTY
    status = word(view.status, language) + (f" ({view.outcome})" if view.outcome else "")
    entries = [
        ("status", status + (f": {view.hold}" if view.hold else "")),
        ("stage", titled(view.stage, language) if view.stage else ""),
        ("state", f"{state} ({', '.join(view.states)})"),
        ("sla", word(view.sla, language)),
        ("opened", instant(view.opened_at, zone)),
        ("parent", view.parent or ""),
        ("end", view.end or ""),
    ]
    title = f"{view.case_id}  {titled(view.title, language)} ({view.sop}, {word('version', language)} {view.version})"
    return Group(Text(title, style="bold"), pairs((word(key, language), text) for key, text in entries if text))


def _parts(view: CaseView, language: str, zone: tzinfo | None) -> Iterator[tuple[str, RenderableType]]:
    if view.tasks:
        yield "tasks", _tasks(view.tasks, language, zone)
    if view.clocks:
        yield "clocks", _clocks(view.clocks, language, zone)
    if view.incidents:
        yield "incidents", _rows(view.incidents, ("incident", "kind", "message", "at"), language, zone)
    if view.children:
        children = table(("case", "sop", "status", "outcome"), language)
        for child in view.children:
            children.add_row(identifier(child.case_id), child.sop, word(child.status, language), child.outcome or EMPTY)
        yield "children", children
    if view.child_tasks:
        yield "child_tasks", render_tasks(view.child_tasks, language, zone)
    if view.documents:
        yield "documents", _rows(view.documents, tuple(view.documents[0]), language, zone)
    if view.milestones:
        yield "milestones", _rows(view.milestones, tuple(view.milestones[0]), language, zone)
    filled = [(name, value(content, language, zone)) for name, content in view.data.items() if content is not None]
    if filled:
        yield "data", pairs(filled)
    if view.rules:
        rules = tuple(rule.model_dump() for rule in view.rules)
        yield "rules", _rows(rules, tuple(rules[0]), language, zone)
    if view.comments:
        yield "comments", _rows(view.comments, tuple(view.comments[0]), language, zone)
    if view.files:
        yield "files", _files(view.files, language, zone)
    if view.attachments:
        yield "attachments", _rows(view.attachments, tuple(view.attachments[0]), language, zone)
    commands = _next_commands(view)
    if commands:
        yield "next", Text("\n".join(f"  {command}" for command in commands))


def _tasks(tasks: tuple[TaskView, ...], language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("task", "title", "role", "assignee", "status", "due", "outcomes"), language)
    for task in tasks:
        made.add_row(
            task.task,
            titled(task.title, language),
            whose(task),
            task.assignee or EMPTY,
            word(task.status, language),
            deadline(task.due_at, zone),
            ", ".join(task.outcomes),
        )
    return made


def _clocks(clocks: tuple[ClockView, ...], language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("clock", "title", "status", "due", "used", "remaining", "note"), language, right=("used",))
    for clock in clocks:
        notes = ((word("provisional", language),) if clock.provisional else ()) + clock.notes
        made.add_row(
            clock.clock,
            titled(clock.title, language),
            word(clock.status, language),
            deadline(clock.due_at, zone),
            f"{clock.percent}%",
            clock.remaining,
            "; ".join(notes),
        )
    return made


def _files(files: tuple[FileRef, ...], language: str, zone: tzinfo | None) -> RenderableType:
    """Every version; `sop document get` fetches one."""
    made = table(("kind", "name", "version", "type", "size", "by", "at"), language, right=("version", "size"))
    for file in files:
        size = f"{file.size:,}"
        made.add_row(
            file.kind, identifier(file.name), str(file.version), file.type, size, file.by, instant(file.at, zone)
        )
    return made


def _rows(
    rows: tuple[dict[str, Any], ...], keys: tuple[str, ...], language: str, zone: tzinfo | None
) -> RenderableType:
    made = table(keys, language)
    for row in rows:
        made.add_row(*(value(row.get(key), language, zone) for key in keys))
    return made


def _next_commands(view: CaseView) -> list[str]:
    several = len(view.tasks) > 1
    case_id = quote(view.case_id)
    is_held = view.status == "held"  # its tasks and those below it wait; what is signalled is kept
    commands = [f"sop case resume {case_id}"] if is_held else []
    commands += [
        f"sop task complete {case_id} {'|'.join(task.outcomes)}" + (f" --task {task.task}" if several else "")
        for task in view.tasks
        if not is_held
    ]
    commands += [
        f"sop task complete {quote(task.case_id)} {'|'.join(task.outcomes)} --task {task.task}"
        for task in view.child_tasks
        if not is_held
    ]
    commands += [f"sop case signal {case_id} {event}" for event in view.events]
    for incident in view.incidents:
        mend = "retry" if incident.get("can_be_retried", True) else "skip"
        commands.append(f'sop incident {mend} {case_id} {incident["incident"]} --reason "…"')
    return commands


def render_task(task: TaskView, case_id: str, language: str, zone: tzinfo | None) -> RenderableType:
    """One task: what it asks for, and how to complete it."""
    entries = [
        ("status", word(task.status, language)),
        ("role", whose(task)),
        ("assignee", task.assignee or EMPTY),
        ("due", deadline(task.due_at, zone)),
        ("since", instant(task.opened_at, zone)),
    ]
    parts: list[RenderableType] = [
        Text(f"{case_id} {task.task}  {titled(task.title, language)}", style="bold"),
        pairs((word(key, language), text) for key, text in entries),
    ]
    if task.help:
        parts.append(Text(f"  {titled(task.help, language)}"))
    if task.form:
        keys = tuple(dict.fromkeys(key for entry in task.form for key in entry))
        parts += [Text(), heading("form", language), _rows(task.form, keys, language, zone)]
    for key, titles in (
        ("checklist", task.checklist),
        ("attachments", task.attachments),
        ("outcomes", task.outcomes),
    ):
        if titles:
            asked = task.asks if key == "attachments" else {}
            told = {name: f" ({asked[name].told()})" if name in asked else "" for name in titles}
            named = pairs((name, f"{titled(title, language)}{told[name]}") for name, title in titles.items())
            parts += [Text(), heading(key, language), named]
    return Group(*parts)
