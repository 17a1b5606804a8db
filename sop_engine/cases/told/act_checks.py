"""What an act must not say, judged before it reaches history and never on replay, like a place that is not known: a
case whose history holds such an act already goes on as it did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.basis.legible import is_seen, legible
from sop_engine.cases.contracts.acts import Act, AttachInput, EventInput
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.fields import FieldSpec, describe, read_value
from sop_engine.cases.written.procedure import Procedure
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.instants import RANGE, is_near

LARGEST_FILE = 2**40
"""Bytes: a file that nobody attaches to a case is larger."""
_SHA256 = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}", re.IGNORECASE)


def faults_of_act(procedure: Procedure, act: Act, now: datetime) -> list[Fault]:
    """Every fault of what a person sends at `now`, whatever the case's state."""
    faults = [
        Fault(where=name, what=f"{value.isoformat()} lies too far off", allowed=RANGE)
        for name in type(act).model_fields
        if isinstance(value := getattr(act, name), datetime) and not is_near(value)
    ]
    faults += [
        _unseen(name)
        for name in type(act).model_fields
        if isinstance(value := getattr(act, name), str) and value and not is_seen(value)
    ]
    if isinstance(act, AttachInput):
        faults += file_faults(act.model_dump(include={"name", "sha256", "size", "type"}), "")
    for name, file in (getattr(act, "attachments", None) or {}).items():
        faults += file_faults(file if isinstance(file, Mapping) else {"name": file}, name)
    fields: Mapping[str, FieldSpec] = procedure.definition.data
    if isinstance(act, EventInput) and act.name in procedure.definition.events:
        fields = {**procedure.definition.events[act.name].data, **fields}
    return [*faults, *faults_of_data(fields, getattr(act, "data", None) or {}, procedure.calendar, now)]


def faults_of_data(
    fields: Mapping[str, FieldSpec], data: Mapping[str, Any], calendar: BusinessCalendar, now: datetime
) -> Iterator[Fault]:
    """What is wrong with the facts of every file among the values of fields, however deep, every text of which nothing
    can be seen, and every date of what has happened that lies ahead of `now` where the calendar is.
    """
    for name, value in data.items():
        for spec, part, where in _parts(fields[name], value, name) if name in fields else ():
            if spec.type == "file" and isinstance(part, Mapping | str):
                yield from file_faults({"name": part.strip()} if isinstance(part, str) else part, where)
            elif isinstance(part, str) and part.strip() and not is_seen(part):
                yield _unseen(where)
            elif spec.past and (ahead := _ahead(spec, part, calendar, now)) is not None:
                yield replace(ahead, where=where)


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


def _parts(spec: FieldSpec, value: Any, where: str) -> Iterator[tuple[FieldSpec, Any, str]]:
    """Every value that is neither a list nor a record, with its field and its place."""
    if spec.type == "list" and isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _parts(spec.element(), entry, f"{where}.{index}")
    elif spec.type == "record" and isinstance(value, Mapping):
        for name, inner in (spec.fields or {}).items():
            yield from _parts(inner, value.get(name), f"{where}.{name}")
    else:
        yield spec, value, where


def _unseen(where: str) -> Fault:
    return Fault(where=where, what="holds nothing that can be seen", allowed="letters and signs")


def _ahead(spec: FieldSpec, value: Any, calendar: BusinessCalendar, now: datetime) -> Fault | None:
    """The fault of a date or instant of what has happened that lies ahead."""
    read, _ = read_value(spec, value, "")
    if isinstance(read, datetime):
        latest = now.isoformat(timespec="minutes") if read > now else None
    else:
        today = calendar.local_date(now)
        latest = today.isoformat() if isinstance(read, date) and read > today else None
    if latest is None:
        return None
    what = f"{value} lies ahead, and what is entered here has happened 日期在将来，此处应填已发生的日期"
    return Fault(where="", what=what, allowed=f"up to {latest} 不晚于该时间")
