"""What an act must not say, judged before it reaches history and never on replay, like a place that is not known: a
case whose history holds such an act already goes on as it did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sop_engine.cases.contracts.acts import Act, AttachInput
from sop_engine.cases.definition import SopDefinition
from sop_engine.cases.faults import Fault
from sop_engine.cases.fields import FieldSpec, describe
from sop_engine.cases.legible import legible
from sop_engine.timekeeping.instants import RANGE, is_near

LARGEST_FILE = 2**40
"""Bytes: a file that nobody attaches to a case is larger."""
_SHA256 = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}", re.IGNORECASE)


def faults_of_act(definition: SopDefinition, act: Act) -> list[Fault]:
    """Every fault of what a person sends, whatever the case's state."""
    faults = [
        Fault(where=name, what=f"{value.isoformat()} lies too far off", allowed=RANGE)
        for name in type(act).model_fields
        if isinstance(value := getattr(act, name), datetime) and not is_near(value)
    ]
    if isinstance(act, AttachInput):
        faults += file_faults(act.model_dump(include={"name", "sha256", "size", "type"}), "")
    for name, file in (getattr(act, "attachments", None) or {}).items():
        faults += file_faults(file if isinstance(file, Mapping) else {"name": file}, name)
    return [*faults, *file_faults_of_data(definition, getattr(act, "data", None) or {})]


def file_faults_of_data(definition: SopDefinition, data: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the facts of every file among the values of fields, however deep."""
    for name, value in data.items():
        if name in definition.data:
            yield from _files(definition.data[name], value, name)


def emptied(definition: SopDefinition, act: Act) -> list[Fault]:
    """The fields without which no case opens, and which the act would leave empty."""
    given = (getattr(act, "data", None) or {}).items()
    blank = [name for name, value in given if value is None or (isinstance(value, str) and not value.strip())]
    return [
        Fault(where=name, what="is needed and cannot be emptied", allowed=describe(definition.data[name]))
        for name in blank
        if name in definition.data and definition.data[name].required
    ]


def file_faults(file: Mapping[str, Any], where: str) -> Iterator[Fault]:
    """What is wrong with the facts of a file: a name without a folder, a hash, a size, a media type."""

    def fault(key: str, what: str, allowed: str) -> Fault:
        return Fault(where=".".join(filter(None, (where, key))), what=what, allowed=allowed)

    name, size = file.get("name"), file.get("size", 0)
    if not _is_name(name):
        yield fault("name", f"{name!r} is no file's name", "up to 255 characters, without a folder")
    if "sha256" in file and not (isinstance(file["sha256"], str) and _SHA256.fullmatch(file["sha256"])):
        yield fault("sha256", f"{file['sha256']!r} is no SHA-256", "64 digits of 0-9 and a-f")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_FILE:
        yield fault("size", f"{size!r} is no size of a file", f"0 to {LARGEST_FILE} bytes")
    if "type" in file and not (isinstance(file["type"], str) and _MEDIA_TYPE.fullmatch(file["type"])):
        yield fault("type", f"{file['type']!r} is no media type", "such as application/pdf")


def _is_name(name: Any) -> bool:
    if not isinstance(name, str) or not 0 < len(name) <= 255 or name in (".", ".."):
        return False
    return not any(character in name for character in "/\\\t\r\n") and legible(name) == name


def _files(spec: FieldSpec, value: Any, where: str) -> Iterator[Fault]:
    """The same for every file among the values of a field."""
    if spec.type == "file" and isinstance(value, Mapping | str):
        yield from file_faults({"name": value.strip()} if isinstance(value, str) else value, where)
    elif spec.type == "list" and isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _files(spec.element(), entry, f"{where}.{index}")
    elif spec.type == "record" and isinstance(value, Mapping):
        for name, inner in (spec.fields or {}).items():
            yield from _files(inner, value.get(name), f"{where}.{name}")
