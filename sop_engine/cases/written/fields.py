"""The typed fields of a case: how a value is declared, read from text or JSON, and checked.

The same code runs in the command line (before the server is asked) and in the update validator (before anything reaches
history). Values in a case are Python's own: `Decimal`, `date`, aware UTC `datetime`, `timedelta`; money is
`{"amount": Decimal, "currency": "CNY"}` so that expressions read `total.amount`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen, Title
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.limits import LIST_ENTRIES
from sop_engine.cases.written.file_facts import check_media_range, check_size, read_file, read_size
from sop_engine.freight.currencies import CURRENCIES
from sop_engine.freight.identifiers import FORMATS, IdentifierError
from sop_engine.freight.money import MoneyError, check_amount
from sop_engine.timekeeping.instants import RANGE, is_near

FieldKind = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "date",
    "datetime",
    "duration",
    "boolean",
    "choice",
    "file",
    "reference",
    "person",
    "unit",
    "list",
    "record",
]

Parsed = tuple[Any, list[Fault]]
MediaRange = Annotated[str, AfterValidator(check_media_range)]
FileSize = Annotated[str, AfterValidator(check_size)]
MISSING = "is missing"


class FieldSpec(Frozen):
    """One field of a case, a form, a record or a declared event."""

    type: FieldKind
    title: Title
    required: bool = False
    """On the SOP's data: needed to open the case. On a form: needed to complete the task."""
    default: Any = None
    of: tuple[str, ...] | dict[str, Title] | None = None
    """The values of a `choice`, with their titles where they need one."""
    item: FieldSpec | None = None
    """What a `list` holds; `fields` on a list means a list of records."""
    fields: dict[str, FieldSpec] | None = None
    format: str | None = None
    """A checked identifier of `sop_engine.freight.identifiers` such as `container_no`, `uscc`, `awb`."""
    min: Decimal | None = None
    max: Decimal | None = None
    max_length: int | None = Field(default=None, ge=1, le=20_000)
    max_items: int | None = Field(default=None, ge=1, le=LIST_ENTRIES)
    """Of a list; a thousand unless given."""
    kind: str | None = None
    """Of a field that holds a unit of the firm: only units of this kind, such as `company`."""
    below_opener_as: str | None = None
    """Of a person: the field that holds the role in which whoever opens the case must stand above that person."""
    unit: str | None = None
    per_unit: bool = False
    """Money for one unit of something: it may be finer than the smallest unit of its currency."""
    signed: bool = False
    """Money that may be below nought, such as a margin; other money is nought or more."""
    past: bool = False
    """A date or instant of what has happened: nobody may enter one that lies ahead."""
    is_exact: bool = False
    """Set when a case is compiled: money is in a real currency, and nought or more unless `signed`."""
    accept: tuple[MediaRange, ...] = ()
    """Of a file: the media types that its content may have, `image/*` for all of a kind; any where none are named."""
    max_size: FileSize | None = None
    """Of a file: such as `20 MB`."""
    personal: bool = False
    """Personal data: shown to the roles whose forms name the field, to the owner, and to those above them."""
    confidential: tuple[str, ...] = ()
    """The roles to which alone the value is shown; it is open to everybody where none is named."""
    help: Title | None = None
    example: Any = None
    """A value as somebody would enter it, with which a form passes its checks: `lint --deep` tries it first."""

    @model_validator(mode="after")
    def _shape(self) -> FieldSpec:
        if self.type == "choice" and not self.of:
            raise ValueError("a choice lists its values under `of`")
        if self.type == "record" and not self.fields:
            raise ValueError("a record lists its fields under `fields`")
        if self.type == "list" and (self.item is None) == (not self.fields):
            raise ValueError("a list says what it holds: either `item` or `fields`")
        if self.max_items is not None and self.type != "list":
            raise ValueError("only a list has `max_items`")
        if self.per_unit and self.type != "money":
            raise ValueError("only money can be `per_unit`")
        if self.kind is not None and self.type != "unit":
            raise ValueError("only a unit has a `kind`")
        if self.below_opener_as is not None and self.type != "person":
            raise ValueError("only a person is `below_opener_as`")
        if self.signed and self.type != "money":
            raise ValueError("only money can be `signed`; a number has a `min`")
        if self.past and self.type not in ("date", "datetime"):
            raise ValueError("only a date or a datetime can be `past`")
        if (self.accept or self.max_size) and self.type != "file":
            raise ValueError("only a file has `accept` and `max_size`")
        if self.signed and self.min is not None and self.min >= 0:
            raise ValueError(f"`signed` money may be below nought, and `min: {self.min}` forbids it")
        if self.format is not None and self.format not in FORMATS:
            raise ValueError(f"unknown format {self.format!r}; allowed: {', '.join(FORMATS)}")
        return self

    @property
    def is_classified(self) -> bool:
        """Whether not everybody sees its value."""
        return self.personal or bool(self.confidential)

    def choices(self) -> tuple[str, ...]:
        return tuple(self.of or ())

    def element(self) -> FieldSpec:
        """What one entry of a list is."""
        return self.item or FieldSpec(type="record", title=self.title, fields=self.fields)


