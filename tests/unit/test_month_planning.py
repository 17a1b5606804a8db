"""The generated month: the same from the same seed, with numbers that pass their checks and figures that add up."""

from decimal import Decimal

from sop_engine.freight.identifiers import awb, container_no, declaration_no, uscc
from tests.month import books, numbers
from tests.month.parties import CARGOES, CUSTOMERS, LANES
from tests.month.planning import STORIES, Import, fen, plan_month


def test_the_same_seed_gives_the_same_month() -> None:
    assert plan_month(7, 40) == plan_month(7, 60)[:40]
    assert plan_month(7, 40) != plan_month(8, 40)


def test_twenty_shipments_have_every_lane_and_every_story() -> None:
    plans = plan_month(2026, 20)
    assert {plan.lane for plan in plans} == set(LANES)
    assert {plan.story for plan in plans} == set(STORIES)


def test_freight_in_dollars_is_whole_cents() -> None:
    dollars = [plan.freight_in_dollars for plan in plan_month(2026, 40)]
    sold = [amount for amount in dollars if amount is not None]
    assert len(sold) == 4
    assert [fen(amount) for amount in sold] == sold


def test_numbers_have_their_check_digits() -> None:
    for serial in (1, 77, 3_009):
        assert uscc(numbers.taxpayer_no(serial))
        assert container_no(numbers.container_no(serial))
        assert awb(numbers.air_waybill_no(serial))
        assert declaration_no(numbers.declaration_no(serial, 2026, is_import=True))[8] == "1", "an import"
    assert len({customer.taxpayer_no for customer in CUSTOMERS}) == len(CUSTOMERS)


def test_taxes_come_one_upon_the_other() -> None:
    """Sparkling wine of CNY 100000: 14 % duty, 10 % consumption tax inside its own base, 13 % VAT on all."""
    wine = next(cargo for cargo in CARGOES if cargo.consumption_rate)
    duty, consumption = Decimal("14000.00"), Decimal("12666.67")
    vat = Decimal("16466.67")
    assert Import(Decimal(100_000), wine, we_pay=True, is_inspected=False).tax == duty + consumption + vat


def test_what_the_books_must_say_balances_itself() -> None:
    plans = plan_month(2026, 300)
    sides = books.trial_balance(plans).values()
    assert sum(debit for debit, _ in sides) == sum(credit for _, credit in sides)
    revenue = sum(margin[0] for margin in books.margins(plans).values())
    assert books.taxes(plans)["output"][0] == revenue
