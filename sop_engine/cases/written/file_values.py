"""Files within the values of fields, however deep: where each stands, and what kind that makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.cases.written.fields import FieldSpec


def files_of(spec: FieldSpec, value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Every file in a value, however deep, and where it stands."""
    if spec.type == "file":
        if value is not None:
            yield where, value
    elif spec.type == "list" and isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from files_of(spec.element(), entry, f"{where}.{index}")
    elif spec.type == "record" and isinstance(value, Mapping):
        for name, inner in (spec.fields or {}).items():
            yield from files_of(inner, value.get(name), f"{where}.{name}")


def holds_files(spec: FieldSpec) -> bool:
    """Whether a file may lie in a value of the field."""
    inner = (spec.element(),) if spec.type == "list" else tuple((spec.fields or {}).values())
    return spec.type == "file" or any(map(holds_files, inner))


def files_in(specs: Mapping[str, FieldSpec], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every file in the values of some fields, and where it stands."""
    for name, value in values.items():
        if name in specs and value is not None:
            yield from files_of(specs[name], value, name)


def kind_at(where: str) -> str:
    """The kind of file that stands at a place: `papers.0.file` is one of `papers.file`."""
    return ".".join(part for part in where.split(".") if not part.isdecimal())


def is_many(where: str) -> bool:
    """Whether a case may hold several files of this place at once."""
    return kind_at(where) != where
