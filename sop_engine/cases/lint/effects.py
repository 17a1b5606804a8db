"""Effects, what undoes them, and delays: names and expressions that only fail when it is too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.written.places import delays, walk
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, parse_period


def lint_effects(notes: Notebook) -> None:
    """Every effect of the chart, of `undo` and of `cancel`, and every delay."""
    definition = notes.procedure.bundle.definition
    for action in walk(definition):
        if action.kind in notes.around.effects:
            _effect(notes, action.path, action.body, is_compiled=True)
    for index, body in enumerate(notes.procedure.definition.cancel):
        _standalone(notes, ("cancel", index), body)
    notes.values(("cancelled_with",), notes.procedure.definition.cancelled_with)
    for path, text in delays(definition):
        _delay(notes, path, text)


def _standalone(notes: Notebook, path: Path, body: Any) -> None:
    """An effect that the chart's parser did not see."""
    kind = next(iter(body), None) if isinstance(body, Mapping) else None
    if kind not in notes.around.effects:
        allowed = ", ".join(notes.around.effects)
        notes.error(path, f"{kind!r} is no effect (an effect begins with one of: {allowed})")
        return
    _effect(notes, path, body, is_compiled=False)


def _given(notes: Notebook, path: Path, values: Any) -> Mapping[str, Any]:
    if values is None or isinstance(values, Mapping):
        return values or {}
    notes.error(path, f"{values!r} is no mapping of values by name")
    return {}


def _listed(notes: Notebook, path: Path, undo: Any) -> Sequence[Any]:
    """What undoes an effect: one effect or several."""
    if undo is None or isinstance(undo, Mapping):
        return () if undo is None else (undo,)
    if isinstance(undo, list | tuple):
        return undo
    notes.error(path, f"{undo!r} is no effect and no list of effects")
    return ()


def _effect(notes: Notebook, path: Path, body: Mapping[str, Any], is_compiled: bool) -> None:
    kind = str(next(iter(body)))
    allowed = (*notes.around.effects[kind].keys, "with", "undo")
    for key in body:
        if key not in (kind, *allowed):
            notes.error((*path, key), f"unknown key '{key}' (allowed: {', '.join(allowed)})")
    given = _given(notes, (*path, "with"), body.get("with"))
    if not is_compiled:
        notes.values((*path, "with"), given)
    for index, entry in enumerate(_listed(notes, (*path, "undo"), body.get("undo"))):
        _standalone(notes, (*path, "undo", index), entry)
    notes.around.effects[kind].lint(notes, WrittenEffect(path, kind, body, given))


def _delay(notes: Notebook, path: Path, text: str) -> None:
    if text in notes.procedure.parameters or notes.holds_period(text):
        notes.period(path, text)
        return
    try:
        parse_period(text)
    except PeriodError as error:
        if text[:1].isdigit():
            notes.error(path, str(error))
        else:
            notes.instant(path, text)
