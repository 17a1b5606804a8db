"""What a procedure reads of registers and other cases, written out: each read is a field of the case's data, typed as
the register or the other SOP has it, so that expressions, forms, papers and views know it as they know any field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.definition import ReadSpec
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.content.shared.parts import Parts
from sop_engine.content.yaml_files import Graft, YamlFault, YamlFile

READS, DATA = "reads", "data"
_OF_THE_CASE = ("required", "default")
"""What a field asks of the case in which it stands."""


def with_reads(file: YamlFile, parts: Parts, faults: list[YamlFault]) -> YamlFile:
    """The procedure with a field for each of its reads. Adds every fault in them that a model does not tell."""
    written = file.value.get(READS)
    if not isinstance(written, Mapping) or not written:
        return file
    data = dict(file.value.get(DATA) or {})
    grafts = dict(file.grafts)
    for name, body in written.items():
        path = (READS, name)
        if name in data:
            faults.append(file.fault(path, "a field has the same name"))
            continue
        field = _field(file, path, body, parts, faults)
        if field is not None:
            data[name] = field
            grafts[DATA, name] = Graft(file, path, "")
    return YamlFile(file.name, {**file.value, DATA: data}, file.marks, grafts)


def _field(
    file: YamlFile,
    path: tuple[str | int, ...],
    body: Any,
    parts: Parts,
    faults: list[YamlFault],
) -> dict[str, Any] | None:
    try:
        spec = ReadSpec.model_validate(body)
    except ValidationError:
        return None  # told with the whole definition
    if spec.of is None:
        return _published(file, path, spec, parts.published, faults)
    registers = parts.registers
    register = registers.get(spec.of)
    if register is None:
        what = f"unknown register {spec.of!r}{suggestion(spec.of, registers)}"
        faults.append(file.fault((*path, "register"), f"{what}; allowed: {', '.join(registers)}"))
        return None
    if len(spec.key) != len(register.key):
        what = f"{len(spec.key)} expressions; rows of {register.name} are known by: {', '.join(register.key)}"
        faults.append(file.fault((*path, "key"), what))
    fields: dict[str, Any] = {}
    for index, name in enumerate(spec.fields):
        if name in register.fields:
            fields[name] = _as_written(register.fields[name])
        else:
            near = suggestion(name, register.fields)
            faults.append(file.fault((*path, "fields", index), f"{register.name} has no field {name!r}{near}"))
    title = (spec.title or register.title).model_dump()
    return {"type": "record", "title": title, "fields": fields} if fields else None


def _published(
    file: YamlFile,
    path: tuple[str | int, ...],
    spec: ReadSpec,
    published: Mapping[str, Mapping[str, Any]],
    faults: list[YamlFault],
) -> dict[str, Any] | None:
    """The field for what is read of another case, typed as the SOP of that case has it."""
    known = published.get(spec.source)
    if known is None:
        what = f"no SOP {spec.source!r} publishes anything{suggestion(spec.source, published)}"
        faults.append(file.fault((*path, "sop"), f"{what}; allowed: {', '.join(published) or 'none'}"))
        return None
    fields: dict[str, Any] = {}
    for index, name in enumerate(spec.fields):
        if name in known:
            fields[name] = {key: value for key, value in known[name].items() if key not in _OF_THE_CASE}
        else:
            near = suggestion(name, known)
            what = f"{spec.source} publishes no {name!r}{near}; it publishes: {', '.join(known)}"
            faults.append(file.fault((*path, "fields", index), what))
    title = spec.title.model_dump() if spec.title is not None else {"en": spec.source, "zh": spec.source}
    return {"type": "record", "title": title, "fields": fields} if fields else None


def _as_written(field: FieldSpec) -> dict[str, Any]:
    """The field as a file says it; a case asks for none of it, for the register does."""
    said: dict[str, Any] = field.model_dump(mode="json", exclude_defaults=True, exclude={"required", "default"})
    return _without_marks(said)


def _without_marks(said: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in said.items() if key != "is_exact"}
    if isinstance(kept.get("item"), dict):
        kept["item"] = _without_marks(kept["item"])
    if isinstance(kept.get("fields"), dict):
        kept["fields"] = {name: _without_marks(inner) for name, inner in kept["fields"].items()}
    return kept
