"""Effects, what undoes them, and delays: names and expressions that only fail when it is too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sop_engine.cases.definition import EFFECT_KINDS
from sop_engine.cases.lint_findings import INSTANTS, Notebook
from sop_engine.cases.written import delays, walk
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, parse_period

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "notify": ("template",),
        "document": (),
        "start": ("id",),
        "tell": ("event",),
        "milestone": ("at", "kind", "publish"),
        "post": (),
    }
)
"""What each effect says beside `with` and `undo`."""

STANDING = ("assignee", "supervisor", "owner")
"""Recipients that every SOP has."""

MILESTONE_KINDS = ("planned", "estimated", "actual")


def lint_effects(notes: Notebook) -> None:
    """Every effect of the chart, of `undo` and of `cancel`, and every delay."""
    definition = notes.procedure.bundle.definition
    for action in walk(definition):
        if action.kind in EFFECT_KINDS:
            _effect(notes, action.path, action.body, is_compiled=True)
    for index, body in enumerate(notes.procedure.definition.cancel):
        _standalone(notes, ("cancel", index), body)
    notes.values(("cancelled_with",), notes.procedure.definition.cancelled_with)
    for path, text in delays(definition):
        _delay(notes, path, text)


def _standalone(notes: Notebook, path: Path, body: Any) -> None:
    """An effect that the chart's parser did not see."""
    kind = next(iter(body), None) if isinstance(body, Mapping) else None
    if kind not in EFFECT_KINDS:
        notes.error(path, f"{kind!r} is no effect (an effect begins with one of: {', '.join(KEYS)})")
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
    for key in body:
        if key not in (kind, "with", "undo", *KEYS[kind]):
            notes.error((*path, key), f"unknown key '{key}' (allowed: {', '.join((*KEYS[kind], 'with', 'undo'))})")
    given = _given(notes, (*path, "with"), body.get("with"))
    if not is_compiled:
        notes.values((*path, "with"), given)
    for index, entry in enumerate(_listed(notes, (*path, "undo"), body.get("undo"))):
        _standalone(notes, (*path, "undo", index), entry)
    target = str(body[kind])
    place = (*path, kind)
    match kind:
        case "notify":
            people = notes.around.organization.people if notes.around.organization is not None else ()
            names = (*notes.procedure.bundle.superiors, *notes.procedure.definition.data, *STANDING, *people)
            notes.known(place, "recipient", target, names)
            notes.known((*path, "template"), "notice", str(body.get("template")), notes.around.notices)
        case "document":
            notes.known(place, "document", target, notes.around.documents)
        case "post":
            notes.known(place, "posting rule", target, notes.around.entries)
            if "business_key" not in given:
                notes.error(path, "a posting names its `business_key`, so that it is posted once")
        case "start":
            if notes.known(place, "SOP", target, notes.around.sops):
                given_to(notes, path, target, given)
        case "tell":
            if target != "parent":
                notes.expression(place, target, ("text",))
            if not isinstance(body.get("event"), str):
                notes.error(path, "names in `event` what is told")
        case "milestone":
            notes.known((*path, "kind"), "kind of milestone", str(body.get("kind", "actual")), MILESTONE_KINDS)
            if "at" in body:
                notes.expression((*path, "at"), str(body["at"]), INSTANTS)
        case _:
            raise LookupError(f"nobody judges the effect {kind!r}")


def given_to(notes: Notebook, path: Path, sop: str, values: Mapping[str, Any]) -> None:
    """The `with` of a case that is started: fields that it has, values that fit, nothing left out."""
    child = notes.around.sops[sop]
    for name, value in values.items():
        place = (*path, "with", name)
        if notes.known(place, f"field of {sop}", name, child.data):
            notes.accepts(place, child, name, value)
    for name, spec in child.data.items():
        if spec.required and spec.default is None and name not in values:
            notes.error((*path, "with"), f"{sop} needs {name} to open")


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
