"""Booked bills taken back: in whole and in part, before and after they were paid. On both databases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from tests.integration.bill_reversals import reverse
from tests.integration.ledger_currencies import dollars, worths
from tests.integration.ledger_office import Office, cny
from tests.integration.payables import APRIL, bill, contract

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def lines(*parts: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [
        {"shipment": shipment, "service": charge, "amount": cny(amount), "vat_rate": Decimal("0.09")}
        for shipment, charge, amount in parts
    ]


def outstanding(office: Office, shipment: str = "SHP-1") -> dict[str, Decimal]:
    """Charge -> what is still to be billed."""
    found = office.work("expected_costs", shipment=shipment, supplier="COSCO")["lines"]
    return {line["charge"]: line["contracted"]["amount"] - line["billed"]["amount"] for line in found}


def test_a_bill_booked_in_error_is_taken_back_as_if_it_had_not_been(office: Office) -> None:
    contract(office, "O/F", "5000")
    contract(office, "THC", "850", "SHP-2")
    contract(office, "DUTY", "4000")
    duty = {"shipment": "SHP-1", "service": "关税", "amount": cny("4000")}
    given = {**bill(), "lines": [*lines(("SHP-1", "海运费", "5000"), ("SHP-2", "THC", "850")), duty]}
    office.work("record_bill", **given)
    told = reverse(office)
    assert (told["gross"], told["open"]) == (cny("10376.50"), cny("0.00"))
    assert reverse(office) == told
    assert worths(office) == {}
    assert office.rows("ageing", side="payable") == []
    assert (outstanding(office), outstanding(office, "SHP-2")) == (
        {"DUTY": Decimal(4000), "OF": Decimal(5000)},
        {"THC": Decimal(850)},
    )
    margins = {row["shipment"]: (row["cost"], row["disbursements"]) for row in office.rows("margin")}
    assert margins == {"SHP-1": ("0.00", "0.00"), "SHP-2": ("0.00", "0.00")}
    with pytest.raises(ApplicationError, match=r"B-1 of COSCO is reversed; book another under another number"):
        office.work("match_bill", **given)
    assert office.work("record_bill", **{**given, "bill_no": "B-1a"})["agreed"]
    assert office.work("close_month", month="2026-03", person="qian.li", at=APRIL) == {"status": "closed"}


def test_a_credit_note_lessens_what_is_paid_and_lets_the_charge_be_billed_again(office: Office) -> None:
    contract(office, "O/F", "5000")
    office.work("record_bill", **bill(("SHP-1", "O/F", "5000")))
    told = reverse(office, lines=lines(("SHP-1", "O/F", "1000")))
    assert told["open"] == cny("4360.00")
    assert outstanding(office) == {"OF": Decimal(1000)}
    # What is left of it is paid, not more.
    again = office.work("match_bill", **bill(("SHP-1", "O/F", "5000")))
    assert (again["agreed"], again["open"]) == (True, cny("4360.00"))
    told = reverse(office, "CN-2")
    assert (told["gross"], told["open"]) == (cny("4360.00"), cny("0.00"))
    assert outstanding(office) == {"OF": Decimal(5000)}
    vat = [(row["net"], row["vat"]) for row in office.rows("tax")]
    assert vat == [("0.00", "0.00")]


def test_a_rebate_on_what_was_billed_above_the_contract_opens_nothing(office: Office) -> None:
    contract(office, "O/F", "5000")
    office.work("record_bill", **bill(("SHP-1", "O/F", "5200")), accepted_by="huang.tao")
    reverse(office, lines=lines(("SHP-1", "O/F", "200")))
    assert outstanding(office) == {}


def test_no_more_is_taken_back_than_is_left(office: Office) -> None:
    contract(office, "O/F", "5000")
    contract(office, "THC", "850")
    office.work("record_bill", **bill(("SHP-1", "O/F", "5000"), ("SHP-1", "THC", "850")))
    reverse(office, lines=lines(("SHP-1", "THC", "800")))
    with pytest.raises(ApplicationError, match=r"CNY 51.00 for THC of SHP-1 \(allowed: at most 50.00\)"):
        reverse(office, "CN-2", lines=lines(("SHP-1", "THC", "51")))
    with pytest.raises(ApplicationError, match=r"net: 5100.00 is credited \(allowed: at most 5050.00\)"):
        reverse(office, "CN-2", lines=lines(("SHP-1", "O/F", "5100")))
    dollar = [{"shipment": "SHP-1", "service": "O/F", "amount": cny("1", "USD")}]
    with pytest.raises(ApplicationError, match=r"it is in USD \(allowed: that of the bill, CNY\)"):
        reverse(office, "CN-2", lines=dollar, rate=Decimal(7))
    with pytest.raises(ApplicationError, match="COSCO has no bill B-9 in the books"):
        reverse(office, "CN-2", bill_no="B-9")
    with pytest.raises(ApplicationError, match="is posted with other amounts"):
        reverse(office, lines=lines(("SHP-1", "THC", "10")))


@pytest.mark.parametrize("last", ["by a line", "as a whole"])
def test_a_bill_taken_back_line_by_line_is_closed(office: Office, last: str) -> None:
    """The supplier rounded up; one line is split; what takes the last net takes the rest of the VAT."""
    parts = [("SHP-1", "O/F", "100.09"), ("SHP-1", "THC", "250.09"), ("SHP-2", "O/F", "80.09")]
    given = {**bill(), "lines": lines(*parts), "accepted_by": "huang.tao", "billed_vat": cny("38.75")}
    office.work("record_bill", **given)
    reverse(office, "CN-1", lines=lines(("SHP-1", "O/F", "33.36")))
    reverse(office, "CN-2", lines=lines(("SHP-1", "THC", "250.09")))
    told = reverse(office, "CN-3", lines=lines(("SHP-1", "O/F", "66.73")))
    told = reverse(office, "CN-4", lines=lines(("SHP-2", "O/F", "80.09")) if last == "by a line" else None)
    assert told["open"] == cny("0.00")
    assert worths(office) == {}
    assert office.rows("ageing", side="payable") == []


def test_a_reversal_bears_only_rates_that_were_billed_and_no_earlier_day(office: Office) -> None:
    office.work("record_bill", **bill(("SHP-1", "O/F", "1000")), accepted_by="huang.tao")
    other = [{**line, "vat_rate": Decimal("0.13")} for line in lines(("SHP-1", "O/F", "500"))]
    with pytest.raises(ApplicationError, match=r"nothing was charged at 13 % \(allowed: 9 %\)"):
        reverse(office, lines=other)
    with pytest.raises(ApplicationError, match=r"2026-03-04 is before .* \(allowed: 2026-03-05 or later\)"):
        reverse(office, reversed_on=date(2026, 3, 4))


def test_a_bill_in_dollars_is_reversed_at_its_own_rate(office: Office) -> None:
    office.work("record_bill", **dollars(("SHP-1", "O/F", "1000"), rate=Decimal("7.1")), accepted_by="huang.tao")
    reverse(office)
    assert worths(office) == {}


def test_a_paid_bill_that_is_reversed_leaves_the_supplier_owing_us(office: Office) -> None:
    office.work("record_bill", **bill(("SHP-1", "O/F", "1000")), accepted_by="huang.tao")
    office.post("supplier_paid", {"bill_no": "B-1"}, business_key="PAY-1", supplier="COSCO", amount=cny("1090"))
    assert reverse(office)["open"] == cny("0.00")
    (row,) = office.rows("ageing", side="payable")
    assert (row["party"], row["unapplied"]) == ("COSCO", "-1090.00")
    assert office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["unpaid"] == []


def test_what_bills_pass_on_stands_apart_from_input_vat(office: Office) -> None:
    duty = {"shipment": "SHP-1", "service": "关税", "amount": cny("4000")}
    given = {**bill(), "lines": [*lines(("SHP-1", "CUS", "300")), duty], "accepted_by": "huang.tao"}
    office.work("record_bill", **given)
    (row,) = office.rows("tax")
    assert (row["kind"], row["net"], row["vat"], row["disbursements"]) == ("bill", "300.00", "27.00", "4000.00")
