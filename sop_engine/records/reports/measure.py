"""A measure: a report of one figure, made of observations, that can be drawn.

An entry says what is observed, by what observations are told apart, in which unit the figure is and how one figure is
made of many observations. Rows, the row of the whole, and what a picture needs are made of that for all measures alike.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Any, assert_never

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.report_tables import Aggregate, Measured, ReportColumn
from sop_engine.records.reports.parameters import Parameters
from sop_engine.records.reports.report import Asked, Books, Cell, Found, Report, column

ALL = "All 合计"
"""Stands in the row of the whole for every value of a column."""
COUNTED = column("counted", "Counted", "计数", "integer")
_PLACES = {"share": Decimal("0.0001"), "decimal": Decimal("0.1"), "integer": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing that was observed."""

    by: tuple[str, ...]
    """A value for each dimension of the measure."""
    value: Decimal | None = Decimal(1)
    """Of a share 1 or 0; none where nobody can say, which leaves the figure open as well."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What tells observations apart."""

    column: ReportColumn
    along: Callable[[Collection[str]], Sequence[str]] = sorted
    """Of the values found, all that belong on an axis, in order."""


def every_month(found: Collection[str]) -> Sequence[str]:
    """Every month from the first to the last, so that a picture shows also those without an observation."""
    if not found:
        return ()
    (first_year, first), (last_year, last) = (map(int, text.split("-")) for text in (min(found), max(found)))
    numbers = range(first_year * 12 + first - 1, last_year * 12 + last)
    return [f"{number // 12}-{number % 12 + 1:02}" for number in numbers]


SOP = Dimension(column("sop", "SOP", "流程"))
MONTH = Dimension(column("month", "Month", "月份"), every_month)


def measure(
    *,
    name: str,
    title: Title,
    tells: Title,
    asks: type[Asked],
    by: tuple[Dimension, ...],
    figure: ReportColumn,
    unit: Title,
    aggregate: Aggregate,
    observe: Callable[[Books, Asked], Iterable[Observed]],
    scope: Callable[[Books, Asked], str] | None = None,
) -> Report[Asked]:
    """A measure as an entry of the catalogue. Money is summed by its currency alone.

    Raises ValueError where a share is not what the figure shows.
    """
    if (figure.kind == "share") != (aggregate == "share"):
        raise ValueError(f"the measure {name}: a share, and nothing else, is made of yes and no")

    def query(books: Books, asked: Asked) -> Found:
        values: defaultdict[tuple[str, ...], list[Decimal | None]] = defaultdict(list)
        for each in observe(books, asked):
            values[each.by].append(each.value)
        along = [dimension.along({group[place] for group in values}) for place, dimension in enumerate(by)]
        ordered = sorted(
            values, key=lambda group: [order.index(value) for order, value in zip(along, group, strict=True)]
        )
        wholes: defaultdict[tuple[str, ...], list[Decimal | None]] = defaultdict(list)
        for group in ordered:
            # Amounts of two currencies have no sum.
            kept = (value if each.column.key == figure.currency else ALL for value, each in zip(group, by, strict=True))
            wholes[tuple(kept)] += values[group]
        rows = [_row(group, found, figure, aggregate) for group, found in _both(ordered, values, wholes)]
        measured = Measured(
            aggregate=aggregate,
            unit=unit.model_dump(),
            by=tuple(dimension.column.key for dimension in by),
            figure=figure.key,
            axis=tuple(along[-1]),
        )
        return Found(rows, scope(books, asked) if scope else period(asked), measured=measured)

    columns = (*(dimension.column for dimension in by), *(() if aggregate == "sum" else (COUNTED,)), figure)
    return Report(name=name, title=title, tells=tells, asks=asks, columns=columns, query=query, is_measure=True)


def period(asked: Parameters) -> str:
    """What was asked, for the scope: the days and the SOP, as far as any were named."""
    given: dict[str, Any] = asked.model_dump(exclude_none=True)
    days = f"{given.get('since', '')} – {given.get('until', '')}" if {"since", "until"} & set(given) else ""
    return ", ".join(filter(None, (given.get("sop"), days.strip())))


def _both(
    ordered: Sequence[tuple[str, ...]],
    values: dict[tuple[str, ...], list[Decimal | None]],
    wholes: dict[tuple[str, ...], list[Decimal | None]],
) -> Iterable[tuple[tuple[str, ...], list[Decimal | None]]]:
    yield from ((group, values[group]) for group in ordered)
    yield from ((group, found) for group, found in wholes.items() if group not in values)


def _row(group: tuple[str, ...], found: list[Decimal | None], figure: ReportColumn, aggregate: Aggregate) -> list[Cell]:
    made = _figure([value for value in found if value is not None], aggregate) if None not in found else None
    places = _PLACES.get(figure.kind)
    shown = made.quantize(places, ROUND_HALF_UP) if made is not None and places else made
    return [*group, *(() if aggregate == "sum" else (len(found),)), shown]


def _figure(values: list[Decimal], aggregate: Aggregate) -> Decimal:
    match aggregate:
        case "sum":
            return sum(values, Decimal())
        case "share":
            return sum(values, Decimal()) / len(values)
        case "median":
            return median(values)
        case _:
            assert_never(aggregate)
