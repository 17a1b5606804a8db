"""Clocks that say a promise was kept where it was not, and that cannot be what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import ClockSpec
from sop_engine.cases.written.shape import StateShape
from sop_engine.statechart.model import matches
from sop_engine.statechart.routes import entered_with, leaving


def lint_promises(notes: Notebook) -> None:
    """Every outcome that meets a clock which then begins anew, and every clock that hears a machine and no person."""
    for shape in notes.procedure.shapes.values():
        if shape.task is not None and shape.id in notes.routes:
            _outcomes(notes, shape)
    for name, spec in notes.procedure.definition.clocks.items():
        if not _says_verdict(notes, name):
            _begun_again(notes, name, spec)
        _unheard(notes, name, spec)


def _outcomes(notes: Notebook, shape: StateShape) -> None:
    """A state's own clocks, where the task leads back to the state."""
    task = shape.task
    if task is None or not shape.clocks:
        return
    back = {outcome: shape.id in _after(notes, shape.id, outcome) for outcome in task.outcomes}
    ends = {outcome: _ends(notes, shape.id, outcome) for outcome in task.outcomes}
    for outcome, spec in task.outcomes.items():
        place = (*notes.places[shape.id], "task", "outcomes", outcome)
        leaves = _after(notes, shape.id, outcome)
        if spec.clock == "goes_on" and leaves and not back[outcome]:
            notes.error((*place, "clock"), f"'{shape.id}' is not entered again after '{outcome}', so nothing goes on")
        elif spec.clock is None and back[outcome] and any(found - ends[outcome] for found in ends.values()):
            notes.warn(
                place,
                f"'{outcome}' leads back to '{shape.id}', whose clock counts as met and begins anew",
                at=shape.id,
                mend="say what it makes of the clock: `clock: met`, `ended` or `goes_on`",
            )


def _begun_again(notes: Notebook, name: str, spec: ClockSpec) -> None:
    """A clock of the SOP that an outcome meets, though what starts it can come again."""
    starts = {state for state in notes.routes if _starts(notes, spec, state)}
    outcomes = [text for text in spec.stop.met if _task_of(notes, text) is not None]
    returning = [text for text in outcomes if starts & set(_after(notes, *text.rsplit(".", 1)))]
    if returning and len(outcomes) > 1:
        notes.warn(
            ("clocks", name, "stop"),
            f"{', '.join(returning)} meets '{name}', which can begin anew afterwards",
            mend="write `stop: {met: […], ended: […]}`: which of them keep the promise, and which leave none",
        )


def _unheard(notes: Notebook, name: str, spec: ClockSpec) -> None:
    """What a machine reports stops it, and what a person reports in the same state, leading to the same, does not."""
    events = notes.procedure.definition.events
    for text in spec.stop.both:
        if text not in events:
            continue
        for state, event, beside in _beside(notes, text):
            if not any(matches(other, event) or other in beside for other in spec.stop.both):
                notes.warn(
                    ("clocks", name, "stop"),
                    f"'{text}' stops '{name}', and '{event}', which leads on from '{state}' just so, does not",
                    at=state,
                    mend=f"name '{event}' beside it",
                )


def _beside(notes: Notebook, event: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Outcomes of tasks that lead where the event leads: the state, the outcome's event, what is entered with it."""
    for shape in notes.procedure.shapes.values():
        if shape.task is None:
            continue
        targets = {way.to for way in leaving(notes.procedure.chart, shape.id) if way.matches(event) and way.to}
        for outcome in shape.task.outcomes:
            own = f"{shape.id}.{outcome}"
            ways = [way for way in leaving(notes.procedure.chart, shape.id) if own in way.events]
            if any(way.to in targets for way in ways):
                yield shape.id, own, tuple(f"in {target}" for way in ways for target in way.to)


def _ends(notes: Notebook, state: str, outcome: str) -> frozenset[str]:
    """The ends that may come of an outcome before its state is entered again."""
    found = _after(notes, state, outcome, past=False)
    return frozenset(name for name in found if notes.procedure.chart.states[name].kind == "final")


def _after(notes: Notebook, state: str, outcome: str, *, past: bool = True) -> tuple[str, ...]:
    """The states that may follow an outcome of a task, itself left first; without `past` not those beyond itself."""
    states = notes.procedure.chart.states
    waiting = [
        target
        for way in leaving(notes.procedure.chart, state)
        if f"{state}.{outcome}" in way.events
        for target in way.to
    ]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            if name == state and not past:
                continue
            waiting += entered_with(states[name])
            waiting += [target for way in leaving(notes.procedure.chart, name) for target in way.to]
    return tuple(found)


def _starts(notes: Notebook, spec: ClockSpec, state: str) -> bool:
    start = spec.start or ""
    if start == f"in {state}":
        return True
    return any(way.matches(start) for way in notes.procedure.chart.states[state].on) if start else False


def _task_of(notes: Notebook, text: str) -> StateShape | None:
    head, _, outcome = text.rpartition(".")
    shape = notes.procedure.shapes.get(head)
    return shape if shape is not None and shape.task is not None and outcome in shape.task.outcomes else None


def _says_verdict(notes: Notebook, name: str) -> bool:
    written = notes.procedure.bundle.definition.get("clocks", {}).get(name, {})
    return isinstance(written.get("stop"), Mapping)
