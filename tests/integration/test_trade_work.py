"""Automated work on values, periods, weights and charges, with the shipped rules: its answers travel, and its refusals
name every fault."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.work import WorkActivities
from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.content.library import content_root
from sop_engine.freight.charges.free_time import FreeTimeTariff, FreeTimeTariffs, Tier
from sop_engine.records.engine import open_engine

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def work() -> WorkActivities:
    return WorkActivities(open_engine("sqlite://"), load_work_rules(content_root()))


def answer(work: WorkActivities, activity: str, **values: Any) -> dict[str, Any]:
    given = WorkInput(key="k", case_id="SHP-1", sop="Test", values=values, at=AT)
    sent = WorkInput.model_validate_json(given.model_dump_json())
    return WorkResult.model_validate_json(getattr(work, activity)(sent).model_dump_json()).values


def yuan(amount: str) -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": "CNY"}


def test_an_import_is_proposed_its_value_and_rates_and_taxed_by_them(work: WorkActivities) -> None:
    """An exam bank's exercise 1: FOB 500,000, freight 10 %, insurance 3 % of the CIF value. Wine: 14 %, 10 %, 13 %."""
    wine = {"goods": "Wine", "hs_code": "2204210000", "price": yuan("500000"), "value": None}
    sale = {"terms": "FOB", "total": yuan("500000"), "freight_rate": Decimal("0.1"), "insurance_rate": Decimal("0.03")}
    found = answer(work, "propose_import", items=[wine], sale=sale, origin_country="FR", former=[])
    (line,) = found["proposed"]
    assert (line["value"], line["rate_kind"], found["gaps"]) == (yuan("567010.31"), "mfn", None)
    assert (found["holds_to"], "= CNY 567010.31" in found["value_basis"]) == (None, True)
    again = answer(
        work,
        "propose_import",
        items=[{**found["items"][0], "price": yuan("100000")}],
        sale={"terms": "CIF"},
        origin_country="FR",
        former=found["proposed"],
    )
    taxes = answer(work, "import_taxes", customs_value=yuan("100000"), items=again["items"])
    assert taxes["total"] == yuan("43133.34")


def test_rates_of_goods_declared_early_are_those_of_the_day_of_arrival(work: WorkActivities) -> None:
    """The tariff on file begins on 1 December 2024; declared the day before, goods that arrive then bear its rates."""
    wine = {"goods": "Wine", "hs_code": "2204210000", "origin_country": "FR", "value": yuan("100000")}
    early: dict[str, Any] = {"items": [wine], "declared_on": date(2024, 11, 30)}
    assert answer(work, "propose_import", **early)["proposed"][0]["duty_rate"] is None
    arrived = answer(work, "propose_import", **early, inbound_on=date(2024, 12, 1))
    assert arrived["proposed"][0]["duty_rate"] == Decimal("0.14")


LATE: dict[str, Any] = {
    "customs_value": yuan("123456.78"),
    "inbound_on": date(2026, 2, 1),
    "accepted_on": date(2026, 2, 27),
}


def test_a_fee_counted_without_the_years_holidays_says_so(work: WorkActivities) -> None:
    """No notice for 2027 is out: the 14th day after 1 February, the 15th, is a Monday by the statute alone."""
    fee = answer(
        work, "late_declaration_fee", **LATE | {"inbound_on": date(2027, 2, 1), "accepted_on": date(2027, 2, 16)}
    )
    assert (fee["starts_on"], fee["days"]) == (date(2027, 2, 16), 1)
    assert fee["basis"].endswith(
        "Provisional: 2027: no official notice yet; counted with the statutory holidays alone."
    )
    assert "Provisional" not in answer(work, "late_declaration_fee", **LATE)["basis"]


def test_a_late_declaration(work: WorkActivities) -> None:
    """Domain facts E11 and 1.1: inbound on 1 February, reading A charges from 25 February, B from the 24th."""
    fee = answer(work, "late_declaration_fee", **LATE)
    assert (fee["starts_on"], fee["fee"], fee["days"]) == (date(2026, 2, 25), yuan("185"), 3)
    assert "Order 273" in fee["basis"]
    other = answer(work, "late_declaration_fee", **LATE, reading="B")
    # 123,456.78 × 0.05 % × 4 = 246.91…, the fraction dropped.
    assert (other["starts_on"], other["fee"], other["days"]) == (date(2026, 2, 24), yuan("246"), 4)


