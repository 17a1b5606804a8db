"""Charge codes, chargeable weight, tariffs, and the margin of a shipment. Each published example names its source."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.freight.charges.codes import ChargeCodes
from sop_engine.freight.charges.shipment import (
    Margin,
    ShipmentCharge,
    beyond_tolerance,
    compare_charges,
    shipment_margin,
)
from sop_engine.freight.charges.tariffs import Break, FreightTariff, FreightTariffs, Quantity, price
from sop_engine.freight.charges.weight import (
    ChargeableWeight,
    ChargedMode,
    Pieces,
    WeightRules,
    chargeable_weight,
    weight_from_totals,
)
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from tests.unit.freight.freight_data import charge_rules, freight_tariffs, weight_rules

DAY = date(2026, 3, 2)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


# -- charge codes ------------------------------------------------------------------------------------------------------


def test_every_name_of_the_shipped_list_leads_to_its_charge() -> None:
    codes = charge_rules().codes
    for charge in codes.root:
        for name in (charge.code, charge.en, charge.zh, *charge.aliases):
            assert codes.find(name) is charge


@pytest.mark.parametrize(
    ("name", "code"),
    [("o/f", "OF"), ("HYF", "OF"), ("滞报金", "LATEDC"), ("zxf4", "DET"), ("ZXF", "STUFF"), ("ＴＨＣ", "THC")],
)
def test_aliases_of_older_systems(name: str, code: str) -> None:
    """Codes of the real Chinese dictionary in KSA's init.sql."""
    assert charge_rules().codes.find(name).code == code


def test_an_unknown_charge_names_those_that_are_near() -> None:
    with pytest.raises(RuleError, match=r"no charge 'DOX' \(allowed: DOC, DOCPRO, DOCPRP, DO\)"):
        charge_rules().codes.find("DOX")


def code(code: str, **changed: Any) -> dict[str, Any]:
    return {"code": code, "en": f"{code} charge", "zh": f"{code}费", "tax": "agency", **changed}


def test_a_second_meaning_is_refused_and_every_clash_named() -> None:
    """KSA's live list has two codes for detention: here that cannot happen."""
    with pytest.raises(
        ValueError,
        match=r"'zxf' means STUFF and DET; '装箱费' means STUFF and DET; .*'D/E' means DE and DEF; DEM stands",
    ) as caught:
        ChargeCodes.model_validate(
            [
                code("STUFF", zh="装箱费", aliases=["ZXF"]),
                code("DET", aliases=["zxf", "装箱费"]),
                code("DE", aliases=["DX", "dx"]),
                code("DEF", aliases=["D/E"]),
                code("DEM"),
                code("DEM"),
            ]
        )
    assert "'DX' means DE and DE" in str(caught.value)


@pytest.mark.parametrize(("tax", "pass_through"), [("outside", False), ("agency", True)])
def test_what_is_passed_through_is_outside_vat_and_nothing_else(tax: str, pass_through: bool) -> None:
    with pytest.raises(ValueError, match="passed through is outside VAT"):
        ChargeCodes.model_validate([code("DUTY", tax=tax, pass_through=pass_through)])


@pytest.mark.parametrize(("charge", "rate"), [("THC", "0.06"), ("TRK", "0.09"), ("OF", "0"), ("DUTY", "0")])
def test_vat_of_a_charge(charge: str, rate: str) -> None:
    assert charge_rules().vat_rate(charge, DAY) == Decimal(rate)


# -- chargeable weight -------------------------------------------------------------------------------------------------


def boxes(count: int, size: tuple[int, int, int], gross: int) -> tuple[Pieces, ...]:
    length, width, height = map(Decimal, size)
    return (Pieces(count=count, length_cm=length, width_cm=width, height_cm=height, gross_kg=Decimal(gross)),)


def weighed(mode: ChargedMode, pieces: tuple[Pieces, ...]) -> ChargeableWeight:
    return chargeable_weight(pieces, weight_rules().find(mode, "CNSHA-DEHAM", DAY))


