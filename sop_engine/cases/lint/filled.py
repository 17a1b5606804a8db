"""Fields that may be empty where they are needed: by expressions, after a skipped task, by a clock, as an addressee."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.lint.running_clocks import sure_at_start
from sop_engine.cases.written.definition import ClockSpec
from sop_engine.cases.written.ways import Names, Use, entry_of, way_of
from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import Action, Actions, RequestEffect
from sop_engine.statechart.verify import flat


def lint_filled(notes: Notebook) -> None:
    """Every need that some way leaves unfilled, and every precaution against one that none does."""
    _expressions(notes)
    _skips(notes)
    _clocks(notes)
    _addressees(notes)


def _expressions(notes: Notebook) -> None:
    chart = notes.procedure.chart
    for state, sure in notes.filling.entered.items():
        _uses(notes, entry_of(notes.procedure, chart.states[state], sure).uses, notes.places.get(state, ()), state)
        for transition in chart.states[state].transitions:
            before = notes.filling.before(transition)
            if before is not None:
                _uses(notes, way_of(notes.procedure, transition, before).uses, transition.path, state)


def _uses(notes: Notebook, uses: list[Use], path: Path, state: str) -> None:
    for names, text in uses:
        for name in sorted(names & notes.procedure.definition.data.keys()):
            notes.warn(
                path,
                f"'{name}' may be empty, and `{text}` cannot do without it",
                at=state,
                mend=f"guard it (`{name} is not none and …`, `{name} | default(…)`), or require it on the way",
            )


def _skips(notes: Notebook) -> None:
    for shape in notes.procedure.shapes.values():
        if shape.task is None or shape.id not in notes.filling.entered:
            continue
        outcomes, skip = shape.task.outcomes, shape.task.skip
        sure = notes.filling.entered[shape.id]
        sure = entry_of(notes.procedure, notes.procedure.chart.states[shape.id], sure).filled
        asked = {outcome: sorted(notes.filling.needed_after(shape.id, outcome) - sure) for outcome in outcomes}
        if skip is not None and all(outcome in skip for outcome in outcomes) and not any(asked.values()):
            notes.error(
                (*notes.places[shape.id], "task", "skip"),
                "silences nothing: it names every outcome, and none leaves empty what the chart then needs",
                mend="take it away",
            )
        for outcome, lost in asked.items():
            if lost and skip is None:
                named = ", ".join(f"'{name}'" for name in lost)
                notes.warn(
                    (*notes.places[shape.id], "task", "outcomes", outcome),
                    f"skipped, '{shape.id}' leaves {named} empty, which the chart then needs",
                    at=shape.id,
                    mend="name in `skip` the outcomes that may be skipped, and who skips is asked for it",
                )


def _clocks(notes: Notebook) -> None:
    for path, spec, sure, state in _until(notes):
        empty = notes.may_empty(str(spec.until), sure)
        if empty and spec.expects is None:
            named = ", ".join(f"'{name}'" for name in empty if name != "none")
            notes.warn(
                (*path, "until"),
                f"{named + ' may be empty' if named else 'it may give none'}, and then the clock never starts",
                at=state,
                mend="require the field before, or write `expects: maybe` where that is meant",
            )
        elif not empty and spec.expects is not None:
            notes.error(
                (*path, "expects"), "silences nothing: what `until` names is always filled", mend="take it away"
            )


def _until(notes: Notebook) -> Iterator[tuple[Path, ClockSpec, Names, str]]:
    """Each clock that runs until an instant, with what is sure to be filled when it starts."""
    entered = notes.filling.entered
    for name, spec in notes.procedure.definition.clocks.items():
        if spec.until is not None:
            yield ("clocks", name), spec, sure_at_start(notes, spec), (spec.start or "").removeprefix("in ")
    for shape in notes.procedure.shapes.values():
        for name, spec in shape.clocks:
            if spec.until is not None and shape.id in entered:
                yield (*notes.places[shape.id], "clocks", name), spec, entered[shape.id], shape.id


def _addressees(notes: Notebook) -> None:
    chart = notes.procedure.chart
    for state, sure in notes.filling.entered.items():
        place = notes.places.get(state, ())
        for key, actions in (("entry", chart.states[state].entry), ("exit", chart.states[state].exit)):
            _told(notes, actions, sure, (*place, key), state)
        for transition in chart.states[state].transitions:
            before = notes.filling.before(transition)
            if before is not None:
                shown = way_of(notes.procedure, transition, before).filled
                _told(notes, transition.do, shown, (*transition.path, "do"), state)


def _told(notes: Notebook, actions: Actions, sure: Names, path: Path, state: str) -> None:
    fields: Mapping[str, object] = notes.procedure.definition.data
    # What a role is told in the same breath is heard by somebody.
    heard = [action.options.get("template") for action in _notices(actions) if action.target not in fields]
    for action in _notices(flat(actions)):
        if action.target not in fields or action.options.get("template") in heard:
            continue
        if action.target in notes.procedure.bundle.superiors or "otherwise" in action.options:
            continue
        if action.target not in sure:
            place = next((found for found in _places(notes, path, action)), path)
            notes.warn(
                place,
                f"'{action.target}' may be empty, and then nobody hears of '{action.options.get('template')}'",
                at=state,
                mend="name in `otherwise` the role that is told then",
            )


def _notices(actions: Iterable[Action]) -> Iterator[RequestEffect]:
    return (action for action in actions if isinstance(action, RequestEffect) and action.kind == "notify")


def _places(notes: Notebook, path: Path, action: RequestEffect) -> Iterator[Path]:
    """Where the action stands below a path."""
    for written in notes.actions:
        same = written.body.get("notify"), written.body.get("template")
        if written.path[: len(path)] == path and same == (action.target, action.options.get("template")):
            yield written.path
