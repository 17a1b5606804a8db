"""The shipped periods of law, counted on the shipped customs calendar: by the tables of the facts, and at the edges."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from sop_engine.content.library import content_root, load_library
from sop_engine.content.rules import load_rules
from sop_engine.freight.customs.deadlines import late_declaration_start, tax_due
from sop_engine.freight.customs.surcharges import Reading
from sop_engine.freight.legal_clocks import ClockDescription, LegalClock, LegalClocks, Roll
from sop_engine.freight.rules import RuleError
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.periods import parse_period

FILES = ("customs", "filings", "claims", "commercial")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@cache
def table(name: str) -> LegalClocks:
    return load_rules(content_root() / "rules" / "legal_clocks" / f"{name}.yaml", LegalClocks)


@cache
def calendar() -> BusinessCalendar:
    return load_library().calendars["cn_customs"]


def last_day(starts_on: date, period: str, roll: Roll = "next_working_day") -> date:
    at = datetime.combine(starts_on, datetime.min.time(), SHANGHAI)
    ends_at = calendar().add_period(at, parse_period(period), roll).at
    return (ends_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


def deadline(clock: ClockDescription) -> date:
    assert clock.period is not None
    assert isinstance(clock.starts_on, date)
    return last_day(clock.starts_on, clock.period, clock.roll)


def running(name: str, event: str, on: date | datetime, **facts: str) -> dict[str, ClockDescription]:
    return {clock.id: clock for clock in table(name).running({event: on}, facts)}


@pytest.mark.parametrize("name", FILES)
def test_every_period_is_one_that_the_calendar_understands(name: str) -> None:
    for clock in table(name).root:
        if clock.period is not None:
            parse_period(clock.period)
        assert clock.zh
        assert clock.citation


def test_all_eighteen_customs_periods_hold_today() -> None:
    ids = {clock.id.split(".")[0] for clock in table("customs").on(date(2026, 11, 22))}
    assert ids == {f"T{number}" for number in range(1, 19)}


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        (date(2026, 1, 19), date(2026, 2, 2)),
        (date(2026, 2, 1), date(2026, 2, 24)),
        (date(2026, 2, 6), date(2026, 2, 24)),
        (date(2026, 4, 20), date(2026, 5, 6)),
        (date(2026, 6, 6), date(2026, 6, 22)),
    ],
)
def test_import_declaration_of_the_facts_table(arrived: date, due: date) -> None:
    """Domain facts 1.0, import declaration: 14 days, the last day moves past holidays."""
    clock = running("customs", "inbound_declared", arrived)["T1"]
    assert deadline(clock) == due
    assert clock.rule == "海关法 Customs Law Art. 24 (General Administration of Customs), in force from 2001-01-01"


@pytest.mark.parametrize(
    ("declared", "due"),
    [
        (date(2026, 2, 5), date(2026, 2, 24)),
        (date(2026, 9, 18), date(2026, 10, 8)),
        (date(2026, 9, 24), date(2026, 10, 9)),
    ],
)
def test_duty_payment_of_the_facts_table(declared: date, due: date) -> None:
    """Domain facts 1.0, duty payment: 15 days."""
    clocks = running("customs", "declared", declared)
    assert deadline(clocks["T5"]) == due
    assert "T5.aggregate" not in clocks


@pytest.mark.parametrize(
    ("declared", "due"),
    [
        (date(2026, 1, 12), date(2026, 2, 6)),
        (date(2026, 2, 28), date(2026, 3, 6)),
        (date(2026, 4, 1), date(2026, 5, 11)),
        (date(2026, 9, 30), date(2026, 10, 13)),
    ],
)
def test_fifth_working_day_of_the_facts_table(declared: date, due: date) -> None:
    """Domain facts 1.0: the fifth working day of the next month, make-up Saturdays counting."""
    clock = running("customs", "declared", declared, payment="aggregate")["T5.aggregate"]
    assert deadline(clock) == due


def test_the_law_of_the_day_of_the_event() -> None:
    """Domain facts 0: the payment clock, refunds and re-determination changed on 2024-12-01."""
    last_day_of_old_law, first_of_new = date(2024, 11, 30), date(2024, 12, 1)
    assert set(running("customs", "declared", last_day_of_old_law)) == set()
    assert running("customs", "declared", first_of_new)["T5"].period == "15 days"
    assert set(running("customs", "payment_form_issued", last_day_of_old_law)) == {"T5", "T5.notice"}
    assert set(running("customs", "payment_form_issued", first_of_new)) == {"T5.notice"}
    for day, period in ((last_day_of_old_law, "1 year"), (first_of_new, "3 years")):
        assert running("customs", "tax_paid", day)["T9.overpaid"].period == period
        assert running("customs", "paid_or_released", day)["T8"].period == period


def test_a_refund_is_claimed_by_the_last_day_of_the_third_year() -> None:
    """Tariff Law Arts. 51, 52."""
    assert deadline(running("customs", "tax_paid", date(2025, 3, 3))["T9.overpaid"]) == date(2028, 3, 3)
    returned = running("customs", "tax_paid", date(2025, 3, 3), refund="returned")["T9.returned"]
    assert (deadline(returned), returned.effect) == (date(2026, 3, 3), "lapses")
    assert "T9.returned" not in running("customs", "tax_paid", date(2025, 3, 3))


def test_the_day_of_an_instant_is_that_of_china() -> None:
    evening = datetime(2024, 11, 30, 16, 0, tzinfo=UTC)
    assert "T5" in running("customs", "declared", evening)
    assert "T5" not in running("customs", "declared", evening - timedelta(seconds=1))
    with pytest.raises(ValueError, match="no time zone"):
        running("customs", "declared", evening.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("arrived", "a", "b"),
    [
        (date(2026, 2, 1), date(2026, 2, 25), date(2026, 2, 24)),
        (date(2026, 7, 3), date(2026, 7, 18), date(2026, 7, 20)),
        (date(2026, 1, 19), date(2026, 2, 3), date(2026, 2, 3)),
    ],
)
def test_both_readings_of_the_first_day_of_the_fee(arrived: date, a: date, b: date) -> None:
    """Domain facts 1.1, conflict: A after 3swgm8f.cn/bgy/551848680263, B after yuyingli88.com/n518443; A by default."""
    assert late_declaration_start(arrived, table("customs"), last_day) == a
    assert late_declaration_start(arrived, table("customs"), last_day, "B") == b


@pytest.mark.parametrize(
    ("notice", "reading", "due", "heed"),
    [
        (None, "A", date(2026, 3, 17), date(2026, 3, 17)),
        (date(2026, 3, 4), "A", date(2026, 3, 17), date(2026, 3, 17)),
        (date(2026, 3, 4), "B", date(2026, 3, 19), date(2026, 3, 17)),
    ],
)
def test_both_readings_of_the_tax_clock(notice: date | None, reading: Reading, due: date, heed: date) -> None:
    """Domain facts 1.1: compute declared + 15 days and notice + 15 days, heed the earlier."""
    told = tax_due(date(2026, 3, 2), notice, table("customs"), last_day, reading)
    assert (told.due_on, told.heed_on) == (due, heed)
    assert ("Tariff Law" in told.rule) is (reading == "A")


def test_the_former_law_counted_from_the_notice_alone() -> None:
    declared, notice = date(2024, 11, 1), date(2024, 11, 4)
    readings: tuple[Reading, ...] = ("A", "B")
    for reading in readings:
        assert tax_due(declared, notice, table("customs"), last_day, reading).due_on == date(2024, 11, 19)
    lacking = r"^notice_on: the period is counted from the notice \(allowed: the day of the payment notice\)$"
    with pytest.raises(RuleError, match=lacking):
        tax_due(declared, None, table("customs"), last_day)
    with pytest.raises(RuleError, match=lacking):
        tax_due(date(2026, 3, 2), None, table("customs"), last_day, "B")


# -- filings -----------------------------------------------------------------------------------------------------------

LOADING = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)


def test_filings_of_a_shipment_to_the_united_states() -> None:
    clocks = table("filings").running(
        {"loading": LOADING, "arrival": LOADING + timedelta(days=20), "vgm_cut_off": LOADING - timedelta(hours=12)},
        {"direction": "export", "mode": "sea", "packing": "container", "destination": "USLAX", "cargo": "general"},
    )
    told = {clock.id: (clock.code, clock.period, clock.before) for clock in clocks}
    assert told == {
        "CN.export.preload": ("AFC", "24 hours", True),
        "CN.export.load": ("AFC", "30 minutes", True),
        "US.ams": ("AFC", "24 hours", True),
        "US.isf": ("AFC", "24 hours", True),
        "US.isf.stuffing": ("AFC", "24 hours", True),
        "VGM": ("VCO", None, False),
    }


def test_filings_elsewhere() -> None:
    def filed(event: str, **facts: str) -> list[str]:
        return list(running("filings", event, LOADING, direction="export", **facts))

    assert filed("departure", mode="sea", destination="EGALY") == ["EG.aci"]
    assert filed("departure", mode="sea", destination="JPTYO") == ["JP.afr"]
    assert "EU.ens" in filed("loading", mode="sea", packing="container", distance="deep_sea", destination="DEHAM")
    assert filed("loading", mode="air", destination="DEFRA") == ["EU.placi"]


def test_every_dcsa_cut_off_code_is_there() -> None:
    """DCSA CutOffDateTimeCodeList-CS 1.0.0 (DCSA-OpenAPI, reference-data)."""
    codes = ["DCO", "VCO", "FCO", "LCO", "PCO", "ECP", "EFC", "RCO", "DGC", "OBC", "TCO", "STA", "SPA", "CUA", "AFC"]
    assert {clock.code for clock in table("filings").root} == set(codes)


# -- claims ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regime", "loss", "packing", "period", "effect"),
    [
        ("maritime_code", "hidden", "other", "7 days", "burden_of_proof"),
        ("maritime_code", "hidden", "container", "15 days", "burden_of_proof"),
        ("maritime_code", "apparent", "container", None, "burden_of_proof"),
        ("hague_visby", "hidden", "container", "3 days", "burden_of_proof"),
        ("hamburg", "apparent", "other", "1 working day", "burden_of_proof"),
        ("hamburg", "hidden", "other", "15 days", "burden_of_proof"),
        ("montreal", "hidden", "other", "14 days", "extinguished"),
        ("cmr", "hidden", "other", "7 working days", "burden_of_proof"),
        ("china_domestic", "hidden", "other", None, "burden_of_proof"),
    ],
)
@pytest.mark.parametrize("delivered", [date(2026, 4, 30), date(2026, 5, 1)])
def test_notice_of_damage(
    regime: str, loss: str, packing: str, period: str | None, effect: str, delivered: date
) -> None:
    """Domain facts 1.4: a missed notice shifts the burden of proof at sea and on land, and ends the claim by air."""
    clock = running("claims", "delivered", delivered, regime=regime, loss=loss, packing=packing)["notice.damage"]
    assert (clock.period, clock.effect) == (period, effect)


@pytest.mark.parametrize(
    ("regime", "period"),
    [("maritime_code", "60 days"), ("hamburg", "60 days"), ("montreal", "21 days"), ("cmr", "21 days")],
)
def test_notice_of_delay_ends_the_claim(regime: str, period: str) -> None:
    clock = running("claims", "delivered", date(2026, 6, 1), regime=regime, loss="delay")["notice.delay"]
    assert (clock.period, clock.effect) == (period, "extinguished")


@pytest.mark.parametrize(
    ("regime", "period", "effect"),
    [
        ("maritime_code", "1 year", "barred"),
        ("hague_visby", "1 year", "barred"),
        ("hamburg", "2 years", "barred"),
        ("montreal", "2 years", "extinguished"),
        ("cmr", "1 year", "barred"),
        ("china_domestic", "3 years", "barred"),
    ],
)
def test_suit(regime: str, period: str, effect: str) -> None:
    clock = running("claims", "delivered", date(2026, 6, 1), regime=regime)["suit"]
    assert (clock.period, clock.effect) == (period, effect)


# -- the table itself --------------------------------------------------------------------------------------------------


def entry(**changed: object) -> dict[str, object]:
    base = {"id": "X", "en": "X", "zh": "某", "starts": "e", "period": "3 days", "effect": "fee", "on_expiry": "fee"}
    return {**base, "valid_from": "2026-01-01", "authority": "A", "citation": "C", "mark": "V", **changed}


def test_two_entries_of_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="X: the entries from 2026-01-01 and from 2026-02-01 overlap"):
        LegalClocks.model_validate([entry(valid_to="2026-02-01"), entry(valid_from="2026-02-01")])
    split = [entry(valid_to="2026-01-31"), entry(valid_from="2026-02-01", period="4 days")]
    assert [clock.period for clock in LegalClocks.model_validate(split).on(date(2026, 2, 1))] == ["4 days"]


def test_unknown_words_are_refused_each_with_what_is_allowed() -> None:
    for changed, says in (
        ({"period": "a fortnight"}, "is no period; write 14 days"),
        ({"effect": "bad"}, "burden_of_proof"),
        ({"mark": "X"}, "'V', 'P', 'G' or 'C'"),
        ({"valid_to": "2025-01-01"}, "before valid_from"),
    ):
        with pytest.raises(ValueError, match=says):
            LegalClocks.model_validate([entry(**changed)])


def test_an_unknown_period_names_the_known_ones() -> None:
    clocks = LegalClocks((LegalClock(**entry()),))  # type: ignore[arg-type]
    with pytest.raises(RuleError, match=r"no period Y for these facts on 2026-03-01 \(allowed: X\)"):
        clocks.one("Y", date(2026, 3, 1))


def test_retention_by_kind_of_record() -> None:
    assert running("commercial", "released", date(2026, 3, 2), record="customs")["retention"].period == "3 years"
    assert running("commercial", "closed", date(2026, 3, 2), record="invoice")["retention"].period == "10 years"
    assert running("commercial", "ledger_closed", date(2026, 3, 2), record="cod_ledger")["retention"].period == "1 year"
