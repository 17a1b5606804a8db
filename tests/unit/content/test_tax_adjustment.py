"""Deposits lodged in place of tax, and refunds: settled to the fen, claimed while the law still gives them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.contracts.commands import RunWork
from tests.unit.content.content_house import RuledHouse
from tests.unit.content.customs_samples import CUSTOMER, ITEM, NOTICE, NUMBER

DEPOSIT = {"paid_by": "customer", "deposit": "CNY 200000", "deposit_no": "DP-1", "deposited_on": "2026-03-02"}
CLAIM = {"paid": "CNY 186500", "due": "CNY 136500", "grounds": "Wrong code", "claimed_on": "2026-03-02"}


class CustomsDesk(RuledHouse):
    """One case at a time, on Monday 2 March 2026."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.returned: list[Mapping[str, Any]] = []
        """What was booked of money that customs gave back."""

    def refund(self, kind: str, paid_on: str) -> None:
        self.open("TaxAdjustment", "A", CUSTOMER | {"declaration_no": NUMBER, "kind": kind, "paid_on": paid_on})

    def lodge(self, **deposit: Any) -> None:
        """A deposit in place of the tax of CNY 186 500 on an open TaxPayment."""
        case = {"declaration_no": NUMBER, "declared_on": "2026-03-02", "customs_value": "CNY 1000000", "items": [ITEM]}
        self.open("TaxPayment", "T", CUSTOMER | case)
        self.do("T", "wang.fang", "notifying", "issued", NOTICE)
        self.do("T", "hu.jing", "awaiting_payment", "deposit_lodged", DEPOSIT | deposit)

    def amounts(self, case_id: str, *names: str) -> list[Decimal]:
        return [self.states[case_id].snapshot.data[name]["amount"] for name in names]

    def _work(self, case_id: str, command: RunWork) -> Mapping[str, Any]:
        if command.activity == "record_tax_returned":
            self.returned.append(command.values)
        return super()._work(case_id, command)

    def allocations(self) -> list[Mapping[str, Any]]:
        """What the opened cases that allocate money know."""
        return [state.snapshot.data for state in self.states.values() if state.sop == "ReceiptAllocation"]

    def outcome(self, case_id: str) -> str | None:
        return self.states[case_id].outcome


def test_a_deposit_releases_the_goods_and_is_settled_by_a_case_of_its_own() -> None:
    desk = CustomsDesk()
    desk.lodge()
    with pytest.raises(NotPermitted):
        desk.do("T", "hu.jing", "confirming_deposit", "confirmed")
    desk.do("T", "guo.qiang", "confirming_deposit", "confirmed")
    assert desk.outcome("T") == "paid"
    result = desk.states["T"].snapshot.result
    assert (result["voucher_no"], result["total"]["amount"]) == ("DP-1", 200_000)
    assert not desk.states["T"].clocks["tax_deadline#1"].is_open
    (adjustment,) = [case_id for case_id in desk.states if case_id != "T"]
    data = desk.states[adjustment].snapshot.data
    assert (data["kind"], data["deposit"]["amount"], data["declaration_no"]) == ("deposit", 200_000, NUMBER)
    assert desk.states[adjustment].snapshot.configuration[-1] == "awaiting_determination"


def test_a_deposit_covers_what_is_to_be_paid() -> None:
    with pytest.raises(InvalidInput, match="The deposit covers what is to be paid"):
        CustomsDesk().lodge(deposit="CNY 186499.99")
    CustomsDesk().lodge(deposit="CNY 186500.00")


def determined(due: str) -> CustomsDesk:
    desk = CustomsDesk()
    opening = {"declaration_no": NUMBER, "kind": "deposit", "deposit": "CNY 200000"}
    desk.open("TaxAdjustment", "A", CUSTOMER | opening)
    found = {"due": due, "determined_on": "2026-03-02"}
    desk.do("A", "wang.fang", "awaiting_determination", "determined", found)
    return desk