def test_periods_travel_with_their_rule(work: WorkActivities) -> None:
    asked: dict[str, Any] = {"table": "customs", "events": {"inbound_declared": date(2026, 2, 1), "loading": None}}
    clocks = {clock["id"]: clock for clock in answer(work, "legal_clocks", **asked)["clocks"]}
    assert set(clocks) == {"T1", "T4"}
    assert (clocks["T1"]["starts_on"], clocks["T1"]["period"]) == (date(2026, 2, 1), "14 days")
    assert clocks["T1"]["rule"].startswith("海关法 Customs Law Art. 24")
    instant = {"table": "filings", "events": {"loading": AT}, "facts": {"direction": "export", "mode": "sea"}}
    assert [clock["starts_on"] for clock in answer(work, "legal_clocks", **instant)["clocks"]] == [AT, AT]


STAYS: dict[str, Any] = {
    "carrier": "EXAMPLE",
    "place": "CNSHA",
    "direction": "import",
    "charge": "DMD",
    "started_on": date(2026, 3, 2),
}
DRY = {"container_no": "CSQU3054383", "equipment": "20GP"}


def test_detention(work: WorkActivities) -> None:
    """Domain facts 1.3: a 20'GP back on day 25 costs 800."""
    bill = answer(work, "container_stays", **STAYS, containers=[{**DRY, "returned_on": date(2026, 3, 26)}])
    assert (bill["total"], bill["last_free_on"]) == (yuan("800"), date(2026, 3, 11))
    assert [(line["days"], line["amount"]) for line in bill["lines"]] == [(25, yuan("800"))]
    assert bill["basis"].startswith("CSQU3054383: 10 × 40.00 + 5 × 80.00 = CNY 800.00")


WORKING_DAYS = FreeTimeTariff(
    valid_from=date(2015, 1, 1),
    authority="The carrier",
    citation="Tariff in working days",
    carrier="WORKS",
    place="CN",
    direction="import",
    charge="DEM",
    currency="CNY",
    counted_from="discharged",
    free_days=5,
    free_unit="WD",
    calendar="cn_customs",
    tiers=(Tier(from_day=6, per_day={"20GP": Decimal(640)}),),
)


def by(tariff: FreeTimeTariff) -> WorkActivities:
    rules = load_work_rules(content_root())
    return WorkActivities(open_engine("sqlite://"), replace(rules, free_time=FreeTimeTariffs((tariff,))))


def test_detention_in_working_days() -> None:
    """Spring Festival 2026: 15 to 23 February are off, Saturday 14 February is worked. From Thursday the 12th the free
    days are 12, 13, 14, 24, 25; 26 February to 1 March are 4 days at 640."""
    stays = {**STAYS, "carrier": "WORKS", "charge": "DEM", "started_on": date(2026, 2, 12)}
    back = {**DRY, "returned_on": date(2026, 3, 1)}
    alone = answer(by(WORKING_DAYS), "container_stays", **stays, containers=[back])
    assert (alone["last_free_on"], alone["total"]) == (date(2026, 2, 25), yuan("2560"))
    both = answer(by(WORKING_DAYS), "container_stays", **stays, containers=[DRY, back])
    assert (both["last_free_on"], both["total"]) == (date(2026, 2, 25), None)
    assert [line["amount"] for line in both["lines"]] == [None, yuan("2560")]


def test_a_calendar_that_is_not_there_is_named() -> None:
    stays = {**STAYS, "carrier": "WORKS", "charge": "DEM", "containers": [DRY]}
    with pytest.raises(ApplicationError, match="there is no calendar tw_office"):
        answer(by(replace(WORKING_DAYS, calendar="tw_office")), "container_stays", **stays)


def test_containers_are_refused_with_every_fault(work: WorkActivities) -> None:
    boxes = [
        {"container_no": "A", "equipment": "53HC"},
        {"container_no": "B", "equipment": "20GP", "returned_on": date(2026, 3, 1)},
    ]
    with pytest.raises(ApplicationError) as caught:
        answer(work, "container_stays", **STAYS, containers=boxes)
    assert "containers.0.tariff: there is none for EXAMPLE CNSHA import DMD 53HC" in caught.value.message
    assert "containers.1.ended_on: 2026-03-01 does not follow 2026-03-02" in caught.value.message


