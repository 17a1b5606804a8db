"""Whether what is shared is used, and what could be is: a name says one thing in all procedures, or says why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.content.library import Library
from sop_engine.content.shared.parts import DIFFERS
from sop_engine.content.sop_file import SopFile
from sop_engine.content.yaml_files import YamlFault

_OF_EACH_CASE = ("required", "default")
"""What a procedure may say of a shared field without giving a reason."""


class _Declared(NamedTuple):
    """A field as one procedure has it."""

    sop: SopFile
    name: str
    text: Any
    is_shared: bool

    def fault(self, message: str) -> YamlFault:
        line, column = self.sop.written_at(("data", self.name))
        return YamlFault(self.sop.file.name, line, column, f"data.{self.name}", message)

    @property
    def place(self) -> str:
        return f"{self.sop.file.name}:{self.sop.written_at(('data', self.name))[0]}"

    @property
    def has_reason(self) -> bool:
        return self.name in self.sop.reasons


def check_parts(library: Library) -> list[YamlFault]:
    """Shared parts that nobody uses, and fields of procedures that are not shared and could be."""
    return [*_unused(library), *_strays(library)]


def _unused(library: Library) -> Iterator[YamlFault]:
    parts = library.parts
    used = parts.used.union(*(sop.used for sop in library.sops.values()))
    for group, fields in parts.groups.items():
        for name in fields:
            if ("field", name) not in used:
                yield parts.fields_file.fault((group, name), "no procedure uses the field")
    for kind, file, names in (
        ("type", parts.types_file, parts.types),
        ("fragment", parts.fragments_file, parts.fragments),
    ):
        for name in names:
            if (kind, name) not in used:
                yield file.fault((name,), f"no procedure uses the {kind}")


def _strays(library: Library) -> Iterator[YamlFault]:
    declared: dict[str, list[_Declared]] = {}
    for sop in library.sops.values():
        for name, spec in sop.file.value.get("data", {}).items():
            if name in sop.given or name in sop.definition.reads:
                continue
            field = _Declared(sop, name, _text(spec), ("field", name) in sop.used)
            declared.setdefault(name, []).append(field)
    for name, fields in declared.items():
        yield from _of_one_name(library, name, fields)


def _of_one_name(library: Library, name: str, fields: list[_Declared]) -> Iterator[YamlFault]:
    group = library.parts.group_of(name)
    first = next((field for field in fields if not field.has_reason), fields[0])
    if group is not None:
        file = library.parts.fields_file
        text, place = _text(library.parts.groups[group][name]), f"{file.name}:{file.place((group, name))[0]}"
    else:
        text, place = first.text, first.place
    for field in fields:
        is_same = field.text == text
        if field.has_reason and is_same:
            yield field.fault(f"`{DIFFERS}` gives a reason, and nothing differs from {place}")
        elif not field.has_reason and not is_same:
            yield field.fault(f"says something else than in {place}; use that, or say why under `{DIFFERS}`")
        elif is_same and not field.is_shared and (group is not None or field is not first):
            yield field.fault(f"stands word for word in {place}; share it")


def _text(spec: Any) -> Any:
    if not isinstance(spec, Mapping):
        return spec
    return {key: _inner(key, value) for key, value in spec.items() if key not in _OF_EACH_CASE}


def _inner(key: str, value: Any) -> Any:
    if key == "fields" and isinstance(value, Mapping):
        return {name: _text(each) for name, each in value.items()}
    return _text(value) if key == "item" else value
