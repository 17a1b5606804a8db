"""The shape of what a work takes and gives, as lint compares it with the types of a procedure."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart.expression_kinds import FieldType, Kind


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a record."""

    shape: Shape
    is_required: bool = False
    """Whoever hands the record over names it."""
    may_be_none: bool = True
    title: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What kind of value it is, and what it is made of. A record without parts may hold any."""

    kind: Kind
    item: Shape | None = None
    parts: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    is_closed: bool = False
    """Nothing but its parts may be in the record."""
    choices: tuple[str, ...] = ()


ANYTHING = Shape("any")


def of_type(known: FieldType) -> Shape:
    """The shape of what an expression gives."""
    item = None if known.item is None else of_type(known.item)
    return Shape(known.kind, item, {name: Part(of_type(each)) for name, each in known.fields.items()})


def of_model(model: type[BaseModel]) -> Shape:
    """The shape of what a model reads, or of what it is dumped as."""
    parts = {info.alias or name: _part(info) for name, info in model.model_fields.items()}
    return Shape("record", parts=parts, is_closed=model.model_config.get("extra") == "forbid")


def misfits(wanted: Shape, given: Shape, where: str = "") -> Iterator[str]:
    """Why a value of one shape is not taken where another is wanted, each with its place in the value."""
    place = f"{where}: " if where else ""
    if "any" in (wanted.kind, given.kind):
        return
    if wanted.kind != given.kind and (wanted.kind, given.kind) != ("decimal", "integer"):
        yield f"{place}is {given.kind}, not {wanted.kind}"
    elif wanted.choices and given.choices:
        for text in given.choices:
            if text not in wanted.choices:
                yield f"{place}{text!r} is none of {', '.join(wanted.choices)}{suggestion(text, wanted.choices)}"
    elif wanted.item is not None and given.item is not None:
        yield from misfits(wanted.item, given.item, f"{where}[]")
    elif wanted.parts and given.parts:
        for name, part in given.parts.items():
            if name in wanted.parts:
                yield from misfits(wanted.parts[name].shape, part.shape, f"{where}.{name}".removeprefix("."))
            elif wanted.is_closed:
                yield f"{place}unknown {name!r}{suggestion(name, tuple(wanted.parts))}"
        for name in missing(wanted, given.parts):
            yield f"{place}{name} is missing"


def missing(wanted: Shape, names: Mapping[str, object]) -> Iterator[str]:
    """What a record must name and does not."""
    return (name for name, part in wanted.parts.items() if part.is_required and name not in names)


def _part(info: FieldInfo) -> Part:
    shape = _shape(info.annotation)
    # Such a field may take one for many.
    if shape.kind == "list" and any(isinstance(each, BeforeValidator) for each in info.metadata):
        shape = ANYTHING
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, Mapping) else {}
    unit = extra.get("unit")
    is_optional = type(None) in get_args(info.annotation)
    return Part(shape, info.is_required(), is_optional, info.title, None if unit is None else str(unit))


def _shape(annotation: Any) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0])
    if origin in (Union, types.UnionType):
        several = [_shape(each) for each in arguments if each is not type(None)]
        return several[0] if len(several) == 1 else ANYTHING
    if origin is Literal:
        return Shape("text", choices=tuple(map(str, arguments)))
    if origin in (list, tuple) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return Shape("list", _shape(arguments[0]) if arguments else None)
    if origin is not None or not isinstance(annotation, type):
        return Shape("record") if origin in (dict, Mapping) else ANYTHING
    if issubclass(annotation, BaseModel):
        return of_model(annotation)
    if is_dataclass(annotation):
        hints = get_type_hints(annotation)
        return _closed({each.name: hints[each.name] for each in fields(annotation)}, tuple(hints))
    if issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        return _closed(get_type_hints(annotation), tuple(getattr(annotation, "_field_defaults", ())))
    return next((Shape(kind) for python, kind in _KINDS if issubclass(annotation, python)), ANYTHING)


def _closed(hints: Mapping[str, Any], defaults: Sequence[str]) -> Shape:
    parts = {
        name: Part(_shape(hint), is_required=bool(defaults) and name not in defaults) for name, hint in hints.items()
    }
    return Shape("record", parts=parts, is_closed=True)


_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "decimal"),
    (str, "text"),
    (datetime, "datetime"),
    (date, "date"),
    (timedelta, "duration"),
    (list, "list"),
    (tuple, "list"),
    (dict, "record"),
)