@pytest.mark.parametrize(
    ("due", "taken", "given_back", "still_owed"),
    [
        ("186500", 186_500, 13_500, 0),
        ("0", 0, 200_000, 0),
        ("200000", 200_000, 0, 0),
        ("210000.01", 200_000, 0, "10000.01"),
    ],
)
def test_a_deposit_turns_into_tax_and_the_rest_comes_back(
    due: str, taken: int, given_back: int, still_owed: int | str
) -> None:
    desk = determined(f"CNY {due}")
    wanted = [Decimal(taken), Decimal(given_back), Decimal(still_owed)]
    assert desk.amounts("A", "taken", "given_back", "still_owed") == wanted
    if given_back:
        back = {"received": "CNY 1", "received_on": "2026-03-02"}
        with pytest.raises(InvalidInput, match="All of the rest came back"):
            desk.do("A", "hu.jing", "awaiting_return", "received", back)
        desk.do("A", "hu.jing", "awaiting_return", "received", back | {"received": f"CNY {given_back}"})
    if wanted[2]:
        desk.do("A", "hu.jing", "paying_rest", "paid", {"paid_on": "2026-03-02", "voucher_no": "V1"})
    assert desk.outcome("A") == "settled"
    assert desk.told("tax_deposit_settled") == ["logistics@qiming.example"]


@pytest.mark.parametrize(
    ("kind", "paid_on", "claim_by", "law"),
    [
        # Tariff Law Arts. 51, 52 from 1 December 2024; before it a year by the Customs Law.
        ("overpaid", "2025-03-03", "2028-03-03", "Tariff Law Art. 51"),
        ("returned", "2025-03-03", "2026-03-03", "Tariff Law Art. 52"),
        ("export_cancelled", "2025-03-03", "2026-03-03", "Tariff Law Art. 52"),
        ("overpaid", "2024-12-01", "2027-12-01", "Tariff Law Art. 51"),
        ("overpaid", "2024-11-30", "2025-11-30", "Customs Law Art. 63"),
    ],
)
def test_a_refund_is_claimed_within_the_time_of_the_law_of_the_payment(
    kind: str, paid_on: str, claim_by: str, law: str
) -> None:
    desk = CustomsDesk()
    desk.refund(kind, paid_on)
    data = desk.states["A"].snapshot.data
    assert data["claim_by_on"] == date.fromisoformat(claim_by)
    assert law in data["claim_rule"]


def test_a_claim_on_the_last_day_is_in_time_and_lapses_with_it() -> None:
    desk = CustomsDesk(now=datetime(2026, 3, 3, 15, 59, tzinfo=UTC))  # 23:59 in China
    desk.refund("returned", "2025-03-03")
    last = CLAIM | {"claimed_on": "2026-03-03"}
    desk.do("A", "wang.fang", "applying", "claimed", last)
    assert desk.states["A"].snapshot.configuration[-1] == "awaiting_customs"
    late = CustomsDesk(now=datetime(2026, 3, 3, 16, 1, tzinfo=UTC))
    late.refund("returned", "2025-03-03")
    assert late.outcome("A") == "lapsed"
    assert late.told("tax_refund_lapsed") == ["operations_manager"]


def granted(paid_on: str) -> CustomsDesk:
    desk = CustomsDesk()
    desk.refund("overpaid", paid_on)
    desk.do("A", "wang.fang", "applying", "claimed", CLAIM)
    desk.do("A", "wang.fang", "awaiting_customs", "granted")
    return desk


def test_a_refund_bears_interest() -> None:
    """50 000 × 0.05 % × 360 / 360 days: paid on 7 March 2025, received on 2 March 2026, 360 days on."""
    desk = granted("2025-03-07")
    desk.do("A", "hu.jing", "collecting", "received", {"received": "CNY 50025.00", "received_on": "2026-03-02"})
    assert desk.amounts("A", "refund", "interest") == [Decimal("50000.00"), Decimal("25.00")]
    assert desk.outcome("A") == "refunded"


