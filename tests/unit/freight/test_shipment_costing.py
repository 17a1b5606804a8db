"""What a shipment's costing comes to: the price agreed for each cost, the margin, and what a manager must see."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.work_rules import load_work_rules
from sop_engine.content.library import content_root
from sop_engine.freight.charges.costing import Costed, Costing, cost_shipment
from sop_engine.freight.exchange_rates import ExchangeRate, ExchangeRates
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError

CODES = load_work_rules(content_root()).charges.codes
TODAY, BOOKED_ON = date(2026, 3, 20), date(2026, 3, 2)
RATES = ExchangeRates(
    (
        ExchangeRate(
            currency="USD", rate=Decimal(7), valid_from=BOOKED_ON, valid_to=BOOKED_ON, authority="A", citation="Example"
        ),
    )
)
SALES = [{"service": "OF", "amount": "CNY 1200"}]


def money(text: str) -> Money:
    return Money.parse(text)


def costed(*costs: tuple[str, ...], sales: Any = SALES, **more: Any) -> Costed:
    """Charge, payee, amount of each cost, and the price agreed where a fourth stands."""
    names = ("charge", "payee", "amount", "agreed")
    lines = [dict(zip(names, cost, strict=False)) for cost in costs]
    given = read({"cost_lines": lines, "revenue_lines": sales, **more})
    return cost_shipment(Costing.model_validate(given), CODES, RATES, Decimal("0.05"), TODAY)


def read(value: Any) -> Any:
    """Amounts as they come from a case."""
    if isinstance(value, dict):
        return {name: read(each) for name, each in value.items()}
    if isinstance(value, list):
        return [read(each) for each in value]
    return Money.parse(value) if isinstance(value, str) and value[:4] in ("CNY ", "USD ", "EUR ") else value


def test_what_was_booked_is_shared_by_the_carriers_lines_that_name_no_price() -> None:
    found = costed(
        ("OF", "NSL", "CNY 800"),
        ("THC", "NSL", "CNY 200"),
        ("DOC", "NSL", "CNY 50", "CNY 45"),
        ("TRK", "Haulier", "CNY 300"),
        supplier="NSL",
        booked_cost="CNY 900",
    )
    assert [str(cost.agreed) for cost in found.costs] == ["CNY 720.00", "CNY 180.00", "CNY 45.00", "CNY 300.00"]
    assert found.margin.margin == money("CNY -150")
    assert found.doubts == ("the margin is negative: CNY -150.00",)


def test_what_was_booked_in_dollars_counts_at_the_rate_of_its_day() -> None:
    booked = {"supplier": "NSL", "booked_cost": "USD 100", "booked_on": BOOKED_ON}
    (cost,) = costed(("Ocean freight", "NSL", "CNY 710"), **booked).costs
    assert (cost.charge, cost.agreed) == ("OF", money("CNY 700"))
    with pytest.raises(RuleError, match="USD"):
        costed(("OF", "NSL", "CNY 710"), **{**booked, "booked_on": TODAY})


def test_freight_bought_in_dollars_and_sold_in_yuan_is_counted_in_yuan_and_owed_in_dollars() -> None:
    quoted = [{"charge": "OF", "side": "payable", "amount": "USD 1000"}]
    booked = {"supplier": "NSL", "booked_cost": "USD 1020", "booked_on": BOOKED_ON}
    sales = [{"service": "OF", "amount": "CNY 9000"}]
    found = costed(("OF", "NSL", "USD 1050"), quoted_lines=quoted, sales=sales, **booked)
    assert [(str(cost.agreed), str(cost.amount)) for cost in found.costs] == [("USD 1020.00", "USD 1050.00")]
    assert (found.margin.cost, found.margin.margin) == (money("CNY 7350"), money("CNY 1650"))
    (cost,) = [line for line in found.compared if line.side == "payable"]
    stages = (cost.quoted, cost.booked, cost.actual)
    assert [str(amount) for amount in stages] == ["CNY 7000.00", "CNY 7140.00", "CNY 7350.00"]
    # 5 % above what was quoted, in dollars as in yuan: the rate is one for all stages.
    assert (cost.percent, found.doubts) == (Decimal("5.0"), ())
    assert [(rate.currency, rate.rate) for rate in found.rates] == [("USD", Decimal(7))]


def test_a_booking_in_dollars_is_shared_by_lines_in_two_currencies_by_their_worth() -> None:
    """USD 200 = CNY 1400; the freight of USD 150 is worth CNY 1050, the handling CNY 450: 70 % and 30 %."""
    booked = {"supplier": "NSL", "booked_cost": "USD 200", "booked_on": BOOKED_ON}
    found = costed(("OF", "NSL", "USD 100"), ("BAF", "NSL", "USD 50"), ("THC", "NSL", "CNY 450"), **booked)
    assert [str(cost.agreed) for cost in found.costs] == ["USD 93.33", "USD 46.67", "CNY 420.00"]


def test_currencies_without_a_rate_are_named_and_an_entered_rate_goes_first() -> None:
    lines = (("OF", "NSL", "USD 100"), ("DOC", "NSL", "EUR 10"))
    with pytest.raises(RuleError) as refused:
        costed(*lines, sales=[{"service": "OF", "amount": "USD 200"}], invoice_currency="HKD")
    assert str(refused.value) == (
        "rates: the table of exchange rates has none of 2026-03-20 for EUR, HKD, USD "
        "(allowed: CNY for one unit of each, entered with the costing)"
    )
    entered = [{"currency": "USD", "rate": Decimal("7.1")}, {"currency": "EUR", "rate": Decimal(8)}]
    found = costed(*lines, rates=entered, booked_on=BOOKED_ON)
    assert found.margin.cost == money("CNY 790")
    assert {rate.currency: rate.basis for rate in found.rates} == dict.fromkeys(
        ("EUR", "USD"), "entered with the costing"
    )
    with pytest.raises(RuleError, match=r"CNY is book currency.*EUR stands twice"):
        costed(*lines, rates=[{"currency": "CNY", "rate": Decimal(1)}, entered[1], entered[1]])


def test_a_price_agreed_in_another_currency_than_was_carried_out_is_a_fault() -> None:
    with pytest.raises(RuleError, match=r"cost_lines.1: is agreed in USD and carried out in CNY"):
        costed(("THC", "Port", "CNY 9"), ("OF", "NSL", "CNY 700", "USD 100"), booked_on=BOOKED_ON)


THIRDS = [{"service": charge, "amount": "USD 33.33"} for charge in ("OF", "BAF", "CAF")]
EXACT = [{"currency": "USD", "rate": Decimal("7.1234")}]


def test_services_of_another_currency_are_billed_at_the_rate_and_add_up_to_their_sum() -> None:
    sales = [*THIRDS, {"service": "THC", "amount": "CNY 100"}]
    found = costed(("OF", "NSL", "USD 50"), sales=sales, rates=EXACT, quoted_total="USD 99.99").to_bill
    # 33.33 at 7.1234 is 237.4229, 66.66 is 474.8458, 99.99 is 712.2688.
    assert [str(line.amount) for line in found.lines] == ["CNY 237.42", "CNY 237.43", "CNY 237.42", "CNY 100.00"]
    assert [(str(line.sold_for), line.rate) for line in found.lines[:1]] == [("USD 33.33", Decimal("7.1234"))]
    assert (found.lines[3].sold_for, found.lines[3].rate, found.rate) == (None, None, None)
    assert (str(found.quoted), found.disbursements) == ("CNY 712.27", None)


def test_an_invoice_in_dollars_holds_yuan_services_and_outlays_converted() -> None:
    sales = [{"service": "OF", "amount": "USD 1000"}, {"service": "THC", "amount": "CNY 700"}]
    costs = (("OF", "NSL", "USD 900"), ("DUTY", "Broker", "CNY 350"))
    paid: dict[str, Any] = {"tax_paid": "CNY 70", "invoice_currency": "USD", "booked_on": BOOKED_ON}
    found = costed(*costs, sales=sales, **paid)
    assert [str(line.amount) for line in found.to_bill.lines] == ["USD 1000.00", "USD 100.00"]
    assert found.to_bill.lines[1].rate == Decimal("0.142857")
    assert (str(found.to_bill.disbursements), found.to_bill.rate) == ("USD 60.00", Decimal(7))
    assert found.margin.margin == money("CNY 1400")


@pytest.mark.parametrize(
    ("actual", "doubts"),
    [
        ("CNY 1050", ()),
        ("CNY 1050.01", ("Ocean freight (OF): CNY 50.01 above the quotation",)),
        ("CNY 500", ()),
    ],
)
def test_a_cost_may_exceed_its_quotation_by_the_tolerance(actual: str, doubts: tuple[str, ...]) -> None:
    quoted = [{"charge": "海运费", "side": "payable", "amount": "CNY 1000"}]
    assert costed(("OF", "NSL", actual), quoted_lines=quoted).doubts == doubts


def test_a_cost_that_the_quotation_left_out_is_doubted_and_what_is_passed_on_is_not() -> None:
    quoted = [{"charge": "OF", "side": "payable", "amount": "CNY 500"}]
    costs = (("OF", "NSL", "CNY 500"), ("SEAL", "NSL", "CNY 30"), ("DUTY", "Broker", "CNY 9000"))
    found = costed(*costs, quoted_lines=quoted)
    assert found.doubts == ("Seal (SEAL): CNY 30.00 not quoted",)
    assert (found.margin.cost, found.margin.disbursed) == (money("CNY 530"), money("CNY 9000"))
    sold = [{"charge": "OF", "side": "receivable", "amount": "CNY 1200"}]
    assert costed(*costs, quoted_lines=sold).doubts == ()


def test_every_fault_of_a_costing_is_told_at_once() -> None:
    with pytest.raises(RuleError) as refused:
        costed(
            ("OF", "NSL", "CNY 1"),
            ("Ocean freight", "NSL", "CNY 1"),
            ("Sea fare", "NSL", "CNY 1"),
            sales=[{"service": "DUTY", "amount": "CNY 9"}],
        )
    assert [(fault.where, fault.what) for fault in refused.value.faults] == [
        ("cost_lines.2", "there is no charge 'Sea fare'"),
        ("revenue_lines.0", "Customs duty is passed on at cost"),
        ("cost_lines", "OF of NSL stands 2 times"),
    ]


def test_two_hauliers_for_one_charge_are_two_costs() -> None:
    found = costed(("TRK", "East Haulage", "CNY 300"), ("TRK", "West Haulage", "CNY 200"))
    assert [(cost.payee, str(cost.amount)) for cost in found.costs] == [
        ("East Haulage", "CNY 300.00"),
        ("West Haulage", "CNY 200.00"),
    ]


def documents(*lines: tuple[str, str, str | None]) -> Costed:
    """Trucking by payee, amount and document."""
    costs = [{"charge": "TRK", "payee": payee, "amount": amount, "document": paper} for payee, amount, paper in lines]
    given = read({"cost_lines": costs, "revenue_lines": SALES})
    return cost_shipment(Costing.model_validate(given), CODES, RATES, Decimal("0.05"), TODAY)


def test_two_trips_of_one_haulier_are_owed_together() -> None:
    (cost,) = documents(("Haulage", "CNY 300", "W-1"), ("HAULAGE ", "CNY 200", "W-2")).costs
    assert (cost.payee, cost.amount, cost.agreed) == ("Haulage", money("CNY 500"), money("CNY 500"))


@pytest.mark.parametrize("papers", [("W-1", "w 1"), (None, None), (None, "")])
def test_a_cost_stands_twice_where_charge_payee_and_document_are_the_same(
    papers: tuple[str | None, str | None],
) -> None:
    with pytest.raises(RuleError, match=r"TRK of Haulage.* stands 2 times"):
        documents(("Haulage", "CNY 300", papers[0]), ("haulage", "CNY 200", papers[1]))


def test_one_charge_of_one_payee_is_in_one_currency() -> None:
    with pytest.raises(RuleError, match="TRK of Haulage is in CNY and in USD"):
        documents(("Haulage", "CNY 300", "W-1"), ("Haulage", "USD 20", "W-2"))
