"""Many things on a screen: cases, tasks, a journal, documents, notices, balances."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from rich.console import RenderableType

from sop_engine.cases.contracts.handing_over import HandOverDone
from sop_engine.cases.contracts.reading import CaseLine, DocumentLine, FoundCase, TaskLine, TrialBalance
from sop_engine.cases.contracts.viewing import ViewLine
from sop_engine.cases.contracts.views import ChildTaskView, StepView, TaskView
from sop_engine.console.findings import Finding
from sop_engine.console.render_values import EMPTY, deadline, identifier, instant, table, titled, value
from sop_engine.console.words import word
from sop_engine.freight.places import Place


def render_cases(cases: tuple[CaseLine, ...], language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("case", "title", "stage", "state", "status", "sla", "due"), language)
    for case in cases:
        status = word(case.status, language) + (f" ({case.outcome})" if case.outcome else "")
        made.add_row(
            identifier(case.case_id),
            titled(case.title, language),
            case.stage or EMPTY,
            ", ".join(case.states) or EMPTY,
            status,
            word(case.sla, language),
            _due(case.due_at, case.overdue, case.provisional, language, zone),
        )
    return made


def render_unheard(cases: tuple[CaseLine, ...], language: str, zone: tzinfo | None) -> RenderableType:
    """What cases were told and did not take: one line for each message."""
    made = table(("case", "title", "event", "times", "last", "why"), language, right=("times",))
    for case in cases:
        case_id, title = identifier(case.case_id), titled(case.title, language)
        for line in case.unheard:
            made.add_row(case_id, title, line.name, str(line.count), instant(line.last_at, zone), line.why or EMPTY)
    return made


def render_handed(done: HandOverDone, language: str) -> RenderableType:
    """What became of each task of a hand-over, or would."""
    made = table(("case", "sop", "task", "role", "handed_over", "why"), language)
    for line in done.tasks:
        made.add_row(
            identifier(line.case_id),
            line.sop,
            line.task,
            line.role,
            word("yes" if line.handed else "no", language),
            line.why or EMPTY,
        )
    return made


def render_entries(rows: Iterable[tuple[str, str, date | None, date | None, str]], language: str) -> RenderableType:
    made = table(("table", "entry", "valid_from", "valid_to", "citation"), language)
    for name, entry, valid_from, valid_to, citation in rows:
        made.add_row(name, entry, str(valid_from or EMPTY), str(valid_to or EMPTY), citation or EMPTY)
    return made


def render_places(places: Iterable[Place], language: str) -> RenderableType:
    made = table(("code", "name", "chinese", "kinds", "airport", "subdivision", "coordinates"), language)
    for place in places:
        kinds = ", ".join(word(kind, language) for kind in place.kinds)
        cells = (place.code, place.en, place.zh, kinds, place.airport, place.subdivision, place.coordinates)
        made.add_row(*(cell or EMPTY for cell in cells))
    return made


def render_tasks(
    tasks: Sequence[TaskLine] | Sequence[ChildTaskView], language: str, zone: tzinfo | None
) -> RenderableType:
    """Open tasks of several cases."""
    made = table(("case", "task", "title", "role", "assignee", "status", "due", "outcomes"), language)
    for task in tasks:
        made.add_row(
            identifier(task.case_id),
            task.task,
            titled(task.title, language),
            whose(task),
            task.assignee or EMPTY,
            word(task.status, language),
            _due(task.due_at, task.overdue, False, language, zone),
            ", ".join(task.outcomes),
        )
    return made


def whose(task: TaskLine | ChildTaskView | TaskView) -> str:
    """The role of a task, where, for whom, and by whose right the user may take it."""
    principal = task.on_behalf_of if isinstance(task, TaskLine) else None
    more = (task.unit and f"@ {task.unit}", task.person and f"→ {task.person}", principal and f"({principal})")
    return " ".join(filter(None, (task.role, *more)))


def render_found(found: tuple[FoundCase, ...], language: str) -> RenderableType:
    made = table(("field", "value", "case", "title", "status"), language)
    for hit in found:
        title, status = titled(hit.case.title, language), word(hit.case.status, language)
        made.add_row(hit.field, hit.value, identifier(hit.case.case_id), title, status)
    return made


def render_timeline(steps: tuple[StepView, ...], language: str, zone: tzinfo | None) -> RenderableType:
    """Who did what when, what changed, and where the case went."""
    made = table(("step", "at", "actor", "what", "state", "changes"), language, right=("step",))
    for step in steps:
        what = titled(step.title, language) if step.title else step.name
        if step.happened_at:
            what += f" ({instant(step.happened_at, zone)})"
        if step.note:
            what += f": {step.note}"
        made.add_row(
            str(step.step) + ("*" if step.superseded else ""),
            instant(step.at, zone),
            step.actor if step.on_behalf_of is None else f"{step.actor} → {step.on_behalf_of}",
            what,
            " ".join((*(f"-{state}" for state in step.exited), *(f"+{state}" for state in step.entered))) or EMPTY,
            "; ".join(_change(change, language, zone) for change in step.changes) or EMPTY,
        )
    return made


def _change(change: Mapping[str, Any], language: str, zone: tzinfo | None) -> str:
    old, new = (value(change.get(key), language, zone) for key in ("old", "new"))
    return f"{change.get('field')}: {old} → {new}"


def render_incidents(
    incidents: Iterable[tuple[str, Mapping[str, Any]]], language: str, zone: tzinfo | None
) -> RenderableType:
    keys = ("incident", "kind", "message", "at")
    made = table(("case", *keys), language)
    for case_id, found in incidents:
        made.add_row(identifier(case_id), *(value(found.get(key), language, zone) for key in keys))
    return made


def render_documents(documents: tuple[DocumentLine, ...], language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("document", "title", "version", "name", "at", "keep_until"), language, right=("version",))
    for line in documents:
        made.add_row(
            identifier(line.document_id),
            titled(line.title, language),
            str(line.version),
            line.name,
            instant(line.rendered_at, zone),
            _kept(line, language),
        )
    return made


def _kept(line: DocumentLine, language: str) -> str:
    """The last day on which it is kept; while the case is open, the period that its closing begins."""
    if line.keep_until is not None:
        return line.keep_until.isoformat()
    if line.kept_for is None:
        return EMPTY
    return f"{word('closing', language)} + {line.kept_for}"


def render_balance(balance: TrialBalance, language: str) -> RenderableType:
    """With what each balance is worth in book currency, where there are others."""
    is_foreign = any(line.worth not in (None, line.balance) for line in balance.accounts)
    columns = ("debit", "credit", "balance", *(("worth",) if is_foreign else ()))
    made = table(("account", "title", "currency", *columns), language, right=columns)
    for line in balance.accounts:
        figures = [f"{figure:,.2f}" for figure in (line.debit, line.credit, line.balance)]
        worth = [f"{line.worth:,.2f}" if line.worth is not None else EMPTY] if is_foreign else []
        made.add_row(line.account, titled(line.title, language), line.currency, *figures, *worth)
    return made


def render_findings(findings: Sequence[Finding], language: str) -> RenderableType:
    """What was looked at. The mends are not here: a command that is folded in a column cannot be copied."""
    made = table(("check", "status", "what"), language)
    for finding in findings:
        made.add_row(finding.check, finding.verdict, finding.what)
    return made


def _due(moment: datetime | None, overdue: bool, provisional: bool, language: str, zone: tzinfo | None) -> str:
    if moment is None:
        return EMPTY
    marks = [word(mark, language) for mark, holds in (("overdue", overdue), ("provisional", provisional)) if holds]
    return " ".join((deadline(moment, zone), *(f"({mark})" for mark in marks)))


def render_views(views: tuple[ViewLine, ...], language: str, zone: tzinfo | None) -> RenderableType:
    """Who saw what, the newest first."""
    made = table(("at", "actor", "fields", "command"), language)
    for view in views:
        made.add_row(instant(view.at, zone), view.reader, ", ".join(view.fields), view.command)
    return made
