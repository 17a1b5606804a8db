"""What an act must not say, judged before it reaches history and never on replay, like a place that is not known: a
case whose history holds such an act already goes on as it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.basis.legible import is_seen
from sop_engine.cases.contracts.acts import Act, EventInput
from sop_engine.cases.told.file_checks import facts_faults, files_of_act
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.fields import FieldSpec, describe, read_value
from sop_engine.cases.written.procedure import Procedure
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.instants import RANGE, is_near


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
    for where, file in files_of_act(procedure, act):
        faults += facts_faults(file, where)
    fields: Mapping[str, FieldSpec] = procedure.definition.data
    if isinstance(act, EventInput) and act.name in procedure.definition.events:
        fields = {**procedure.definition.events[act.name].data, **fields}
    return [*faults, *faults_of_data(fields, getattr(act, "data", None) or {}, procedure.calendar, now)]


def faults_of_data(
    fields: Mapping[str, FieldSpec], data: Mapping[str, Any], calendar: BusinessCalendar, now: datetime
) -> Iterator[Fault]:
    """What is wrong with the values of fields, however deep: every text of which nothing can be seen, and every date of
    what has happened that lies ahead of `now` where the calendar is. Files are judged by themselves.
    """
    for name, value in data.items():
        for spec, part, where in _parts(fields[name], value, name) if name in fields else ():
            if spec.type == "file":
                continue
            if isinstance(part, str) and part.strip() and not is_seen(part):
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
