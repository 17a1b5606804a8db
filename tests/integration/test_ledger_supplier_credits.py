"""Credits with suppliers in the books: paid back, set off, never more than there is. On both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from tests.integration.bill_reversals import reverse
from tests.integration.ledger_currencies import dollars, worths
from tests.integration.ledger_office import Office, cny
from tests.integration.payables import bill

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def credited(office: Office) -> None:
    """A bill of 1090 that was paid and then reversed as CN-1."""
    office.work("record_bill", **bill(("SHP-1", "O/F", "1000")), accepted_by="huang.tao")
    office.post("supplier_paid", {"bill_no": "B-1"}, business_key="PAY-1", supplier="COSCO", amount=cny("1090"))
    reverse(office)


def refund(office: Office, amount: str, bank_ref: str = "IN-1", currency: str = "CNY", **more: Any) -> dict[str, Any]:
    given = {
        "supplier": "COSCO",
        "bank_ref": bank_ref,
        "reference": "CN-1",
        "amount": cny(amount, currency),
        "received_on": date(2026, 3, 20),
        "shipment": "SHP-1",
        **more,
    }
    return office.work("record_supplier_refund", **given)


def payable(office: Office) -> list[tuple[str | None, str | None]]:
    return [(row["unapplied"], row["total"]) for row in office.rows("ageing", side="payable")]


def test_a_refund_ends_the_credit_in_books_ageing_and_statement(office: Office) -> None:
    credited(office)
    assert payable(office) == [("-1090.00", "-1090.00")]
    (told,) = office.work("expected_costs", shipment="SHP-9", supplier="COSCO")["credits"]
    assert (told["reference"], told["left"], told["shipment"]) == ("CN-1", cny("1090.00"), "SHP-1")
    for _ in range(2):
        assert refund(office, "90") == {"left": cny("1000.00")}
    assert refund(office, "1000", "IN-2") == {"left": cny("0.00")}
    assert (worths(office), payable(office)) == ({}, [])
    assert office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["credits"] == []
    rows = office.rows("statement", side="payable", party="COSCO", month="2026-03")
    assert {row["reference"]: row["credit"] for row in rows if row["what"] == "Supplier paid back 供应商退款"} == {
        "IN-1": "90.00",
        "IN-2": "1000.00",
    }
    assert rows[-1]["balance"] == "0.00"


def test_no_more_comes_back_than_is_owed_and_a_transfer_is_booked_once(office: Office) -> None:
    credited(office)
    with pytest.raises(ApplicationError, match=r"CNY 1090.01 is more than COSCO owes by CN-1"):
        refund(office, "1090.01")
    with pytest.raises(ApplicationError, match=r"USD 1.00 is more than COSCO owes by CN-1"):
        refund(office, "1", currency="USD", rate=Decimal(7))
    refund(office, "100")
    with pytest.raises(ApplicationError, match="IN-1 is booked by SHP-1 already"):
        refund(office, "100", case="SHP-2")
    with pytest.raises(ApplicationError, match="is posted with other amounts"):
        refund(office, "101")


def test_the_oldest_credits_are_set_off_as_far_as_they_go(office: Office) -> None:
    credited(office)
    office.post("supplier_paid", {}, business_key="PAY-2", supplier="COSCO", amount=cny("50"), paid_on="2026-03-01")
    given = {**bill(("SHP-1", "O/F", "1000"), bill_no="B-2"), "nets_credit": True}
    told = office.work("match_bill", **given)
    assert told["credits"] == [
        {"reference": "PAY-2", "amount": Decimal("50.00")},
        {"reference": "CN-1", "amount": Decimal("1040.00")},
    ]
    assert (told["open"], told["to_pay"]) == (cny("1090.00"), cny("0.00"))
    assert office.work("match_bill", **{**given, "nets_credit": False})["to_pay"] == cny("1090.00")
    office.work("record_bill", **given, accepted_by="huang.tao")
    asked = {"supplier": "COSCO", "bill_no": "B-2", "credits": told["credits"]}
    for _ in range(2):
        assert office.work("set_off_credits", key="set-off", **asked) == {"open": Decimal(0)}
    assert payable(office) == [("-50.00", "-50.00")]
    with pytest.raises(ApplicationError, match="nothing open under 'PAY-2' to settle"):
        office.work("set_off_credits", **asked)


def test_credit_in_another_currency_is_not_set_off(office: Office) -> None:
    credited(office)
    given = dollars(("SHP-1", "O/F", "1000"), rate=Decimal("7"), bill_no="B-3")
    told = office.work("match_bill", **given, nets_credit=True)
    assert (told["credits"], told["to_pay"]) == ([], cny("1000", "USD"))