def test_weight_by_air(work: WorkActivities) -> None:
    """mol-logistics.com: one pallet 140 × 100 × 90 cm of 150 kg counts as 210."""
    pallet = {"count": 1, "length_cm": 140, "width_cm": 100, "height_cm": 90, "gross_kg": 150}
    assert answer(work, "chargeable_weight", mode="air", pieces=[pallet])["chargeable"] == Decimal(210)


def test_a_price_of_the_shipped_tariff(work: WorkActivities) -> None:
    """kcnshipping.com/en/china-2: 850 for a 20'."""
    lane = {"supplier": "EXAMPLE", "origin": "CNNGB", "destination": "DEHAM"}
    priced = answer(work, "freight_price", charge="OTHC", containers={"20GP": 2}, **lane)
    assert (priced["charge"], priced["amount"]) == ("OTHC", yuan("1700"))


def test_an_export_duty(work: WorkActivities) -> None:
    """FOB ÷ (1 + r) × r (hebeifood.net)."""
    duty = answer(work, "export_duty", price=yuan("120000"), rate={"ad_valorem": Decimal("0.2")})
    assert (duty["duty"], duty["customs_value"]) == (yuan("20000"), yuan("100000"))


def test_margin_of_a_shipment(work: WorkActivities) -> None:
    def charge(name: str, side: str, amount: str) -> dict[str, Any]:
        return {"charge": name, "side": side, "stage": "actual", "amount": yuan(amount), "booked_on": date(2026, 3, 2)}

    charges = [charge("THC", "receivable", "950"), charge("THC", "payable", "850"), charge("滞报金", "payable", "185")]
    margin = answer(work, "shipment_margin", charges=charges)
    assert (margin["margin"], margin["open_disbursements"]) == (yuan("100"), yuan("185"))
    assert [line["charge"] for line in margin["compared"]] == ["THC", "THC", "LATEDC"]


@pytest.mark.parametrize(
    ("activity", "values", "named"),
    [
        ("propose_import", {"items": [], "former": [{}]}, ["items:", "former.0.goods:", "former.0.hs_code:"]),
        ("propose_import", {"items": [{"goods": "Wine", "price": "7 dollars"}]}, ["hs_code:", "price:"]),
        ("late_declaration_fee", {"customs_value": None}, ["customs_value:", "inbound_on:", "accepted_on:"]),
        ("legal_clocks", {"table": "law", "events": {"e": "2026-03-02T10:00:00"}}, ["table:", "events.e"]),
        (
            "container_stays",
            {**STAYS, "containers": [{**DRY, "equipment": "53HC"}]},
            ["none for EXAMPLE CNSHA import DMD 53HC"],
        ),
        (
            "late_declaration_fee",
            {**LATE, "inbound_on": date(1999, 1, 1)},
            ["no period T1 for these facts"],
        ),
        ("late_declaration_fee", {**LATE, "reading": "C"}, ["reading: Input should be 'A' or 'B'"]),
        ("settle_deposit", {"deposit": yuan("-1")}, ["deposit:", "due:"]),
        ("refund_limit", {"kind": "returned", "paid_on": date(2024, 11, 30)}, ["no period T9.returned"]),
        (
            "tax_refund",
            {"paid": yuan("1"), "due": yuan("1"), "paid_on": date(2026, 3, 2), "refunded_on": date(2026, 3, 1)},
            ["CNY 1.00 is not more than the CNY 1.00 due", "2026-03-01 lies before the payment"],
        ),
        ("export_duty", {"price": yuan("1"), "rate": {"per_unit": 1}}, ["a rate per unit needs the quantity"]),
        ("freight_price", {"charge": "OTHC"}, ["supplier:", "origin:", "destination:"]),
        ("chargeable_weight", {"mode": "pigeon", "pieces": []}, ["mode:", "pieces:"]),
        ("shipment_margin", {"charges": [], "stage": "hoped"}, ["stage:"]),
    ],
)
def test_unusable_input_names_every_fault(
    work: WorkActivities, activity: str, values: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(ApplicationError) as caught:
        answer(work, activity, **values)
    assert (caught.value.type, caught.value.non_retryable) == ("WorkInput", True)
    for name in named:
        assert name in caught.value.message
