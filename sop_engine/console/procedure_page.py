"""A page about one procedure for those who run it, in Markdown: all of it is read from the definition.

Titles stand in English and Chinese side by side, for one page serves both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.model import Marks
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.diagrams.wording import life, outcome, promise, worded
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.scenarios.model import Scenario
from sop_engine.cases.written.definition import ParameterSpec
from sop_engine.cases.written.fields import describe
from sop_engine.cases.written.shape import StateShape
from sop_engine.cases.written.task import TaskSpec
from sop_engine.console.diagrams import drawn
from sop_engine.console.markdown import markdown_table
from sop_engine.content.library import Library
from sop_engine.content.scenario_files import Theatre
from sop_engine.records.reports.catalogue import catalogue
from sop_engine.records.reports.parameters import OfSop
from sop_engine.statechart.model import Actions, Conditional, RequestEffect, State


class PageSubject(NamedTuple):
    """A procedure, with what of its site the page tells."""

    subject: Subject
    library: Library
    scenarios: Sequence[Scenario]

    @property
    def sop(self) -> str:
        return self.subject.procedure.definition.sop


def page_subject(library: Library, sop: str, on: date) -> PageSubject:
    """The procedure as it stands for cases that open on a day. Raises ContentError where its scenarios cannot be
    read.
    """
    procedure = compile_procedure(library.bundle(sop, on))
    sops = {name: found.definition for name, found in library.sops.items()}
    roles = {name: role.title for name, role in library.organization.roles.items()}
    scenarios = [scenario for file in Theatre(library).files([sop]) for scenario in file.scenarios.values()]
    return PageSubject(Subject(procedure, sops, roles), library, scenarios)


def procedure_page(about: PageSubject) -> str:
    """The whole page."""
    parts = (
        ("", _head(about)),
        ("How it begins 如何开始", _beginnings(about)),
        ("The way of a case 流程图", _diagram(about)),
        ("States 状态", _states(about)),
        ("Forms 表单", _forms(about)),
        ("Promises 时限", _clocks(about)),
        ("Figures 参数", _figures(about)),
        ("Roles 角色", _roles(about)),
        ("What may come meanwhile 事件", _events(about)),
        ("Notices and papers 通知与单证", _sent(about)),
        ("Measures and reports 指标与报表", _measures(about)),
        ("Played in scenarios 场景", _scenarios(about)),
    )
    lines: list[str] = []
    for heading, found in parts:
        body = list(found)
        if body:
            lines += [*((f"## {heading}", "") if heading else ()), *body, ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def contents_page(library: Library, on: date) -> str:
    """The list of pages, with the day for which they were made."""
    rows = (
        (f"[{name}]({name}.md)", both(found.definition.title), both(_role(library, found.definition.owner)))
        for name, found in sorted(library.sops.items())
    )
    heads = ("Procedure", "Title", "Owner")
    made = f"Made from the definitions by `sop definition page --on {on} --output docs/sops`; a test compares it."
    return "\n".join(("# The procedures 流程一览", "", made, "", *markdown_table(heads, rows))) + "\n"


def both(title: Title) -> str:
    """A title in both languages, once where they are the same."""
    return title.en if title.en == title.zh else f"{title.en} {title.zh}"


def _role(library: Library, name: str) -> Title:
    role = library.organization.roles.get(name)
    return role.title if role is not None else Title(en=name, zh=name)


def _head(about: PageSubject) -> Iterator[str]:
    definition = about.subject.procedure.definition
    yield from (f"# {about.sop} · {both(definition.title)}", "")
    if definition.purpose is not None:
        yield from (definition.purpose.en, "", definition.purpose.zh, "")
    facts = (
        ("Version", str(definition.version)),
        ("Owner", both(about.subject.role(definition.owner))),
        ("Calendar", definition.calendar),
        ("Found by", ", ".join(_titles(about, definition.reference))),
        ("Source", definition.source or ""),
    )
    yield from markdown_table(("", ""), [(name, told) for name, told in facts if told])


def _titles(about: PageSubject, fields: Sequence[str]) -> Iterator[str]:
    data = about.subject.procedure.definition.data
    return (both(data[name].title) if name in data else name for name in fields)


def _beginnings(about: PageSubject) -> Iterator[str]:
    library, definition = about.library, about.subject.procedure.definition
    needed = [name for name, field in definition.data.items() if field.required]
    is_inner = library.sops[about.sop].outer is not None
    if not is_inner:
        yield f"- By hand: `sop case start {' '.join((about.sop, *(f'--set {name}=…' for name in needed)))}`"
    for name, found in sorted(library.sops.items()):
        if about.sop in found.child_sops:
            yield f"- As a part of a case of {name}: {both(found.definition.title)}"
    for name, duty in sorted(library.schedules.duties.items()):
        if duty.sop == about.sop:
            yield f"- As a duty that comes again, `{name}`: {both(duty.title)}"
    if needed:
        yield from ("", f"It needs: {', '.join(_titles(about, needed))}.")


def _diagram(about: PageSubject) -> Iterator[str]:
    yield "```mermaid"
    yield drawn(about.subject, "mermaid", "en", Marks()).rstrip()
    yield "```"


def _states(about: PageSubject) -> Iterator[str]:
    chart = about.subject.procedure.chart
    rows = (
        (f"`{name}`", both(shape.title), _work(about, shape, chart.states[name]), _ends(about, shape))
        for name, shape in about.subject.procedure.shapes.items()
        if chart.states[name].kind != "history"
    )
    yield from markdown_table(("State", "Title", "What is done", "Ends with"), rows)


def _work(about: PageSubject, shape: StateShape, state: State) -> str:
    if shape.task is not None:
        return f"task of {_whose(about, shape.task)}"
    if shape.work is not None:
        return f"by itself: `{shape.work.activity}`"
    if shape.child is not None:
        each = f", one for each of `{shape.child.for_each}`" if shape.child.for_each is not None else ""
        return f"a case of {shape.child.sop}{each}"
    return f"the case is over: `{state.outcome}`" if state.outcome is not None else ""


def _whose(about: PageSubject, task: TaskSpec) -> str:
    more = {
        "person": f", for whom `{task.person}` names",
        "same_as": f", whoever did `{task.same_as}`",
        "unit": f", in `{task.unit}`",
        "for_each": f", one for each of `{task.for_each}`",
    }
    told = "".join(text for key, text in more.items() if getattr(task, key) is not None)
    others = f", another person than of {', '.join(f'`{name}`' for name in task.distinct_from)}"
    return both(about.subject.role(task.role)) + told + (others if task.distinct_from else "")


def _ends(about: PageSubject, shape: StateShape) -> str:
    if shape.task is None:
        return ""
    return "; ".join(both(outcome(about.subject, shape.id, word)) for word in shape.task.outcomes)


def _forms(about: PageSubject) -> Iterator[str]:
    for name, shape in about.subject.procedure.shapes.items():
        task = shape.task
        if task is None or not (task.form or task.checklist or task.attachments or task.checks):
            continue
        fields = [*markdown_table(("Field", "Title", "Asked for", "Allowed"), _fields(about, task))]
        ticks = [f"- tick: {both(title)}" for title in task.checklist.values()]
        files = [f"- files: {both(spec.title)}, at least {spec.at_least}" for spec in task.attachments.values()]
        checks = [f"- {'rule' if check.blocks else 'warning'}: {both(check.title)}" for check in task.checks.values()]
        asked = [*ticks, *files, *checks]
        yield from (f"### {both(task.title or shape.title)} (`{name}`)", "", *fields, *([""] if fields else []), *asked)
        if asked:
            yield ""


def _fields(about: PageSubject, task: TaskSpec) -> Iterator[tuple[str, ...]]:
    data = about.subject.procedure.definition.data
    for entry in task.form:
        declared = data.get(entry.field)
        if declared is None:
            yield (f"`{entry.field}`", entry.field, "shown", "")
            continue
        asked = "required" if entry.is_required(declared) else "may be given"
        asked = "shown" if entry.read_only else asked if entry.when is None else f"{asked}, while `{entry.when}`"
        yield (f"`{entry.field}`", both(declared.title), asked, "" if entry.read_only else describe(declared))


def _clocks(about: PageSubject) -> Iterator[str]:
    procedure = about.subject.procedure
    of_case = [(name, life(about.subject, name, clock)) for name, clock in procedure.definition.clocks.items()]
    of_states = [
        (f"{state}: {name}" if name != state else state, promise(about.subject, name, clock))
        for state, shape in procedure.shapes.items()
        for name, clock in shape.clocks
    ]
    rows = ((f"`{name}`", told.en, told.zh) for name, told in (*of_case, *of_states))
    yield from markdown_table(("Clock", "Promise", "时限"), rows)


def _figures(about: PageSubject) -> Iterator[str]:
    procedure = about.subject.procedure
    rows = (
        (f"`{name}`", both(spec.title) if spec.title else "", _figure(about, name, spec), spec.unit or "", _from(spec))
        for name, spec in procedure.definition.parameters.items()
    )
    yield from markdown_table(("Name", "Figure", "Value", "Unit", "From"), rows)


def _figure(about: PageSubject, name: str, spec: ParameterSpec) -> str:
    value = about.subject.procedure.parameters[name] if spec.rule is None else spec.rule
    told = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return told if spec.rule is None else f"rule `{told}`"


def _from(spec: ParameterSpec) -> str:
    return "the rule" if spec.rule is not None else ", ".join(filter(None, (spec.mark, spec.source)))


def _roles(about: PageSubject) -> Iterator[str]:
    shapes = about.subject.procedure.shapes
    owner = about.subject.procedure.definition.owner
    does: dict[str, list[str]] = {owner: ["owns the procedure"]}
    for name, shape in shapes.items():
        if shape.task is not None:
            does.setdefault(shape.task.role, []).append(f"`{name}`")
    rows = ((f"`{role}`", both(about.subject.role(role)), ", ".join(tasks)) for role, tasks in does.items())
    yield from markdown_table(("Role", "Title", "Does"), rows)


def _events(about: PageSubject) -> Iterator[str]:
    rows = (
        (f"`{name}`", both(event.title), ", ".join(_named(event.roles, event.machines)), ", ".join(event.data))
        for name, event in about.subject.procedure.definition.events.items()
    )
    yield from markdown_table(("Event", "Title", "Sent by", "With"), rows)


def _named(roles: Sequence[str], machines: bool) -> tuple[str, ...]:
    return (*roles, *(("other systems",) if machines or not roles else ()), *(() if roles else ("the owner",)))


def _sent(about: PageSubject) -> Iterator[str]:
    rows = dict.fromkeys(
        (KINDS[effect.kind], f"`{_template(effect)}`", str(effect.target) if effect.kind == "notify" else "", where)
        for where, effect in _effects(about)
        if effect.kind in KINDS and _template(effect)
    )
    yield from markdown_table(("Kind", "Template", "To", "When"), rows)


KINDS = {"notify": "notice 通知", "document": "paper 单证"}


def _template(effect: RequestEffect) -> str:
    return str(effect.options.get("template") or "") if effect.kind == "notify" else str(effect.target or "")


def _effects(about: PageSubject) -> Iterator[tuple[str, RequestEffect]]:
    """Every effect of the chart, with what sets it off in words."""
    procedure = about.subject.procedure
    for name, state in procedure.chart.states.items():
        called = both(procedure.title_of(name)) if name in procedure.shapes else "at any time 任何时候"
        for actions, where in ((state.entry, f"{called}: on entry"), (state.exit, f"{called}: on leaving")):
            yield from ((where, effect) for effect in _requested(actions))
        for transition in state.transitions:
            said = " / ".join(both(worded(about.subject, event)) for event in transition.events)
            yield from ((said or called, effect) for effect in _requested(transition.do))


def _requested(actions: Actions) -> Iterator[RequestEffect]:
    for action in actions:
        if isinstance(action, RequestEffect):
            yield action
        elif isinstance(action, Conditional):
            yield from _requested((*action.then, *action.otherwise))


def _measures(about: PageSubject) -> Iterator[str]:
    for name, report in catalogue().items():
        if issubclass(report.asks, OfSop):
            yield f"- `sop report run {name} --sop {about.sop}`: {both(report.tells)}"


def _scenarios(about: PageSubject) -> Iterator[str]:
    """What is played with each change, by the names under which `sop definition simulate` plays them."""
    yield from (f"- {both(scenario.title)}" for scenario in about.scenarios)
