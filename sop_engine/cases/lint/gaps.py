"""What is taken only under guards: where none of them holds, the case stands still, or its task opens again.

The guards are tried against each other with values of the fields they read. Where such values show a gap, they are
told; where guards cannot be tried, for they ask for what nobody here knows, that they may all refuse a report is told
without. Two guards of which both hold are told where the author split all cases among guards and left no other way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.lint.guards import Guards
from sop_engine.cases.written.shape import StateShape
from sop_engine.cases.written.ways import Names
from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import Transition


def lint_gaps(notes: Notebook) -> None:
    """Every report that every transition may refuse, and guards that leave a gap, overlap, or are never reached."""
    chart = notes.procedure.chart
    for name in (*_reports(notes), *(f"done.state.{state}" for state in chart.states)):
        ways = [way for state in chart.states.values() for way in state.on if way.matches(name)]
        if ways and all(way.when is not None for way in ways):
            _gap(notes, name, ways)
    for name in _outcomes(notes):
        ways = [way for state in chart.states.values() for way in state.on if way.matches(name)]
        if ways and all(way.when is not None for way in ways):
            _opens_again(notes, name, ways)
    for ways in _alternatives(notes):
        _each_other(notes, ways)


def _gap(notes: Notebook, name: str, ways: Sequence[Transition]) -> None:
    guards = _guards(notes, ways)
    shown = guards.gap() if guards is not None and guards.can_be_tried else None
    if shown is not None or guards is None or not guards.can_be_tried:
        message = f"where no guard holds, nothing takes {name}"
        if shown is not None and guards is not None:
            message = f"with {guards.told(shown)} no guard holds, and nothing takes {name}"
        notes.warn(_place(ways), message, at=ways[0].source, mend="end with a transition without `when`")


def _opens_again(notes: Notebook, name: str, ways: Sequence[Transition]) -> None:
    guards = _guards(notes, ways)
    shown = guards.gap() if guards is not None else None
    if shown is not None and guards is not None:
        notes.warn(
            _place(ways),
            f"with {guards.told(shown)} no guard holds, and the task opens again after {name}",
            at=ways[0].source,
            mend="refuse the outcome by a check, or end with a transition without `when`",
        )
    elif guards is not None and (unasked := _unasked_states(notes, name, ways)):
        notes.warn(
            _place(ways),
            f"where {', '.join(unasked)} is not active, no guard may hold, and the task opens again after {name}",
            at=ways[0].source,
            mend="refuse the outcome by a check that asks for the same states, or end with a transition without `when`",
        )


def _unasked_states(notes: Notebook, name: str, ways: Sequence[Transition]) -> list[str]:
    """The active states that guards of an outcome ask for and no check of its task does."""
    state, outcome = name.rsplit(".", 1)
    task = notes.procedure.shapes[state].task
    checks = task.checks.values() if task is not None else ()
    asked = (check.rule for check in checks if check.blocks and (not check.outcomes or outcome in check.outcomes))
    known = frozenset[str]().union(*(notes.procedure.expression(rule).states for rule in asked))
    return sorted({each for way in ways if way.when is not None for each in way.when.states} - known)


def _each_other(notes: Notebook, ways: Sequence[Transition]) -> None:
    guards = _guards(notes, ways)
    if guards is None:
        return
    never = guards.never_first()
    for way in never:
        notes.warn(way.path, "is never taken: wherever its guard holds, one before it does", at=way.source)
    if (
        not never
        and all(way.when is not None for way in ways)
        and guards.gap() is None
        and (found := guards.overlap()) is not None
    ):
        first, second, shown = found
        notes.warn(
            second.path,
            f"with {guards.told(shown)} both `{_said(first)}` and `{_said(second)}` hold, and the first is taken",
            at=second.source,
            mend="let only one of them hold, or leave out the `when` of the last",
        )


def _guards(notes: Notebook, ways: Sequence[Transition]) -> Guards | None:
    """The guards with what is sure to be filled before any of them; none where a case never comes to one."""
    filled: Names | None = None
    for way in ways:
        before = notes.filling.before(way)
        if before is None:
            return None
        filled = before if filled is None else filled & before
    return None if filled is None else Guards(notes.procedure, ways, filled)


def _alternatives(notes: Notebook) -> Iterator[list[Transition]]:
    """Ways of one state for the same event, with several guards among them."""
    for state in notes.procedure.chart.states.values():
        groups: dict[tuple[str, ...], list[Transition]] = {}
        for way in (*state.on, *state.always):
            groups.setdefault(way.events, []).append(way)
        yield from (ways for ways in groups.values() if sum(way.when is not None for way in ways) > 1)


def _reports(notes: Notebook) -> Iterable[str]:
    for shape in notes.procedure.shapes.values():
        yield from (f"{shape.id}.{word}" for word in _words(notes, shape))


def _outcomes(notes: Notebook) -> Iterable[str]:
    for shape in notes.procedure.shapes.values():
        if shape.task is not None and shape.task.for_each is None:
            yield from (f"{shape.id}.{outcome}" for outcome in shape.task.outcomes)


def _words(notes: Notebook, shape: StateShape) -> Iterable[str]:
    if shape.work is not None:
        return ("done",)
    if shape.child is None or shape.child.detached:
        return ()
    if shape.child.for_each is not None:
        return ("all",)
    child = notes.around.sops.get(shape.child.sop)
    return tuple(outcomes_of(child)) if child is not None else ()


def _said(way: Transition) -> str:
    return way.when.source if way.when is not None else "always"


def _place(ways: Sequence[Transition]) -> Path:
    """Where the first of them stands, or the list of which it is one."""
    path = ways[0].path
    return path[:-1] if isinstance(path[-1], int) and path[-2] != "on" else path