@pytest.mark.parametrize(
    ("mode", "pieces", "expected"),
    [
        ("air", boxes(1, (140, 100, 90), 150), "210"),
        ("air", boxes(1, (140, 100, 90), 260), "260"),
        ("air", boxes(20, (50, 40, 45), 8), "300"),
        ("express", boxes(20, (50, 40, 45), 8), "360"),
        ("air", boxes(1, (50, 50, 50), 80), "80"),
        ("air", boxes(1, (120, 80, 37), 40), "59.5"),
    ],
)
def test_published_weights(mode: ChargedMode, pieces: tuple[Pieces, ...], expected: str) -> None:
    """mol-logistics.com, proboxx.crisp.help, valueclearingandforwarding.co.za; the last from an FWB/16 sample."""
    assert weighed(mode, pieces).chargeable == Decimal(expected)


def test_price_of_the_air_waybill_sample() -> None:
    """FWB/16 sample: 59.5 kg × 10.65 = 633.675, rounded half up; shows both roundings at once."""
    by_air = FreightTariff(
        valid_from=DAY,
        authority="A",
        citation="C",
        charge="AF",
        supplier="X",
        currency="CNY",
        basis="kg",
        rate=Decimal("10.65"),
    )
    chargeable = weighed("air", boxes(1, (120, 80, 37), 40)).chargeable
    assert price(by_air, Quantity(chargeable=chargeable)).amount == yuan("633.68")


def test_the_factor_is_data() -> None:
    """0.45 cbm of 25 kg: 75 kg by ÷ 6000, 75.15 kg by 167 kg per cubic metre (Mainfreight glossary)."""
    by_cm = weight_rules().find("air", "", DAY)
    exact = replace(by_cm, step=Decimal("0.01"))
    by_cbm = replace(exact, cubic_cm_per_kg=None, kg_per_cbm=Decimal(167))
    room = (Decimal(25), Decimal("0.45"))
    assert weight_from_totals(*room, exact).chargeable == Decimal("75.00")
    assert weight_from_totals(*room, by_cbm).chargeable == Decimal("75.15")
    assert weight_from_totals(*room, replace(by_cbm, step=Decimal("0.5"))).chargeable == Decimal("75.5")
    with pytest.raises(ValueError, match="only one of them"):
        replace(by_cm, kg_per_cbm=Decimal(167))


@pytest.mark.parametrize(
    ("gross", "expected"), [("60", "60.0"), ("60.01", "60.5"), ("60.5", "60.5"), ("60.51", "61.0"), ("0.1", "0.5")]
)
def test_half_kilograms_are_rounded_up(gross: str, expected: str) -> None:
    by_air = weight_rules().find("air", "", DAY)
    assert weight_from_totals(Decimal(gross), Decimal(), by_air).chargeable == Decimal(expected)


@pytest.mark.parametrize(
    ("gross", "cbm", "ratio", "expected"),
    [
        ("500", "0.4", "1000", "1"),
        ("1000", "1", "1000", "1"),
        ("2500", "1.2", "1000", "2.5"),
        ("1200", "3.217", "1000", "3.217"),
        ("2500", "1.2", "500", "5"),
    ],
)
def test_weight_or_measure(gross: str, cbm: str, ratio: str, expected: str) -> None:
    """Max of tons and cubic metres, at least 1 (Mainfreight); some lanes count 500 kg as 1 cbm (djcargo.sg).

    A lane of 500 kg to the cubic metre charges 2500 kg as 5 cubic metres.
    """
    of_mode = weight_rules().find("lcl", "", DAY)
    lane = replace(of_mode, lane="CNSHA-SGSIN", kg_per_cbm=Decimal(ratio))
    rule = WeightRules((of_mode, lane)).find("lcl", "CNSHA-SGSIN", DAY)
    assert rule is lane
    assert weight_from_totals(Decimal(gross), Decimal(cbm), rule).chargeable == Decimal(expected)


# -- tariffs -----------------------------------------------------------------------------------------------------------


