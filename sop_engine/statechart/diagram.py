"""Draws a chart as text for Mermaid (`stateDiagram-v2`), which Markdown viewers show as a picture."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sop_engine.statechart.model import ROOT, Chart, State, Transition

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def mermaid(
    chart: Chart, *, language: str = "en", active: Collection[str] = (), titles: Mapping[str, Any] = _NOTHING
) -> str:
    """Return the diagram; `active` states are marked.

    A title is a text, or a mapping of languages of which `language` is shown; `titles` by state id win over the
    chart's own. Mermaid cannot mark a state that has states inside, so of `active` the innermost are marked. The
    transitions of the root, which apply everywhere, leave a box that stands for any state.
    """
    shown = {
        state.id: _shown(titles.get(state.id) or state.title, language) or state.id for state in chart.states.values()
    }
    lines = ["stateDiagram-v2", *_inside(chart, chart.root, shown, 1)]
    if any(transition.to for transition in chart.root.transitions):
        lines.append(f'    state "{_quoted(_shown(_ANYWHERE, language))}" as {_alias(chart, ROOT)}')
    lines += [
        f"    {_alias(chart, state.id)} --> {_alias(chart, target)} : {_label(transition)}"
        for state in chart.states.values()
        for transition in state.transitions
        for target in transition.to
    ]
    marked = [_alias(chart, state.id) for state in chart.states.values() if state.id in active and state.is_leaf]
    if marked:
        lines += [f"    classDef active {_MARK}", f"    class {','.join(marked)} active"]
    return "\n".join(lines) + "\n"


def _shown(title: Any, language: str) -> str:
    if isinstance(title, Mapping):
        title = title.get(language) or next(iter(title.values()), "")
    return str(title or "")


def _inside(chart: Chart, parent: State, titles: Mapping[str, str], depth: int) -> Iterator[str]:
    margin = "    " * depth
    if parent.default is not None:
        for target in parent.default.to:
            yield f"{margin}[*] --> {_alias(chart, target)}"
    for index, child_id in enumerate((*parent.children, *parent.histories)):
        child = chart.states[child_id]
        if parent.kind == "parallel" and index and child.kind != "history":
            yield f"{margin}--"
        alias = _alias(chart, child_id)
        if child.kind == "history":
            yield f'{margin}state "{"H*" if child.deep else "H"}" as {alias}'
            continue
        yield f'{margin}state "{_quoted(titles[child_id])}" as {alias}'
        if child.children:
            yield f"{margin}state {alias} {{"
            yield from _inside(chart, child, titles, depth + 1)
            yield f"{margin}}}"
        if child.kind == "final":
            yield f"{margin}{alias} --> [*]"


def _label(transition: Transition) -> str:
    trigger = f"after {transition.delay}" if transition.delay else ", ".join(transition.events) or "always"
    return _quoted(f"{trigger} [{transition.when.source}]" if transition.when else trigger)


def _alias(chart: Chart, state_id: str) -> str:
    """A name that Mermaid can read: state ids may hold dots and Chinese, which it takes for syntax."""
    return f"s{chart.states[state_id].order}"


def _quoted(text: str) -> str:
    """Write what Mermaid would read as syntax as its entity codes."""
    return "".join(f"#{ord(character)};" if character in _SYNTAX else character for character in text)


_ANYWHERE = MappingProxyType({"en": "In any state", "zh": "任何状态下"})
_MARK = "fill:#fde68a,stroke:#b45309,stroke-width:2px"
_SYNTAX = '#;:"{}<>'
