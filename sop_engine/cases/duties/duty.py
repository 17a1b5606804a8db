"""A recurring duty as it is written, and what its `with` may speak of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from pydantic import Field, field_validator

from sop_engine.basis.models import Frozen, Title
from sop_engine.statechart.expression_kinds import DATE, TEXT, FieldType
from sop_engine.statechart.expressions import compile_expression
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_periods import CalendarPeriod, Cycle
from sop_engine.timekeeping.periods import PeriodError, parse_period
from sop_engine.timekeeping.recurrence import Due, Recurrence

_PERIOD = MappingProxyType({"key": TEXT, "first": DATE, "last": DATE})
_WITH_PREVIOUS = MappingProxyType({**_PERIOD, "previous": FieldType("record", fields=_PERIOD)})
SPREAD_ALLOWED = 'minutes or hours, such as "2 hours"'


class ForEach(Frozen):
    """For whom a duty is done: each entry of a register for which the condition holds."""

    register_: str = Field(alias="register")
    where: str | None = None


class Subject(NamedTuple):
    """One for whom a duty is done."""

    id: str
    row: Mapping[str, Any]
    trouble: str = ""
    """Why nobody can say whether the duty is done for it."""


class Subjects(Protocol):
    """Who keeps registers."""

    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        """The rows for which the condition holds, as they stand now, and those of which it cannot be said."""
        ...


class Duty(Recurrence):
    """A procedure that is started once in each period, or once in each for everybody whom it is done for."""

    title: Title
    sop: str
    calendar: str
    for_each: ForEach | None = None
    spread: str | None = None
    """Over how long the cases of many subjects are started, counted from when they are due."""
    missed: str = Field(default="start", pattern="^(start|skip)$")
    """What becomes of a period that came while the duty was paused, or whose day passed while nothing ran."""
    with_: dict[str, Any] = Field(default={}, alias="with")
    """Field of the procedure -> the expression that gives it, or a value that is no text."""
    note: Title | None = None
    """Where the duty comes from, for people."""

    @field_validator("spread")
    @classmethod
    def _check_spread(cls, spread: str | None) -> str | None:
        if spread is not None:
            try:
                period = parse_period(spread)
            except PeriodError as error:
                raise ValueError(str(error)) from None
            if period.unit not in ("minutes", "hours"):
                raise ValueError(f"'{spread}' is no elapsed time; write {SPREAD_ALLOWED}")
        return spread

    @property
    def spread_over(self) -> timedelta:
        return parse_period(self.spread).length if self.spread is not None else timedelta()

    def written(self) -> dict[str, Any]:
        """The same as a file says it; what was left out stays out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @property
    def hash(self) -> str:
        """Tells two texts apart, whatever the order of their keys."""
        return hashlib.sha256(json.dumps(self.written(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def names(self, row: Mapping[str, FieldType] | None) -> dict[str, FieldType]:
        """The types of what an expression of `with` may read. `row` are the fields of who it is done for, if any."""
        names = {"period": FieldType("record", fields=_WITH_PREVIOUS), "due_on": DATE}
        if self.for_each is not None:
            known = row if row is not None else {}
            names["subject"] = FieldType("record", fields=MappingProxyType({"id": TEXT, **known}))
        return names

    def data(self, cycle: Cycle, due: Due, subject: Subject | None) -> dict[str, Any]:
        """The data with which the case of a period opens. Raises ExpressionError where a value cannot be had."""
        previous = cycle.before(due.period)
        scope: dict[str, Any] = {
            "period": {**_told(due.period), "previous": None if previous is None else _told(previous)},
            "due_on": cycle.calendar.local_date(due.at) if due.at is not None else due.period.last,
        }
        if subject is not None:
            scope["subject"] = {**subject.row, "id": subject.id}
        return {name: _value(source, scope, cycle.calendar) for name, source in self.with_.items()}


def case_id_of(duty: str, period: str, subject: str = "") -> str:
    """The id of the case; the same for ever."""
    return "-".join(filter(None, (duty, period, subject)))


def expressions_of(duty: Duty) -> Iterator[tuple[str, str]]:
    """Field -> expression, of what is an expression."""
    return ((name, source) for name, source in duty.with_.items() if isinstance(source, str))


def _told(period: CalendarPeriod) -> dict[str, Any]:
    return period._asdict()


def _value(source: Any, scope: Mapping[str, Any], calendar: BusinessCalendar) -> Any:
    if not isinstance(source, str):
        return source
    return compile_expression(source, days=calendar).evaluate(scope)