def test_published_local_charges() -> None:
    """kcnshipping.com/en/china-2, Taicang and Ningbo."""

    def charged(charge: str, quantity: Quantity, origin: str = "CNNGB", destination: str = "DEHAM") -> Money:
        return price(freight_tariffs().find(charge, "EXAMPLE", origin, destination, DAY), quantity).amount

    assert charged("OTHC", Quantity(containers={"20GP": 2, "40HC": 1})) == yuan("2950")
    assert charged("DOC", Quantity()) == yuan("450")
    assert charged("DOC", Quantity(bills=2), "DEHAM", "CNNGB") == yuan("1000")
    assert charged("VGM", Quantity(units=3)) == yuan("150")


BY_WEIGHT = FreightTariff(
    valid_from=DAY,
    valid_to=date(2026, 3, 31),
    authority="The airline",
    citation="Rate sheet of March",
    charge="AF",
    supplier="CA",
    origin="CNPVG",
    destination="DE",
    currency="CNY",
    basis="kg",
    breaks=(
        Break(from_kg=Decimal(0), rate=Decimal("42.00")),
        Break(from_kg=Decimal(45), rate=Decimal("30.00")),
        Break(from_kg=Decimal(100), rate=Decimal("25.00")),
    ),
    minimum=Decimal(420),
)


@pytest.mark.parametrize(
    ("kg", "amount"),
    [
        ("9.5", "420.00"),
        ("10", "420.00"),
        ("32", "1344.00"),
        ("32.5", "1350.00"),
        ("44.5", "1350.00"),
        ("45", "1350.00"),
        ("83", "2490.00"),
        ("83.5", "2500.00"),
        ("100", "2500.00"),
    ],
)
def test_the_next_break_is_charged_where_it_is_cheaper(kg: str, amount: str) -> None:
    answer = price(BY_WEIGHT, Quantity(chargeable=Decimal(kg)))
    assert answer.amount == yuan(amount)
    assert ("cheaper" in answer.basis) is (kg in ("32.5", "44.5", "83.5"))


def test_a_tariff_holds_through_its_last_day() -> None:
    table = FreightTariffs((BY_WEIGHT,))
    assert table.find("AF", "CA", "CNPVG", "DEFRA", date(2026, 3, 31)) is BY_WEIGHT
    with pytest.raises(RuleError, match="2026-03-02 to 2026-03-31"):
        table.find("AF", "CA", "CNPVG", "DEFRA", date(2026, 4, 1))
    with pytest.raises(RuleError, match="none for AF CA CNPVG FRPAR"):
        table.find("AF", "CA", "CNPVG", "FRPAR", DAY)


def test_the_nearer_tariff_goes_first_and_doubles_are_refused() -> None:
    nearer = replace(BY_WEIGHT, destination="DEFRA")
    assert FreightTariffs((BY_WEIGHT, nearer)).find("AF", "CA", "CNPVG", "DEFRA", DAY) is nearer
    with pytest.raises(ValueError, match="AF CA CNPVG DE: the entries from"):
        FreightTariffs((BY_WEIGHT, replace(BY_WEIGHT, citation="Another")))


def test_a_quantity_that_does_not_fit_is_refused() -> None:
    per_box = freight_tariffs().find("OTHC", "EXAMPLE", "CNNGB", "DEHAM", DAY)
    with pytest.raises(RuleError, match=r"no price for 45HC, only for 20GP, 40HC.*no price for 53HC"):
        price(per_box, Quantity(containers={"45HC": 1, "53HC": 1}))
    with pytest.raises(RuleError, match="no chargeable weight"):
        price(BY_WEIGHT, Quantity())
    with pytest.raises(ValueError, match="a price per bill has rate, not breaks"):
        replace(BY_WEIGHT, basis="bill")


# -- quote to actual, and the margin -----------------------------------------------------------------------------------


def rate(currency: str, value: str, first: date, last: date, units: int = 1) -> ExchangeRate:
    return ExchangeRate(
        valid_from=first,
        valid_to=last,
        authority="Bank",
        citation="Test rates",
        currency=currency,
        rate=Decimal(value),
        units=Decimal(units),
    )


