"""The grammar of lengths of time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sop_engine.timekeeping.periods import Period, PeriodError, parse_period, split_offset


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("4 working hours", "4", "working_hours"),
        ("1 working hour", "1", "working_hours"),
        ("30 working minutes", "30", "working_minutes"),
        ("3 working days", "3", "working_days"),
        ("24 hours", "24", "hours"),
        ("1.5 hours", "1.5", "hours"),
        ("30 minutes", "30", "minutes"),
        (" 14  Days ", "14", "days"),
        ("2 weeks", "2", "weeks"),
        ("1 month", "1", "months"),
        ("3 years", "3", "years"),
        ("0 days", "0", "days"),
        ("PT2H30M", "150", "minutes"),
        ("PT4H", "4", "hours"),
        ("PT90S", "1.5", "minutes"),
    ],
)
def test_reads_and_writes_back(text: str, amount: str, unit: str) -> None:
    period = parse_period(text)
    assert (period.amount, period.unit) == (Decimal(amount), unit)
    assert parse_period(str(period)) == period
    assert Period.model_validate_json(period.model_dump_json()) == period


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a number and a unit"),
        ("soon", "not a number and a unit"),
        ("-1 day", "not a number and a unit"),
        ("4 wh", "unknown unit 'wh'"),
        ("2 working weeks", "only minutes, hours and days"),
        ("1.5 days", "whole"),
        ("0.5 working days", "whole"),
        ("101 years", "between 0 and 100"),
        ("P1D", '"1 day" or "1 working day"'),
        ("P2W", '"1 day" or "1 working day"'),
        ("P1DT2H", '"1 day" or "1 working day"'),
        ("P1M", '"1 month"'),
        ("P", "not an ISO 8601"),
        ("PT", "not an ISO 8601"),
        ("٣ days", "not a number and a unit"),
    ],
)
def test_refuses(text: str, says: str) -> None:
    with pytest.raises(PeriodError, match=r".") as error:
        parse_period(text)
    assert says in str(error.value)


def test_without_a_calendar_an_iso_day_is_24_hours() -> None:
    assert str(parse_period("P1DT2H", calendar_applies=False)) == "26 hours"
    assert str(parse_period("P1W", calendar_applies=False)) == "168 hours"


def test_only_minutes_and_hours_have_a_length() -> None:
    assert parse_period("1.5 working hours").length == timedelta(minutes=90)
    assert parse_period("PT1S").length == timedelta(seconds=1)
    with pytest.raises(PeriodError):
        _ = parse_period("1 day").length


@pytest.mark.parametrize(
    ("text", "base", "before", "period"),
    [
        ("cut_off - 24 hours", "cut_off", True, "24 hours"),
        ("booking.etd + 3 working days", "booking.etd", False, "3 working days"),
        ("a - b - PT2H", "a - b", True, "2 hours"),
    ],
)
def test_splits_offsets(text: str, base: str, before: bool, period: str) -> None:
    offset = split_offset(text)
    assert offset is not None
    assert (offset.base, offset.before, str(offset.period)) == (base, before, period)


def test_other_expressions_are_no_offset() -> None:
    assert split_offset("cut_off") is None
    assert split_offset("total - discount") is None
