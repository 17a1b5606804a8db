"""What is taken only under guards: where none of them holds, the case stands still without a word.

The outcome of a task is not among it: the task opens again, and somebody sees it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.shape import StateShape
from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import Transition


def lint_gaps(notes: Notebook) -> None:
    """Every report of automated work, of a child or of regions that are done, and that every transition may refuse."""
    chart = notes.procedure.chart
    for name in (*_reports(notes), *(f"done.state.{state}" for state in chart.states)):
        ways = [way for state in chart.states.values() for way in state.on if way.matches(name)]
        if ways and all(way.when is not None for way in ways):
            notes.warn(
                _place(ways),
                f"where no guard holds, nothing takes {name}",
                at=ways[0].source,
                mend="end with a transition without `when`",
            )


def _reports(notes: Notebook) -> Iterable[str]:
    for shape in notes.procedure.shapes.values():
        yield from (f"{shape.id}.{word}" for word in _words(notes, shape))


def _words(notes: Notebook, shape: StateShape) -> Iterable[str]:
    if shape.work is not None:
        return ("done",)
    if shape.child is None or shape.child.detached:
        return ()
    if shape.child.for_each is not None:
        return ("all",)
    child = notes.around.sops.get(shape.child.sop)
    return tuple(outcomes_of(child)) if child is not None else ()


def _place(ways: list[Transition]) -> Path:
    """Where the first of them stands, or the list of which it is one."""
    path = ways[0].path
    return path[:-1] if isinstance(path[-1], int) and path[-2] != "on" else path
