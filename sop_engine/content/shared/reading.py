"""Reads the three files of shared parts, each entry checked by itself, used or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sop_engine.basis.models import Title
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.shared.fields import field_of
from sop_engine.content.shared.fragments import PLACE, STATE, places_in
from sop_engine.content.shared.parts import USE, Desk, Fragment, Parts
from sop_engine.content.yaml_files import Path, YamlFault, YamlFile

SHARED = "shared"
TYPES, FIELDS, FRAGMENTS = "types.yaml", "fields.yaml", "fragments.yaml"
_ANY_TITLE = {"en": "-", "zh": "-"}


class _WrittenFragment(BaseModel):
    """A fragment as its file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    takes: tuple[str, ...] = ()
    may_take: dict[str, Any] = {}
    states: dict[str, dict[str, Any]] = Field(min_length=1)


def parts_of(types: YamlFile, fields: YamlFile, fragments: YamlFile, faults: list[YamlFault]) -> Parts:
    """The parts that three files say. Adds every fault in them."""
    read = Parts(types_file=types)
    for name in types.entries(faults):
        read = _with_type(read, name, faults)
    return _with_fragments(_with_fields(read, fields, faults), fragments, faults)


def _with_type(parts: Parts, name: str, faults: list[YamlFault]) -> Parts:
    """A type may use those above it."""
    desk = Desk(parts.types_file, parts, faults, dict(parts.types_file.grafts))
    spec = field_of(parts.types_file.value[name], (name,), desk)
    file = parts.types_file._replace(grafts=desk.grafts)
    _check(file, (name,), {"title": _ANY_TITLE, **spec} if isinstance(spec, Mapping) else spec, faults)
    types_read = {**parts.types, name: spec if isinstance(spec, Mapping) else {}}
    return Parts(types_file=file, types=types_read, used=parts.used | desk.used)


def _with_fields(parts: Parts, fields: YamlFile, faults: list[YamlFault]) -> Parts:
    desk = Desk(fields, parts, faults, dict(fields.grafts))
    groups: dict[str, dict[str, Any]] = {}
    first: dict[str, tuple[str, ...]] = {}
    for group, written in fields.entries(faults).items():
        if not isinstance(written, Mapping) or not written:
            desk.fault((group,), "a group is a mapping of fields by name")
            continue
        groups[group] = {}
        for path in ((group,), *((group, name) for name in written)):
            name = path[-1]
            if name in first:
                desk.fault(path, f"the name is taken, in line {fields.place(first[name])[0]}")
            elif name == USE:
                desk.fault(path, f"`{USE}` is the word for what is shared, and no name")
            else:
                first[name] = path
                if len(path) > 1:
                    groups[group][name] = field_of(written[name], path, desk)
    file = fields._replace(grafts=desk.grafts)
    for group, found in groups.items():
        for name, spec in found.items():
            _check(file, (group, name), spec, faults)
    return replace(parts, fields_file=file, groups=groups, used=parts.used | desk.used)


def _with_fragments(parts: Parts, file: YamlFile, faults: list[YamlFault]) -> Parts:
    fragments: dict[str, Fragment] = {}
    for name, body in file.entries(faults).items():
        try:
            read = _WrittenFragment.model_validate(body)
        except ValidationError as error:
            faults += [file.fault(found.path, found.message) for found in faults_of(error, (name,))]
            continue
        faults += [file.fault((name, *path), what) for path, what in _wrong(read)]
        fragments[name] = Fragment(read.states, frozenset(read.takes), read.may_take)
    return replace(parts, fragments_file=file, fragments=fragments)


def _wrong(fragment: _WrittenFragment) -> Iterator[tuple[Path, str]]:
    known = {STATE, *fragment.takes, *fragment.may_take}
    if f"<{STATE}>" not in fragment.states:
        yield ("states",), f"one of the states is `<{STATE}>`, which stands for the name where it is used"
    for place in sorted({*fragment.takes, *fragment.may_take} - set(places_in(fragment.states))):
        yield ("takes" if place in fragment.takes else "may_take",), f"`<{place}>` stands nowhere in the states"
    for place in sorted({*fragment.takes} & {STATE, *fragment.may_take}):
        yield ("takes",), f"`{place}` has its value already"
    for name, value in fragment.may_take.items():
        for place in sorted(set(places_in(value)) - {STATE, *fragment.takes}):
            yield ("may_take", name), f"`<{place}>` is not among what every use gives"
    for state, body in fragment.states.items():
        if USE in body:
            yield ("states", state, USE), "a fragment uses no other"
        for place in sorted(set(PLACE.findall(state)) | set(places_in(body))):
            if place not in known:
                yield ("states", state), f"`<{place}>` is not among what it takes: {', '.join(sorted(known))}"


def _check(file: YamlFile, path: Path, spec: Any, faults: list[YamlFault]) -> None:
    try:
        FieldSpec.model_validate(spec)
    except ValidationError as error:
        faults += [file.fault(found.path, found.message) for found in faults_of(error, path)]