RATES = ExchangeRates(
    (
        rate("USD", "7.00", date(2026, 3, 1), date(2026, 3, 31)),
        rate("USD", "7.20", date(2026, 4, 1), date(2026, 4, 30)),
        rate("JPY", "4.80", date(2026, 3, 1), date(2026, 3, 31), 100),
    )
)


def charge(name: str, side: str, stage: str, amount: str, currency: str = "CNY", on: date = DAY) -> ShipmentCharge:
    money = {"amount": Decimal(amount), "currency": currency}
    return ShipmentCharge.model_validate(
        {"charge": name, "side": side, "stage": stage, "amount": money, "booked_on": on}
    )


SHIPMENT = (
    charge("HYF", "receivable", "quoted", "1000", "USD"),
    charge("OF", "payable", "quoted", "800", "USD"),
    charge("O/F", "receivable", "booked", "1000", "USD", date(2026, 4, 1)),
    charge("OF", "payable", "booked", "850", "USD"),
    charge("OF", "receivable", "actual", "1000", "USD", date(2026, 4, 1)),
    charge("OF", "payable", "actual", "900", "USD"),
    charge("THC", "receivable", "actual", "950"),
    charge("关税", "payable", "actual", "5000"),
    charge("DUTY", "receivable", "actual", "4500"),
    charge("TRK", "payable", "actual", "10000", "JPY"),
)


def test_margin_at_the_rates_of_the_booking_dates_and_disbursements_apart() -> None:
    """Revenue 7200 + 950; cost 6300 + 480; the duty earns nothing, and 500 of it is still to be claimed."""
    codes = charge_rules().codes
    assert shipment_margin(SHIPMENT, codes, RATES, "actual") == Margin(
        revenue=yuan("8150.00"),
        cost=yuan("6780.00"),
        margin=yuan("1370.00"),
        percent=Decimal("16.8"),
        disbursed=yuan("5000.00"),
        reclaimed=yuan("4500.00"),
        open_disbursements=yuan("500.00"),
    )
    assert shipment_margin(SHIPMENT, codes, RATES, "quoted").margin == yuan("1400.00")
    assert shipment_margin((), codes, RATES, "actual").percent is None


def test_quote_booking_and_actual_side_by_side() -> None:
    compared = compare_charges(SHIPMENT, charge_rules().codes, RATES)
    assert [(line.charge, line.side, line.change, line.percent) for line in compared] == [
        ("OF", "receivable", yuan("200.00"), Decimal("2.9")),
        ("OF", "payable", yuan("700.00"), Decimal("12.5")),
        ("THC", "receivable", yuan("950.00"), None),
        ("DUTY", "payable", yuan("5000.00"), None),
        ("DUTY", "receivable", yuan("4500.00"), None),
        ("TRK", "payable", yuan("480.00"), None),
    ]
    assert (compared[1].quoted, compared[1].booked, compared[1].actual) == (yuan("5600"), yuan("5950"), yuan("6300"))
    assert [line.charge for line in beyond_tolerance(compared, Decimal("0.05"))] == ["OF", "THC", "DUTY", "DUTY", "TRK"]


def test_every_charge_that_cannot_be_counted_is_named() -> None:
    wrong = [
        charge("XYZ", "payable", "actual", "1"),
        charge("OF", "payable", "actual", "1", "EUR"),
        charge("OF", "payable", "actual", "1", "USD", date(2026, 5, 1)),
    ]
    with pytest.raises(RuleError) as caught:
        compare_charges(wrong, charge_rules().codes, RATES)
    assert [fault.where for fault in caught.value.faults] == [
        "charges.0.charge",
        "charges.1.currency",
        "charges.2.rate of USD",
    ]


def test_rates_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="USD: the entries from 2026-03-01 and from 2026-03-31 overlap"):
        ExchangeRates((RATES.root[0], replace(RATES.root[1], valid_from=date(2026, 3, 31))))
