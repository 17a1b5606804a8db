"""States from which nothing leads to an end, and states that lead into each other without anybody's word."""

from __future__ import annotations

from sop_engine.cases.lint.findings import Notebook
from sop_engine.statechart.model import Chart, State
from sop_engine.statechart.routes import ending


def lint_ends(notes: Notebook) -> None:
    """Every state without a way to an end, and every circle that turns by itself."""
    chart = notes.procedure.chart
    ends = ending(chart)
    for state in chart.states.values():
        if state.id in notes.routes and state.kind == "atomic" and state.id not in ends:
            notes.error(notes.places[state.id], f"no way leads from '{state.id}' to an end of the case", at=state.id)
    seen: set[str] = set()
    for state in chart.states.values():
        circle = _circle(chart, state) if state.id not in seen else ()
        if circle:
            seen |= set(circle)
            notes.error(state.always[0].path, f"turns without an end: {' > '.join((*circle, circle[0]))}", at=state.id)


def _circle(chart: Chart, start: State) -> tuple[str, ...]:
    """The states that lead from one back to it by transitions that are always taken; none where they lead on."""
    passed = [start]
    while (onward := _onward(chart, passed[-1])) is not None and onward not in passed:
        passed.append(onward)
    return tuple(state.id for state in passed) if onward is start else ()


def _onward(chart: Chart, state: State) -> State | None:
    """Where a state leads as soon as it is entered, whatever the case holds."""
    first = next(iter(state.always), None)
    if first is None or first.when is not None or len(first.to) != 1:
        return None
    target = chart.states[first.to[0]]
    while target.kind == "compound" and target.default is not None and len(target.default.to) == 1:
        target = chart.states[target.default.to[0]]
    return target
