"""The functions of expressions: days of a calendar, and what a text contains."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sop_engine.statechart.expressions import ExpressionError, FieldType, compile_expression
from tests.unit.timekeeping.timekeeping_samples import calendar

OFFICE = calendar("cn_office")
PHRASES = FieldType("list", item=FieldType("text"))
NAMES = {
    "cut_off": FieldType("datetime"),
    "issued_on": FieldType("date"),
    "count": FieldType("integer"),
    "share": FieldType("decimal"),
    "reply": FieldType("text"),
    "forbidden": PHRASES,
    "anything": FieldType("any"),
}
SCOPE = {
    # A Monday, 01:00 of the Tuesday in China.
    "cut_off": datetime(2026, 3, 2, 17, tzinfo=UTC),
    # The Friday before the Spring Festival, which is off from the 15th to the 23rd; the 14th and 28th are made up.
    "issued_on": date(2026, 2, 13),
    "count": 3,
    "reply": "We promise Zero delay, ＶＩＰ service",
    "forbidden": ["100% clearance", "zero delay"],
    "anything": "text",
}


def value(source: str, **scope: Any) -> Any:
    return compile_expression(source, NAMES, OFFICE).evaluate(SCOPE | scope)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("day(cut_off)", date(2026, 3, 3)),
        ("month(issued_on)", 2),
        ("quarter(issued_on)", 1),
        ("weekday(issued_on)", 5),
        ("weekday(cut_off)", 2),
        ("issued_on + working_days(1)", date(2026, 2, 14)),
        ("issued_on + working_days(2)", date(2026, 2, 24)),
        ("working_days(count) + issued_on", date(2026, 2, 25)),
        ("issued_on + working_days(0)", date(2026, 2, 13)),
        ("issued_on - working_days(count)", date(2026, 2, 10)),
        ("cut_off + working_days(1)", at(3, 17)),
        ("cut_off - working_days(2)", at(27, 17, month=2)),
        ("next_opening(cut_off)", at(3, 0, 30)),
        ("contains_any(reply, forbidden)", True),
        ("contains_any(reply, ['vip'])", True),
        ("contains_any(reply, [])", False),
        ("contains_any('已承诺零延误', ['零延误'])", True),
        ("contains_any(reply, ['refund', 'free'])", False),
    ],
)
def test_values(source: str, expected: Any) -> None:
    result = value(source)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(("month", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (9, 3), (10, 4), (12, 4)])
def test_a_quarter_has_three_months(month: int, quarter: int) -> None:
    assert value("quarter(issued_on)", issued_on=date(2026, month, 28)) == quarter


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        (at(3, 0, 30), at(3, 0, 30)),
        (at(3, 8, 59), at(3, 8, 59)),
        (at(3, 0, 29), at(3, 0, 30)),
        (at(3, 9), at(4, 0, 30)),
        (at(6, 9), at(9, 0, 30)),
        (at(14, 9, month=2), at(24, 0, 30, month=2)),
    ],
    ids=["opening", "last minute", "morning", "evening", "weekend", "festival"],
)
def test_the_next_opening_of_an_office(asked: datetime, opens: datetime) -> None:
    assert OFFICE.next_opening(asked) == opens
    assert OFFICE.is_working(opens)


def test_what_is_always_open_opens_at_once() -> None:
    assert calendar("hotline_24h").next_opening(at(1, 3)) == at(1, 3)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("issued_on + working_days(2)", "date"),
        ("cut_off - working_days(2)", "datetime"),
        ("next_opening(cut_off)", "datetime"),
        ("month(cut_off)", "integer"),
        ("contains_any(reply, forbidden)", "boolean"),
    ],
)
def test_the_type_is_known_without_running(source: str, kind: str) -> None:
    assert compile_expression(source, NAMES).type.kind == kind


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("working_days(share)", "share is decimal, expected integer"),
        ("count + working_days(2)", r"cannot compute integer \+ working_days"),
        ("working_days(2) - issued_on", "cannot compute working_days - date"),
        ("working_days(2) > working_days(1)", "cannot order working_days and working_days"),
        ("month(reply)", "reply is text, expected date or datetime"),
        ("day(issued_on)", "issued_on is date, expected datetime"),
        ("contains_any(reply, reply)", "reply is text, expected list of text"),
        ("contains_any(reply, [1, 2])", "the value is list of integer, expected list of text"),
        ("contains_any(reply)", "contains_any takes 2 arguments, not 1"),
        ("month()", "month takes 1 argument, not 0"),
        ("moth(issued_on)", r"there is no function moth, did you mean month\? \(there are: in_state, files, day"),
    ],
)
def test_what_cannot_work_is_found_without_running(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        compile_expression(source, NAMES)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("month(missing)", "missing is not filled"),
        ("contains_any(missing, forbidden)", "missing is not filled"),
        ("issued_on + working_days(0 - 1)", "a whole number from 0 to 25000, got -1"),
        ("issued_on + working_days(25001)", "a whole number from 0 to 25000, got 25001"),
        ("month(anything)", r"month\(\) takes a date or an instant, got text"),
        ("next_opening(anything)", r"next_opening\(\) takes an instant, got text"),
        ("contains_any(reply, [' '])", "an empty text, which every text contains"),
        ("anything + working_days(1)", "cannot add text and a number of working days"),
    ],
)
def test_errors_name_what_is_wrong(source: str, message: str) -> None:
    names = {**NAMES, "missing": FieldType("any")}
    with pytest.raises(ExpressionError, match=message):
        compile_expression(source, names, OFFICE).evaluate(SCOPE)


@pytest.mark.parametrize("source", ["day(cut_off)", "month(cut_off)", "next_opening(cut_off)", "working_days(1)"])
def test_what_asks_a_calendar_fails_without_one(source: str) -> None:
    with pytest.raises(ExpressionError, match="needs a calendar"):
        compile_expression(source).evaluate(SCOPE)
