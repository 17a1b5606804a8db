"""A stream as its file declares it: what sensors and trackers say, of whom, who may bring it, how long it is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import Field

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen, Title
from sop_engine.basis.plain import plain
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.fields import FieldKind, FieldSpec, describe, read_fields, read_instant
from sop_engine.cases.written.terms import Names
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, parse_period

AT, ID = "at", "id"
"""What a reading has beside its fields: when it was taken, and optionally by what its sender knows it."""
READING_KINDS: tuple[FieldKind, ...] = ("text", "integer", "decimal", "boolean", "choice")
"""Types of the fields of a reading: there are tens of thousands of them, so each is small."""
ID_LENGTH = 100
AHEAD = timedelta(minutes=5)
"""How far the clock of a sender may go wrong: a reading that lies further ahead is none."""


class StreamSpec(Frozen):
    """One file of `streams/`."""

    name: str = Field(alias="stream", pattern=r"^[a-z][a-z0-9_]{1,63}$")
    title: Title
    purpose: Title
    feeders: Names = Field(min_length=1)
    """The roles whose people, and systems with an entry of their own, may bring readings."""
    subject: str
    """The field that says of whom a reading is: a container, a vehicle."""
    fields: dict[str, FieldSpec] = Field(min_length=1)
    lateness: str | None = None
    """How much older than the newest of its subject a reading may be and still count; any age where nothing is said."""
    keep: str
    """How long readings stay after they came; those that an open case may still be judged by stay longer."""

    @property
    def late_after(self) -> timedelta | None:
        return None if self.lateness is None else elapsed(self.lateness)

    @property
    def kept_for(self) -> timedelta:
        return elapsed(self.keep)


class TakenReading(NamedTuple):
    """One reading as it is kept."""

    subject: str
    at: datetime
    id: str
    values: dict[str, Any]
    """JSON-ready."""


def stream_faults(spec: StreamSpec, roles: Collection[str] | None) -> Iterator[tuple[Path, str]]:
    """What no model sees: names that lead nowhere, fields of types that no reading has, periods that are none."""
    for index, role in enumerate(spec.feeders):
        if roles is not None and role not in roles:
            yield ("feeders", index), f"unknown role {role!r}{suggestion(role, roles)}"
    if spec.subject not in spec.fields:
        yield ("subject",), f"unknown field {spec.subject!r}{suggestion(spec.subject, spec.fields)}"
    elif spec.fields[spec.subject].type != "text" or not spec.fields[spec.subject].required:
        yield ("fields", spec.subject), "names the subject and so is `type: text` and `required: true`"
    for name, field in spec.fields.items():
        if name in (AT, ID):
            yield ("fields", name), "every reading has it; leave it out"
        if field.type not in READING_KINDS:
            allowed = ", ".join(READING_KINDS)
            yield ("fields", name, "type"), f"{name} is {field.type}; a reading holds: {allowed}"
        if field.is_classified:
            yield ("fields", name), "is classified; a stream of it would be kept of every minute"
    for key, text in (("lateness", spec.lateness), ("keep", spec.keep)):
        if text is not None and (fault := elapsed_fault(text)) is not None:
            yield (key,), fault


def elapsed_fault(text: str) -> str | None:
    """Why this is no period of elapsed time; none where it is one."""
    try:
        period = parse_period(text)
    except PeriodError as error:
        return str(error)
    if period.unit not in ("minutes", "hours", "days", "weeks"):
        return f"{text!r} depends on a calendar; write minutes, hours, days or weeks"
    return None if period.amount else f"{text!r} is over at once"


def elapsed(text: str) -> timedelta:
    """The length of a period without faults; a day of it has 24 hours. Raises PeriodError."""
    period = parse_period(text)
    unit = {"days": 24, "weeks": 168}.get(period.unit)
    return period.length if unit is None else timedelta(hours=int(period.amount) * unit)


def read_reading(spec: StreamSpec, given: Mapping[str, Any], now: datetime) -> tuple[TakenReading | None, list[Fault]]:
    """A reading with its types, or everything that is wrong with it. `now` is when it came."""
    parsed, faults = read_fields(spec.fields, {name: value for name, value in given.items() if name not in (AT, ID)})
    told = {fault.where for fault in faults}
    faults += [
        Fault(where=name, what="is missing", allowed=describe(field))
        for name, field in spec.fields.items()
        if field.required and parsed.get(name) is None and name not in told
    ]
    at, example = given.get(AT), "such as 2026-03-02T17:00:00+08:00"
    instant = None if at is None or not str(at).strip() else read_instant(at)
    if instant is None:
        what = "is missing" if at is None or not str(at).strip() else f"{at!r} is not an instant with its zone"
        faults.append(Fault(AT, what, example))
    elif instant > now + AHEAD:
        faults.append(Fault(AT, f"{at} lies ahead", f"up to {(now + AHEAD).isoformat(timespec='seconds')}"))
    named = str(given.get(ID) or "").strip()
    if len(named) > ID_LENGTH or not named.isprintable():
        faults.append(Fault(ID, f"{named[:20]!r}… cannot be an id", f"up to {ID_LENGTH} characters in one line"))
    if faults or instant is None:
        return None, faults
    values = {name: _one_spelling(value) for name, value in parsed.items() if value is not None}
    del values[spec.subject]
    return TakenReading(str(parsed[spec.subject]), instant, named or instant.isoformat(), values), []


def _one_spelling(value: Any) -> Any:
    """JSON-ready, and the same for 9 and 9.0: a double is known by what it says."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else plain(value)