def read_value(spec: FieldSpec, value: Any, where: str) -> Parsed:
    """The value as the case keeps it, and every fault found. `None` and blank text mean: not filled."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, []
    reader = _READERS[spec.type]
    parsed, faults = reader(spec, value, where)
    if not faults and parsed is not None:
        faults = _bounds(spec, parsed, where)
    if faults and spec.is_classified:
        # What is wrong with a value quotes it, and a fault stands in journals and answers that others read.
        faults = [fault if fault.what == MISSING else replace(fault, what="does not fit") for fault in faults]
    return parsed, faults


def read_fields(
    specs: Mapping[str, FieldSpec], values: Mapping[str, Any], where: str = ""
) -> tuple[dict[str, Any], list[Fault]]:
    """Reads several named values; an unknown name is a fault that proposes the nearest known one."""
    parsed: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in values.items():
        path = f"{where}.{name}" if where else name
        spec = specs.get(name)
        if spec is None:
            what = f"unknown field{suggestion(name, specs)}"
            faults.append(Fault(where=path, what=what, allowed=", ".join(specs)))
            continue
        parsed[name], found = read_value(spec, value, path)
        faults += found
    return parsed, faults


def _bounds(spec: FieldSpec, value: Any, where: str) -> list[Fault]:
    measured: Any = value["amount"] if spec.type == "money" else value
    faults = []
    if isinstance(measured, int | Decimal) and not isinstance(measured, bool):
        if (least := _least(spec)) is not None and measured < least:
            faults.append(Fault(where=where, what=f"{measured} is too small", allowed=f"{least} or more"))
        if spec.max is not None and measured > spec.max:
            faults.append(Fault(where=where, what=f"{measured} is too large", allowed=f"{spec.max} or less"))
    return faults


def _least(spec: FieldSpec) -> Decimal | None:
    is_bound = spec.type == "money" and spec.is_exact and not spec.signed
    return Decimal() if spec.min is None and is_bound else spec.min


# What no paper, bank or database takes in a text: control characters and halves of characters.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_BREAK = re.compile(r"[\t\r\n]")


def _text(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if not isinstance(value, str):
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            value = str(value)
        else:
            return None, [Fault(where=where, what=f"{value!r} is not text", allowed="text")]
    longest = spec.max_length or (20_000 if spec.type == "long_text" else 500)
    if len(value) > longest:
        return None, [Fault(where=where, what=f"{len(value)} characters are too many", allowed=f"up to {longest}")]
    if _UNPRINTABLE.search(value):
        return None, [Fault(where=where, what="holds characters that cannot be printed", allowed="letters and signs")]
    if spec.type != "long_text" and _LINE_BREAK.search(value.strip()):
        return None, [Fault(where=where, what=f"{value!r} is more than one line", allowed="one line of text")]
    if spec.format is not None:
        try:
            return FORMATS[spec.format](value), []
        except IdentifierError as error:
            return None, [Fault(where=where, what=error.reason, allowed=error.hint)]
    return value.strip() if spec.type != "long_text" else value, []


def _integer(spec: FieldSpec, value: Any, where: str) -> Parsed:
    number = _number(value)
    if number is None or number != number.to_integral_value():
        return None, [Fault(where=where, what=f"{value!r} is not a whole number", allowed="a whole number such as 20")]
    return int(number), []


def _decimal(spec: FieldSpec, value: Any, where: str) -> Parsed:
    number = _number(value)
    if number is None:
        return None, [Fault(where=where, what=f"{value!r} is not a number", allowed="a number such as 1250.5")]
    return number, []


# A comma separates thousands and nothing else: "1,5" could be meant as one and a half.
_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is None:
        return None
    try:
        number = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal("1e18") else None


_MONEY = re.compile(r"^\s*(?:([A-Z]{3})\s*([-+]?[\d,]+(?:\.\d+)?)|([-+]?[\d,]+(?:\.\d+)?)\s*([A-Z]{3}))\s*$")


def _money(spec: FieldSpec, value: Any, where: str) -> Parsed:
    allowed = "an amount with its currency such as `CNY 1250.00`"
    if isinstance(value, str):
        match = _MONEY.match(value)
        if match is None:
            return None, [Fault(where=where, what=f"{value!r} is not an amount of money", allowed=allowed)]
        currency = match[1] or match[4]
        amount = _number(match[2] or match[3])
    elif isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
        currency, amount = str(value["currency"]), _number(value["amount"])
    else:
        return None, [Fault(where=where, what=f"{value!r} is not an amount of money", allowed=allowed)]
    if amount is None or re.fullmatch(r"[A-Z]{3}", currency) is None:
        return None, [Fault(where=where, what=f"{value!r} is not an amount of money", allowed=allowed)]
    if spec.is_exact and currency not in CURRENCIES:
        what = f"{currency!r} is not a currency{suggestion(currency, CURRENCIES)}"
        return None, [Fault(where=where, what=what, allowed="the code of a currency (ISO 4217)")]
    try:
        check_amount(amount, currency, is_exact=not spec.per_unit)
    except MoneyError as error:
        return None, [Fault(where=where, what=str(error), allowed=allowed)]
    return {"amount": amount, "currency": currency}, []


def _date(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if not isinstance(value, date) or isinstance(value, datetime):
        try:
            value = date.fromisoformat(str(value).strip())
        except ValueError:
            return None, [Fault(where=where, what=f"{value!r} is not a date", allowed="YYYY-MM-DD")]
    return (None, [_far_off(value, where)]) if not is_near(value) else (value, [])


def _far_off(value: object, where: str) -> Fault:
    return Fault(where=where, what=f"{value} lies too far off", allowed=RANGE)


def read_instant(value: Any) -> datetime | None:
    """An aware instant in UTC, or None where the value is none. A zone is always asked for."""
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return None
    try:
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def _datetime(spec: FieldSpec, value: Any, where: str) -> Parsed:
    moment = read_instant(value)
    if moment is None:
        what = f"{value!r} is not an instant with its zone"
        return None, [Fault(where=where, what=what, allowed="such as 2026-03-02T17:00+08:00")]
    if not is_near(moment):
        return None, [_far_off(value, where)]
    return moment, []


_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")


def _duration(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if isinstance(value, timedelta):
        return value, []
    match = _DURATION.match(str(value).strip())
    if match is None or not any(match.groups()):
        return None, [
            Fault(where=where, what=f"{value!r} is not a duration", allowed="ISO 8601 such as PT2H30M or P3D")
        ]
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), []


def _boolean(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if isinstance(value, bool):
        return value, []
    word = str(value).strip().lower()
    if word in ("true", "yes", "y", "是"):
        return True, []
    if word in ("false", "no", "n", "否"):
        return False, []
    return None, [Fault(where=where, what=f"{value!r} is neither yes nor no", allowed="yes, no, true, false")]


def _choice(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if isinstance(value, str) and value in spec.choices():
        return value, []
    return None, [Fault(where=where, what=f"{value!r} is not among the choices", allowed=", ".join(spec.choices()))]


def _file(spec: FieldSpec, value: Any, where: str) -> Parsed:
    return read_file(value, where, spec.accept, None if spec.max_size is None else read_size(spec.max_size))


def _list(spec: FieldSpec, value: Any, where: str) -> Parsed:
    if not isinstance(value, list | tuple):
        return None, [Fault(where=where, what=f"{value!r} is not a list", allowed="a list")]
    most = spec.max_items or LIST_ENTRIES
    if len(value) > most:
        return None, [Fault(where=where, what=f"{len(value)} entries are too many", allowed=f"up to {most}")]
    element = spec.element()
    entries: list[Any] = []
    faults: list[Fault] = []
    for index, entry in enumerate(value):
        parsed, found = read_value(element, entry, f"{where}.{index}")
        entries.append(parsed)
        faults += found
    return entries, faults


def _record(spec: FieldSpec, value: Any, where: str) -> Parsed:
    specs = spec.fields or {}
    if not isinstance(value, Mapping):
        return None, [Fault(where=where, what=f"{value!r} is not a record", allowed="a mapping of " + ", ".join(specs))]
    parsed, faults = read_fields(specs, value, where)
    for name, field in specs.items():
        if parsed.get(name) is None:
            parsed[name] = field.default
        if field.required and parsed.get(name) is None and not any(f.where == f"{where}.{name}" for f in faults):
            faults.append(Fault(where=f"{where}.{name}", what=MISSING, allowed=describe(field)))
    return {name: parsed.get(name) for name in specs}, faults


def describe(spec: FieldSpec) -> str:
    """What a field takes, in a few words for an error or a prompt."""
    if spec.type == "choice":
        return ", ".join(spec.choices())
    if spec.type == "list":
        return f"a list of {describe(spec.element())}"
    if spec.type == "record":
        return "a mapping of " + ", ".join(spec.fields or ())
    if spec.format is not None:
        return spec.format
    return _WORDS[spec.type]


_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("text", "long_text"), "text"),
        "integer": "a whole number",
        "decimal": "a number",
        "money": "an amount with its currency such as CNY 1250.00",
        "date": "YYYY-MM-DD",
        "datetime": "an instant with its zone such as 2026-03-02T17:00+08:00",
        "duration": "ISO 8601 such as PT2H30M",
        "boolean": "yes or no",
        "file": "a file, by its path: FIELD=@PATH",
        "person": "a person of the organisation",
        "unit": "a unit of the organisation",
        "reference": "a reference such as a case or customer number",
    }
)

_READERS: Mapping[str, Callable[[FieldSpec, Any, str], Parsed]] = MappingProxyType(
    {
        **dict.fromkeys(("text", "long_text", "reference", "person", "unit"), _text),
        "integer": _integer,
        "decimal": _decimal,
        "money": _money,
        "date": _date,
        "datetime": _datetime,
        "duration": _duration,
        "boolean": _boolean,
        "choice": _choice,
        "file": _file,
        "list": _list,
        "record": _record,
    }
)
