"""A register as its file declares it: which rows the firm keeps of its customers, suppliers, vehicles, and who may.

Its fields are typed as those of an SOP are. A row is known by its key, which is made of one field or of several.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from pydantic import Field, field_validator

from sop_engine.basis.models import Frozen, Title
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.definition import exact_fields
from sop_engine.cases.written.fields import FieldKind, FieldSpec, read_value
from sop_engine.cases.written.terms import Names
from sop_engine.statechart.faults import Path

KEY_KINDS: tuple[FieldKind, ...] = ("text", "reference", "choice", "integer", "date")
"""Types of which a key can be made: what they hold is one short word."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class RegisterSpec(Frozen):
    """One file of `registers/`."""

    name: str = Field(alias="register", pattern=r"^[a-z][a-z0-9_]{1,63}$")
    title: Title
    purpose: Title
    keepers: Names = Field(min_length=1)
    """The roles whose people may keep rows by hand or from a file. Procedures keep rows as their own text says."""
    key: Names = Field(min_length=1)
    """The field by which a row is known, or several."""
    people: Names = ()
    """Fields that name a person of the organisation."""
    own: str | None = None
    """Of these fields the one whose person may keep the row without a keeper's role."""
    fields: dict[str, FieldSpec] = Field(min_length=1)

    @field_validator("fields")
    @classmethod
    def _exact(cls, fields: dict[str, FieldSpec]) -> dict[str, FieldSpec]:
        """Money in a register is in a real currency, as in a case that is opened today."""
        return exact_fields(fields)


class RegisterFault(NamedTuple):
    """One thing wrong in a file that has the right shape."""

    path: Path
    message: str


def register_faults(spec: RegisterSpec, roles: Collection[str] | None) -> Iterator[RegisterFault]:
    """What no model sees: names that lead nowhere, a key that cannot tell rows apart."""
    for index, role in enumerate(spec.keepers):
        if roles is not None and role not in roles:
            yield RegisterFault(("keepers", index), f"unknown role {role!r}{suggestion(role, roles)}")
    for name in spec.fields:
        if _NAME.fullmatch(name) is None:
            yield RegisterFault(("fields", name), "a field's name has small letters, digits and underscores")
    for index, name in enumerate(spec.key):
        yield from _key_faults(spec, ("key", index), name)
    for index, name in enumerate(spec.people):
        if name not in spec.fields:
            yield RegisterFault(("people", index), f"unknown field {name!r}{suggestion(name, spec.fields)}")
        elif spec.fields[name].type != "text":
            yield RegisterFault(("people", index), f"{name} is {spec.fields[name].type}; a person is named by text")
    if spec.own is not None and spec.own not in spec.people:
        yield RegisterFault(("own",), f"{spec.own!r} is no field of `people`{suggestion(spec.own, spec.people)}")
    yield from _field_faults(spec.fields, ("fields",))


def _key_faults(spec: RegisterSpec, path: Path, name: str) -> Iterator[RegisterFault]:
    if name not in spec.fields:
        yield RegisterFault(path, f"unknown field {name!r}{suggestion(name, spec.fields)}")
        return
    field = spec.fields[name]
    if field.type not in KEY_KINDS:
        yield RegisterFault(path, f"{name} is {field.type}; a key is made of: {', '.join(KEY_KINDS)}")
    if not field.required:
        yield RegisterFault(path, f"{name} is part of the key and so `required: true`")
    if field.is_classified:
        yield RegisterFault(path, f"{name} is classified and would stand in every history; choose another key")


def _field_faults(fields: Mapping[str, FieldSpec], path: Path) -> Iterator[RegisterFault]:
    for name, field in fields.items():
        here = (*path, name)
        if field.type == "duration":
            yield RegisterFault((*here, "type"), "a register keeps no duration; take an integer with its `unit`")
        if field.default is not None:
            for fault in read_value(field, field.default, name)[1]:
                yield RegisterFault((*here, "default"), f"{fault.what}; allowed: {fault.allowed}")
        inner = field.fields or (field.item.fields if field.item is not None else None)
        if inner:
            yield from _field_faults(inner, (*here, "fields"))
