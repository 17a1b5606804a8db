"""A procedure: an SOP definition compiled with everything a case of it needs, and nothing else.

A `Bundle` is that everything as data. It is loaded once per case by an activity and so lies in the case's
history: whatever happens to files afterwards, the case replays. `compiling` makes the one of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict

from sop_engine.basis.models import Title
from sop_engine.cases.written.definition import ClockSpec, SopDefinition
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.file_values import holds_files
from sop_engine.cases.written.shape import StateShape
from sop_engine.statechart.expressions import Expression, ExpressionError, FieldType, compile_expression
from sop_engine.statechart.parse import Chart, Fault
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.ladders import Ladder
from sop_engine.timekeeping.periods import Period, PeriodError, exact_period, parse_period, split_offset


class AppliedRule(BaseModel):
    """The text of a rule that set a figure of the case, with the days between which it holds."""

    model_config = ConfigDict(frozen=True)

    id: str
    citation: str
    valid_from: date
    valid_to: date | None = None
    """None: until the next text begins."""


class Bundle(BaseModel):
    """Everything a case depends on, as it was when the case opened (or was told of corrected reference data)."""

    model_config = ConfigDict(frozen=True)

    format: int = 1
    engine_version: int
    definition: dict[str, Any]
    content_hash: str
    parameters: dict[str, Any]
    """The SOP's figures after the site's overrides."""
    rules: dict[str, AppliedRule] = {}
    """Parameter -> the rule that set it, for those that law sets."""
    calendars: dict[str, BusinessCalendar]
    ladders: dict[str, Ladder]
    superiors: dict[str, str | None]
    """Role -> the role above it, for `supervisor` in ladders and for lint."""
    is_exact: bool = False
    """Whether the case asks of its money what `SopDefinition.exact` says; cases from before it was asked do not."""
    continue_after: int = 1_000
    """Updates after which a run continues as new."""
    child_events: dict[str, tuple[str, ...]] = {}
    """SOP of a child -> the events it declares, so that a parent can pass on what it does not take itself."""


class DefinitionError(Exception):
    """An SOP that cannot run; every fault with its path in the file."""

    def __init__(self, sop: str, faults: list[Fault]) -> None:
        self.sop = sop
        self.faults = tuple(faults)
        lines = [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in faults]
        super().__init__(f"{sop} has {len(faults)} fault(s):\n" + "\n".join(lines))


@dataclass(frozen=True)
class Expressions:
    """The expressions of one procedure, each compiled once: there are as many as its definition holds."""

    types: Mapping[str, FieldType]
    """Of every name that they may read."""
    _compiled: dict[tuple[str, str], Expression] = field(default_factory=dict, repr=False, compare=False)
    """By text and calendar."""

    def of(self, source: str, calendar: BusinessCalendar) -> Expression:
        """A text compiled, with days as a calendar of the procedure has them. Raises ExpressionError."""
        found = self._compiled.get((source, calendar.name))
        if found is None:
            found = compile_expression(source, self.types, calendar)
            self._compiled[(source, calendar.name)] = found
        return found


@dataclass(frozen=True)
class Procedure:
    """An SOP ready to run."""

    bundle: Bundle
    definition: SopDefinition
    chart: Chart
    shapes: Mapping[str, StateShape]
    expressions: Expressions
    parameters: Mapping[str, Any]
    calendar: BusinessCalendar
    reserved: frozenset[str]
    """Heads of event names that only the engine may use. Tested for membership only."""

    @cached_property
    def file_fields(self) -> Mapping[str, FieldSpec]:
        """The fields in which a file may lie, however deep."""
        return {name: spec for name, spec in self.definition.data.items() if holds_files(spec)}

    @cached_property
    def attachment_kinds(self) -> tuple[str, ...]:
        """Every kind of file that a task asks for."""
        tasks = (shape.task for shape in self.shapes.values() if shape.task is not None)
        return tuple(dict.fromkeys(kind for task in tasks for kind in task.attachments))

    @property
    def sop(self) -> str:
        return self.definition.sop

    @property
    def types(self) -> Mapping[str, FieldType]:
        return self.expressions.types

    def has_own(self, name: str) -> bool:
        """Whether a field or parameter has the name."""
        return name in self.definition.data or name in self.definition.parameters

    def expression(self, source: str) -> Expression:
        """A compiled expression over the case's data. Raises ExpressionError."""
        return self.expressions.of(source, self.calendar)

    def calendar_of(self, name: str | None) -> BusinessCalendar:
        return self.calendar if name is None else self.bundle.calendars[name]

    def title_of(self, name: str) -> Title:
        """The title of a state or clock."""
        if name in self.shapes:
            return self.shapes[name].title
        spec = self.clock_spec(name)
        if spec is not None and spec.title is not None:
            return spec.title
        return Title(en=name.replace("_", " ").capitalize(), zh=name)

    def clock_spec(self, name: str) -> ClockSpec | None:
        if name in self.definition.clocks:
            return self.definition.clocks[name]
        return next((spec for shape in self.shapes.values() for own, spec in shape.clocks if own == name), None)

    def within(self, state: str) -> tuple[str, ...]:
        """A state and the states around it, from the inside out."""
        found, name = [], state
        while name in self.shapes:
            found.append(name)
            name = self.shapes[name].parent or ""
        return tuple(found)

    def heard_after(self, state: str) -> tuple[str, ...]:
        """The words that transitions wait for after `<state>.`, in document order."""
        prefix = f"{state}."
        events = (event for source in self.chart.states.values() for taken in source.on for event in taken.events)
        return tuple(dict.fromkeys(event.removeprefix(prefix) for event in events if event.startswith(prefix)))

    def stage_of(self, configuration: tuple[str, ...]) -> str | None:
        """The innermost active stage, in document order."""
        stages = [state for state in configuration if self.shapes[state].is_stage]
        return stages[-1] if stages else None


