"""The registers of a site, one file each, read with the lines of their faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pydantic import ValidationError

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.register import RegisterSpec, register_faults
from sop_engine.cases.written.shape import faults_of
from sop_engine.content.shared.fields import fields_of
from sop_engine.content.shared.parts import Desk, Parts
from sop_engine.content.yaml_files import YamlFault, YamlFile

REGISTERS = "registers"
"""Their folder."""
_KEYS = tuple(field.alias or name for name, field in RegisterSpec.model_fields.items())
_FIELD_KEYS = tuple(name for name in FieldSpec.model_fields if name != "is_exact")
_UNKNOWN = "Extra inputs are not permitted"


def read_registers(
    files: Iterable[YamlFile], parts: Parts, roles: Collection[str] | None, faults: list[YamlFault]
) -> dict[str, RegisterSpec]:
    """The registers by name. Adds every fault found: a file that is none, a name twice, names that lead nowhere.

    Fields may use the shared types and fields of procedures, as a procedure's data does. `roles` are those of the
    organisation; none where it cannot be read.
    """
    registers: dict[str, RegisterSpec] = {}
    for written in files:
        file = written_out(written, parts, faults)
        try:
            spec = RegisterSpec.model_validate(file.value)
        except ValidationError as error:
            faults += [file.fault(found.path, told(found.path, found.message, _KEYS)) for found in faults_of(error, ())]
            continue
        faults += [file.fault(found.path, found.message) for found in register_faults(spec, roles)]
        if spec.name in registers:
            faults.append(file.fault(("register",), f"there is a register {spec.name} already"))
        elif f"{spec.name}.yaml" != file.name:
            faults.append(file.fault(("register",), f"the file of this register is called {spec.name}.yaml"))
        registers[spec.name] = spec
    return registers


def written_out(file: YamlFile, parts: Parts, faults: list[YamlFault]) -> YamlFile:
    """The file with what shared parts say of its `fields` written out."""
    if not isinstance(file.value, dict) or "fields" not in file.value:
        return file
    desk = Desk(file, parts, faults, dict(file.grafts))
    fields = fields_of(file.value["fields"], ("fields",), desk)
    return YamlFile(file.name, {**file.value, "fields": fields}, file.marks, desk.grafts)


def told(path: tuple[str | int, ...], message: str, keys: Collection[str]) -> str:
    """A fault of the shape; an unknown key with the one that was meant."""
    if message != _UNKNOWN:
        return message
    known = keys if len(path) == 1 else _FIELD_KEYS
    return f"unknown key{suggestion(str(path[-1]), known)}; allowed: {', '.join(known)}"