def test_a_refund_that_differs_is_judged_by_the_finance_manager() -> None:
    desk = granted("2025-03-07")
    desk.do("A", "hu.jing", "collecting", "received", {"received": "CNY 50000.00", "received_on": "2026-03-02"})
    assert desk.states["A"].snapshot.configuration[-1] == "judging_difference"
    with pytest.raises(NotPermitted):
        desk.do("A", "hu.jing", "judging_difference", "accepted", {"remarks": "No interest"})
    desk.do("A", "qian.li", "judging_difference", "corrected", {"received": "CNY 50025.00"})
    assert desk.outcome("A") == "refunded"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"due": "CNY 186500"}, "More was paid than is due"),
        ({"claimed_on": "2026-03-03"}, "2026-03-03 lies ahead"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(wrong: dict[str, str], why: str) -> None:
    desk = CustomsDesk()
    desk.refund("overpaid", "2025-03-07")
    with pytest.raises(InvalidInput, match=why):
        desk.do("A", "wang.fang", "applying", "claimed", CLAIM | wrong)


def posted(desk: CustomsDesk) -> list[tuple[str, Decimal]]:
    return [(posting.entry, Decimal(posting.values["amount"]["amount"])) for posting in desk.postings]


def booked_back(desk: CustomsDesk) -> list[tuple[Decimal, Decimal | None]]:
    """What came back, and what of it is the customer's."""
    return [
        (values["amount"]["amount"], values["owed"]["amount"] if values["owed"] else None) for values in desk.returned
    ]


def waiting(desk: CustomsDesk) -> list[Decimal]:
    """What waits to be allocated or returned."""
    return [money["amount"]["amount"] for money in desk.allocations()]


def lodged_by_us(due: str) -> CustomsDesk:
    """A deposit of CNY 200 000 that we lodged, and the tax that was determined."""
    desk = CustomsDesk()
    desk.lodge(paid_by="us_on_behalf")
    desk.do("T", "guo.qiang", "confirming_deposit", "confirmed")
    (adjustment,) = [case_id for case_id in desk.states if case_id != "T"]
    desk.states["A"] = desk.states[adjustment]
    desk.do("A", "wang.fang", "awaiting_determination", "determined", {"due": due, "determined_on": "2026-03-02"})
    return desk


@pytest.mark.parametrize("is_charged", [True, False])
def test_a_deposit_that_we_lodged_comes_back_to_us_and_is_the_customers_once_charged(is_charged: bool) -> None:
    desk = lodged_by_us("CNY 186500")
    back = {"received": "CNY 13500", "received_on": "2026-03-02"}
    with pytest.raises(InvalidInput, match="It is said whether the customer was charged"):
        desk.do("A", "hu.jing", "awaiting_return", "received", back)
    desk.do("A", "hu.jing", "awaiting_return", "received", {**back, "is_charged": is_charged})
    owed = Decimal(13_500) if is_charged else None
    assert posted(desk) == [("tax_paid_for_customer", Decimal(200_000))]
    assert booked_back(desk) == [(Decimal(13_500), owed)]
    assert waiting(desk) == ([owed] if owed else [])


def test_tax_that_we_pay_above_the_deposit_is_laid_out_for_the_customer() -> None:
    desk = lodged_by_us("CNY 210000.01")
    desk.do("A", "hu.jing", "paying_rest", "paid", {"paid_on": "2026-03-02", "voucher_no": "V1"})
    paid = [("tax_paid_for_customer", Decimal(200_000)), ("tax_paid_for_customer", Decimal("10000.01"))]
    assert posted(desk) == paid
    assert len({posting.values["business_key"] for posting in desk.postings}) == 2


def test_a_deposit_that_becomes_tax_as_a_whole_stays_what_was_laid_out() -> None:
    desk = lodged_by_us("CNY 200000")
    assert desk.outcome("A") == "settled"
    assert posted(desk) == [("tax_paid_for_customer", Decimal(200_000))]


def test_what_the_customer_lodged_or_paid_is_not_in_our_books() -> None:
    desk = determined("CNY 186500")
    desk.do("A", "hu.jing", "awaiting_return", "received", {"received": "CNY 13500", "received_on": "2026-03-02"})
    assert (desk.outcome("A"), desk.postings, desk.returned) == ("settled", [], [])


@pytest.mark.parametrize(("is_charged", "owed"), [(True, "50025"), (False, "25")])
def test_interest_on_a_refund_is_the_customers_even_where_the_tax_was_not_charged(is_charged: bool, owed: str) -> None:
    desk = CustomsDesk()
    desk.refund("overpaid", "2025-03-07")
    desk.do("A", "wang.fang", "applying", "claimed", {**CLAIM, "paid_by": "us_on_behalf"})
    desk.do("A", "wang.fang", "awaiting_customs", "granted")
    back = {"received": "CNY 50025.00", "received_on": "2026-03-02", "is_charged": is_charged}
    desk.do("A", "hu.jing", "collecting", "received", back)
    assert desk.outcome("A") == "refunded"
    assert booked_back(desk) == [(Decimal(50_025), Decimal(owed))]
    assert waiting(desk) == [Decimal(owed)]
    (money,) = desk.allocations()
    assert (money["bank_ref"], money["is_booked"], money["customer_name"]) == ("A:owed", True, "Qiming")
    assert money["received_on"] == date(2026, 3, 2)
