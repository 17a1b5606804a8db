"""Whom and where a task names besides its role: whether it is a person and a unit, and whether anybody can do it."""

from __future__ import annotations

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.faults import Path


def lint_naming(notes: Notebook, spec: TaskSpec, path: Path) -> None:
    """`person`, `unit` and `same_as` of a task."""
    if spec.person is not None:
        _source(notes, spec.person, "person", (*path, "person"))
    if spec.unit is not None:
        _source(notes, spec.unit, "unit", (*path, "unit"))
        _held_somewhere(notes, spec, (*path, "unit"))
    if spec.same_as is not None:
        tasks = {name: shape for name, shape in notes.procedure.shapes.items() if shape.task is not None}
        notes.known((*path, "same_as"), "task", spec.same_as, tasks)
        if spec.same_as in spec.distinct_from:
            message = f"must be the same person's as '{spec.same_as}' and another's by four eyes: nobody can do it"
            notes.error((*path, "same_as"), message)


def _source(notes: Notebook, source: str, kind: str, path: Path) -> None:
    """A field must hold what it is asked for: of a text nobody looks whether the organisation knows it."""
    spec = notes.procedure.definition.data.get(source)
    if spec is not None and spec.type != kind:
        notes.error(path, f"'{source}' is {spec.type}, not a {kind}", mend=f"type: {kind}")
    elif spec is None:
        notes.expression(path, source, ("text",))


def kind_of(notes: Notebook, source: str, for_each: str | None = None) -> str | None:
    """The kind of unit that a field holds, or a part of an `item` of a list gone through; none where any may."""
    data = notes.procedure.definition.data
    field, each = data.get(source), data.get(for_each or "")
    if each is not None and each.type == "list" and source.startswith("item."):
        field = (each.element().fields or {}).get(source.removeprefix("item."))
    return None if field is None else field.kind


def units_of(notes: Notebook, source: str, for_each: str | None = None) -> tuple[str, ...]:
    """The units that a field may hold."""
    organization, kind = notes.around.organization, kind_of(notes, source, for_each)
    units = organization.units.items() if organization is not None else ()
    return tuple(name for name, unit in units if kind in (None, unit.kind))


def _held_somewhere(notes: Notebook, spec: TaskSpec, path: Path) -> None:
    organization = notes.around.organization
    if organization is None or spec.role not in organization.roles:
        return
    source = spec.unit or ""
    kind, units = kind_of(notes, source, spec.for_each), units_of(notes, source, spec.for_each)
    empty = [name for name in units if not organization.people_of(spec.role, name)]
    if not units:
        notes.error(path, f"the organisation has no {kind or 'unit'}")
    elif len(empty) == len(units):
        notes.error(path, f"nobody holds the role '{spec.role}' in any {kind or 'unit'}")
    elif empty:
        notes.warn(path, f"nobody holds the role '{spec.role}' in {', '.join(empty)}")
