"""Which advance filings run and when each is due; and which level of dunning stops credit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.filings import advance_filings
from sop_engine.freight.legal_clocks import LegalClock, LegalClocks
from sop_engine.freight.subledger.policy import SubledgerPolicy

LOADED = datetime(2026, 3, 14, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def clock(name: str, **more: Any) -> LegalClock:
    given = {
        "valid_from": date(2026, 1, 1),
        "authority": "Customs",
        "citation": "Order 1",
        "id": name,
        "en": f"{name} filing",
        "zh": "申报",
        "starts": "loading",
        "before": True,
        "on_expiry": "no loading",
        "effect": "no_loading",
        "code": "AFC",
        "mark": "V",
    }
    return LegalClock(**{**given, **more})


def due(*clocks: LegalClock, loading: datetime | None = LOADED) -> list[tuple[str, datetime]]:
    found = advance_filings(LegalClocks(clocks), {"loading": loading}, {})
    return [(filing.id, filing.due_at) for filing in found]


@pytest.mark.parametrize(
    ("period", "before"),
    [("24 hours", 24 * HOUR), ("1 hour", HOUR), ("30 minutes", HOUR / 2), ("1 minute", HOUR / 60), (None, 0 * HOUR)],
)
def test_a_filing_is_due_so_long_before_its_event(period: str | None, before: timedelta) -> None:
    assert due(clock("a", period=period)) == [("a", LOADED - before)]


def test_the_next_one_comes_first_and_of_two_at_once_the_one_by_name() -> None:
    clocks = [clock("b", period="1 hour"), clock("c", period="2 hours"), clock("a", period="1 hour")]
    assert [name for name, _ in due(*clocks)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    "other",
    [
        {"code": "VGM", "period": "1 hour"},
        {"before": False, "period": "1 hour"},
        {"period": "2 days"},
        {"starts": "arrival", "period": "1 hour"},
        {"when": {"mode": ("air",)}, "period": "1 hour"},
        {"valid_from": date(2026, 3, 15), "period": "1 hour"},
    ],
)
def test_what_is_counted_otherwise_or_does_not_run_is_none(other: dict[str, Any]) -> None:
    assert due(clock("a", **other), clock("b", period="1 hour")) == [("b", LOADED - HOUR)]


def test_of_a_day_nobody_knows_the_hour() -> None:
    assert due(clock("a", period="1 hour", from_month_end=True)) == []
    assert due(clock("a", period="1 hour"), loading=None) == []


def test_a_filing_says_what_it_is_and_what_comes_of_missing_it() -> None:
    (filing,) = advance_filings(LegalClocks((clock("a", period="1 hour"),)), {"loading": LOADED}, {})
    assert (filing.en, filing.zh, filing.code, filing.on_expiry) == ("a filing", "申报", "AFC", "no loading")
    assert filing.rule == "Order 1 (Customs), in force from 2026-01-01"


def policy(*dunning: tuple[int, int, bool]) -> SubledgerPolicy:
    levels = [{"level": level, "days": days, "name": "n", "stops_credit": stops} for level, days, stops in dunning]
    return SubledgerPolicy.model_validate(
        {
            "match_tolerance": {"share": "0.01", "amount": "1"},
            "payment_tiers": [{"roles": ["finance_manager"]}],
            "dunning": levels,
            "credit_lift_roles": ["finance_manager"],
            "cod_settle_months": 1,
            "freight_ratio": "0.05",
        }
    )


def test_credit_stops_on_the_days_of_its_level() -> None:
    assert policy((1, 1, False), (2, 7, True), (3, 9, False)).credit_stop_days == 7


@pytest.mark.parametrize(
    ("dunning", "message"),
    [
        ([(1, 1, False), (1, 7, True)], "dunning: levels and days must rise"),
        ([(1, 7, False), (2, 7, True)], "dunning: levels and days must rise"),
        ([(2, 1, False), (1, 7, True)], "dunning: levels and days must rise"),
        ([(1, 1, False), (2, 7, False)], "dunning: exactly one level stops credit"),
        ([(1, 1, True), (2, 7, True)], "dunning: exactly one level stops credit"),
    ],
)
def test_levels_that_contradict_are_refused(dunning: list[tuple[int, int, bool]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        policy(*dunning)