HANDS = "hands"
"""Who acted, and for whom: the name by which expressions know both."""

SYSTEM_NAMES: tuple[tuple[str, FieldType], ...] = (
    ("case_id", FieldType("text")),
    ("parent_id", FieldType("text")),
    ("now", FieldType("datetime")),
    ("today", FieldType("date")),
    ("actor", FieldType("text")),
    (HANDS, FieldType("list", item=FieldType("text"))),
    ("opened_at", FieldType("datetime")),
    ("item", FieldType("any")),
)
"""Names that every expression may use beside the case's data and the SOP's parameters."""


@dataclass(frozen=True)
class Due:
    """Turns the text of an `after` or `send` into an instant: a period, a parameter or field that holds one, or
    `field - 24 hours`."""

    calendar: BusinessCalendar
    expressions: Expressions
    takes_durations: bool

    def __call__(self, text: str, since: datetime, data: Mapping[str, Any]) -> datetime:
        """Raises ValueError (NotFilledError, PeriodError, ExpressionError) where the text gives no instant."""
        held = data.get(text)
        if isinstance(held, datetime):
            return held
        try:
            return self.calendar.add_period(
                since, period_of(text, data, self.expressions.types, takes_durations=self.takes_durations)
            ).at
        except PeriodError:
            # What a case holds is any text: none of it is remembered.
            source, known = (
                (held, Expressions(self.expressions.types)) if isinstance(held, str) else (text, self.expressions)
            )
            moment = instant_of(source, data, known, self.calendar)
            if moment is not None:
                return moment
            offset = split_offset(source)
            if offset is not None and offset.base in self.expressions.types and data.get(offset.base) is None:
                raise NotFilledError(offset.base) from None
            raise


class NotFilledError(ValueError):
    """A length of time is counted by a field that nobody has filled."""

    def __init__(self, field: str) -> None:
        super().__init__(f"'{field}' is not filled")


def period_of(
    text: str, data: Mapping[str, Any], types: Mapping[str, FieldType], *, takes_durations: bool = True
) -> Period:
    """The length of time that a text says, or that the parameter or field of this name holds.

    A field of type `duration` holds elapsed time, so P3D is 72 hours; cases of the first engine do not take it. Raises
    NotFilledError for a field without a value, PeriodError for what is no length of time.
    """
    if text not in types:
        return parse_period(text)
    held = data.get(text)
    if held is None or held == "":
        raise NotFilledError(text)
    if isinstance(held, timedelta) and takes_durations:
        return exact_period(held)
    return parse_period(str(held))


def instant_of(
    text: str, data: Mapping[str, Any], expressions: Expressions, calendar: BusinessCalendar
) -> datetime | None:
    """The instant that `cut_off`, `cut_off - 24 hours` or an expression gives; None while a field in it is not filled.

    A date stands for its end in the calendar's zone.
    """
    offset = split_offset(text)
    source = offset.base if offset is not None else text
    try:
        base = expressions.of(source, calendar).evaluate(data)
    except ExpressionError:
        return None
    if base is None:
        return None
    if not isinstance(base, datetime):
        try:
            base = calendar.day_end(base)
        except (AttributeError, TypeError):
            return None
    if offset is None:
        return base
    return calendar.shift(base, offset.period, before=offset.before)


FILE = FieldType(
    "record",
    fields={
        "name": FieldType("text"),
        "sha256": FieldType("text"),
        "size": FieldType("integer"),
        "type": FieldType("text"),
    },
)


def attached_type(kinds: Iterable[str]) -> FieldType:
    """How the expression language sees the attachments of these kinds."""
    return FieldType("record", fields={kind: FieldType("list", item=FILE) for kind in kinds})


def field_type(spec: FieldSpec) -> FieldType:
    """How the expression language sees a field."""
    simple = _SIMPLE_TYPES.get(spec.type)
    if simple is not None:
        return simple
    if spec.type == "money":
        return FieldType("record", fields={"amount": FieldType("decimal"), "currency": FieldType("text")})
    if spec.type == "file":
        return FILE
    if spec.type == "list":
        return FieldType("list", item=field_type(spec.element()))
    if spec.type == "record":
        return FieldType("record", fields={name: field_type(field) for name, field in (spec.fields or {}).items()})
    return FieldType("any")


_SIMPLE_TYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        "text": FieldType("text"),
        "long_text": FieldType("text"),
        "choice": FieldType("text"),
        "reference": FieldType("text"),
        "integer": FieldType("integer"),
        "decimal": FieldType("decimal"),
        "boolean": FieldType("boolean"),
        "date": FieldType("date"),
        "datetime": FieldType("datetime"),
        "duration": FieldType("duration"),
        "person": FieldType("text"),
        "unit": FieldType("text"),
    }
)
