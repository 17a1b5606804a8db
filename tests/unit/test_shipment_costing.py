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
    return Money.parse(value) if isinstance(value, str) and value[:4] in ("CNY ", "USD ") else value


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
    assert [(where, what) for where, what, _ in refused.value.faults] == [
        ("cost_lines.2", "there is no charge 'Sea fare'"),
        ("revenue_lines.0", "Customs duty is passed on at cost"),
        ("cost_lines", "OF of NSL stands 2 times"),
    ]
