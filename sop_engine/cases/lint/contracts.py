"""What a procedure hands to automated work and stores of its result, held against the contract of the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import WorkSpec
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.procedure import field_type
from sop_engine.statechart.expression_types import type_of
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.faults import Path
from sop_engine.work.contract import Work
from sop_engine.work.shapes import ANYTHING, Part, Shape, misfits, missing, of_model, of_type


def lint_contract(notes: Notebook, work: Work[Any], spec: WorkSpec, path: Path) -> None:
    """Names, types and what must be there, of the input and of what is stored."""
    _handed(notes, f"input of {work.name}", of_model(work.takes), spec.with_, (*path, "with"))
    given = of_model(work.gives).parts
    for field, key in spec.store.items():
        place = (*path, "store", field)
        declared = notes.procedure.definition.data.get(field)
        if notes.known(place, f"result of {work.name}", key, given) and declared is not None:
            for why in misfits(_of_field(declared), given[key].shape):
                notes.error(place, f"'{field}' cannot hold {key}: {why}")


def _handed(notes: Notebook, what: str, wanted: Shape, value: Any, path: Path) -> None:
    """A value as it is written: a mapping or a list of expressions, an expression, or a literal."""
    if isinstance(value, Mapping) and wanted.parts:
        for name, entry in value.items():
            if name in wanted.parts:
                _handed(notes, f"{what}.{name}", wanted.parts[name].shape, entry, (*path, name))
            elif wanted.is_closed:
                notes.known((*path, name), what, name, wanted.parts)
        for name in missing(wanted, value):
            notes.error(path, f"{what} lacks '{name}'")
    elif isinstance(value, list | tuple) and wanted.item is not None:
        for index, entry in enumerate(value):
            _handed(notes, what, wanted.item, entry, (*path, index))
    else:
        for why in misfits(wanted, _given(notes, value)):
            notes.error(path, f"{what}: {why}")


def _given(notes: Notebook, value: Any) -> Shape:
    if value is None:
        return ANYTHING
    if not isinstance(value, str):
        return of_type(type_of(value))
    try:
        expression = notes.procedure.expression(value)
    except ExpressionError:
        return ANYTHING  # told where every expression is judged
    constant = expression.constant
    return of_type(expression.type) if constant is None else Shape("text", choices=(constant,))


def _of_field(spec: FieldSpec) -> Shape:
    if spec.type == "list":
        return Shape("list", _of_field(spec.element()))
    if spec.type == "record":
        parts = {name: Part(_of_field(each), each.required) for name, each in (spec.fields or {}).items()}
        return Shape("record", parts=parts, is_closed=True)
    return of_type(field_type(spec))
