"""SOPs on a screen, for those who write them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from sop_engine.cases.written.definition import ParameterSpec, SopDefinition
from sop_engine.cases.written.fields import describe
from sop_engine.cases.written.shape import StateShape, split_states
from sop_engine.console.render_values import heading, table, titled
from sop_engine.console.words import word


def render_definitions(rows: Iterable[tuple[str, Mapping[str, str], int, str, str]], language: str) -> RenderableType:
    made = table(("sop", "title", "version", "owner", "file"), language, right=("version",))
    for sop, title, version, owner, file in rows:
        made.add_row(sop, titled(title, language), str(version), owner, file)
    return made


def render_definition(definition: SopDefinition, language: str) -> RenderableType:
    """The states as a tree, then what the SOP knows, hears and promises."""
    title = f"{definition.sop}  {definition.title.text(language)} ({word('version', language)} {definition.version})"
    parts: list[RenderableType] = [Text(title, style="bold")]
    if definition.purpose:
        parts.append(Text(definition.purpose.text(language)))
    parts += [Text(), _states(definition, language)]
    if definition.clocks:
        clocks = table(("clock", "due", "stop"), language)
        for name, clock in definition.clocks.items():
            clocks.add_row(name, clock.within or clock.until or "", ", ".join(clock.stop.both))
        parts += [Text(), heading("clocks", language), clocks]
    if definition.parameters:
        figures = table(("name", "value", "mark"), language)
        for name, parameter in definition.parameters.items():
            figures.add_row(name, figure(parameter, language), parameter.mark or "")
        parts += [Text(), heading("parameters", language), figures]
    if definition.data:
        fields = table(("field", "title", "allowed"), language)
        for name, field in definition.data.items():
            fields.add_row(name + ("*" if field.required else ""), field.title.text(language), describe(field))
        parts += [Text(), heading("data", language), fields]
    if definition.events:
        events = table(("event", "title", "data"), language)
        for name, event in definition.events.items():
            events.add_row(name, event.title.text(language), ", ".join(event.data))
        parts += [Text(), heading("events", language), events]
    return Group(*parts)


def figure(parameter: ParameterSpec, language: str) -> str:
    """The default, or the rule that sets the figure."""
    if parameter.rule is not None:
        return f"{word('rule', language)} {parameter.rule}"
    default = parameter.default
    return ", ".join(map(str, default)) if isinstance(default, list) else str(default)


def _states(definition: SopDefinition, language: str) -> Tree:
    _, shapes, _ = split_states(definition.states)
    tree = Tree(Text(word("states", language)), guide_style="dim")

    def grow(branch: Tree, states: Mapping[str, Any]) -> None:
        for name, body in states.items():
            grown = branch.add(Text(_state(shapes[name], body or {}, language)))
            grow(grown, (body or {}).get("states", {}))

    grow(tree, definition.states)
    return tree


def _state(shape: StateShape, body: Mapping[str, Any], language: str) -> str:
    work = ""
    if shape.task is not None:
        work = f"{word('task', language)}: {shape.task.role} → {' | '.join(shape.task.outcomes)}"
    elif shape.work is not None:
        work = f"{word('work', language)}: {shape.work.activity}"
    elif shape.child is not None:
        work = f"{word('case', language)}: {shape.child.sop}"
    elif "final" in body:
        work = f"{word('outcome', language)}: {body['final']}"
    clocks = ", ".join(f"{name} {spec.within or spec.until}" for name, spec in shape.clocks)
    return "  ".join(part for part in (f"{shape.id} {shape.title.text(language)}", work, clocks) if part)
