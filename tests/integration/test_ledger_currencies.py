"""Papers in other currencies: booked at the rate of their day, settled at another; the books keep the difference."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col
from temporalio.exceptions import ApplicationError

from sop_engine.records.engine import writing
from sop_engine.records.ledger.entries import EntryRow
from tests.integration.ledger_currencies import dollars, worths
from tests.integration.ledger_office import RATED, Office, cny
from tests.integration.payables import APRIL, contract

pytest_plugins = ("tests.integration.databases",)

FREIGHT = [{"service": "O/F", "amount": cny("1000", "USD")}]


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


@pytest.fixture
def rated(engine: Engine) -> Office:
    """The same firm with a table that has the dollar of March 2026 at 7."""
    return Office(engine, RATED)


def test_a_bill_in_dollars_is_matched_booked_and_paid_in_dollars(office: Office) -> None:
    office.work("record_cost", shipment="SHP-1", supplier="COSCO", charge="O/F", amount=cny("1000", "USD"))
    office.work("confirm_cost", shipment="SHP-1", supplier="COSCO", charge="O/F")
    given = dollars(("SHP-1", "O/F", "1000"), rate=Decimal("7.1"))
    told = office.work("match_bill", **given)
    assert (told["agreed"], told["rate"], told["open"]) == (True, Decimal("7.1"), cny("1000", "USD"))
    office.work("record_bill", **given)
    asked = {"request_no": "PR-1", "supplier": "COSCO", "amount": cny("1000", "USD")}
    office.work("request_payment", **asked, rate=Decimal("7.1"), requested_by="hu.jing")
    office.work("approve_payment", request_no="PR-1", role="department_manager", person="sun.lihua")
    paid = {**asked, "payment_ref": "PAY-1", "paid_on": date(2026, 3, 24), "settles": [{"reference": "B-1"}]}
    with pytest.raises(ApplicationError, match=r"values\.rate: is missing for an amount in USD"):
        office.work("pay_supplier", **paid)
    for _ in range(2):
        office.work("pay_supplier", **paid, rate=Decimal("7.05"))
    # 1000 at 7.1 was owed, 1000 at 7.05 went out: 50 less, a gain.
    assert worths(office) == {"6401": Decimal(7100), "1002": Decimal(-7050), "6603.01": Decimal(-50)}
    assert office.on_account("2202", "USD") == 0
    assert office.work("close_month", month="2026-03", person="qian.li", at=APRIL) == {"status": "closed"}


def test_a_receivable_paid_in_parts_leaves_nothing_in_book_currency(office: Office) -> None:
    office.invoice("INV-1", lines=FREIGHT, rate=Decimal("7.0123"))
    rates = ("6.9501", "7.1234", "7.0007")
    for number, (amount, rate) in enumerate(zip(("333.33", "333.33", "333.34"), rates, strict=True)):
        office.receipt(f"BANK-{number}", amount, currency="USD", settles="oldest", rate=Decimal(rate))
    # Owed 7012.30. Came in: 2316.68 + 2374.44 + 2333.61 = 7024.73, so 12.43 were gained.
    assert worths(office) == {"6001": Decimal("-7012.30"), "1002": Decimal("7024.73"), "6603.01": Decimal("-12.43")}
    assert office.rows("ageing") == []


def test_what_is_half_settled_keeps_half_of_its_worth(office: Office) -> None:
    office.invoice("INV-1", lines=FREIGHT, rate=Decimal("7"))
    office.receipt("BANK-1", "500", currency="USD", settles="oldest", rate=Decimal("6.9"))
    assert worths(office)["1122"] == Decimal(3500)
    assert worths(office)["6603.01"] == Decimal(50)
    # Taken back, nothing was realised; allocated by hand, it is again.
    office.work("release_receipt", customer="Acme", reference="BANK-1")
    assert "6603.01" not in worths(office)
    office.work("allocate_receipt", customer="Acme", reference="BANK-1")
    assert worths(office)["6603.01"] == Decimal(50)


def test_a_reversal_and_a_write_off_go_at_the_rate_of_their_invoice(office: Office) -> None:
    office.invoice("INV-1", lines=FREIGHT, rate=Decimal("7"))
    office.work(
        "issue_credit_note",
        number="CN-1",
        refers_to="INV-1",
        customer="Acme",
        reason="Half of it",
        lines=[{"service": "O/F", "amount": cny("500", "USD")}],
        issued_on=date(2026, 3, 9),
    )
    office.post("write_off", {"customer_name": "Acme", "invoice_no": "INV-1"}, business_key="W", amount="USD 500")
    assert worths(office) == {"6001": Decimal(-3500), "1231": Decimal(3500)}
    with pytest.raises(ApplicationError, match=r"in USD, and no paper that it settles has one"):
        office.post("write_off", {"customer_name": "Acme", "invoice_no": "INV-9"}, business_key="V", amount="USD 1")


def test_a_paper_without_a_rate_takes_that_of_the_table_for_its_day_or_is_refused(rated: Office) -> None:
    rated.invoice("INV-1", lines=FREIGHT)
    assert worths(rated)["1122"] == Decimal(7000)
    with pytest.raises(ApplicationError) as refused:
        rated.invoice("INV-2", lines=FREIGHT, issued_on=date(2026, 4, 1))
    said = "CNY for one USD, or a rate of 2026-04-01 in the table of exchange rates"
    assert f"values.rate: is missing for an amount in USD (allowed: {said})" in refused.value.message
    with pytest.raises(ApplicationError, match="is missing for an amount in EUR"):
        rated.invoice("INV-3", lines=[{"service": "O/F", "amount": cny("1", "EUR")}])
    missing = rated.work(
        "request_payment", request_no="PR", supplier="COSCO", amount=cny("2000", "USD"), requested_by="hu.jing"
    )["missing"]
    assert missing == ["department_manager", "finance_manager"]
    with pytest.raises(ApplicationError, match="rate: is missing for an amount in EUR"):
        rated.work("request_payment", request_no="P", supplier="X", amount=cny("1", "EUR"), requested_by="hu.jing")


def test_a_bill_in_another_currency_than_was_agreed_is_somebodys_decision(office: Office) -> None:
    contract(office, "O/F", "7000")
    given = dollars(("SHP-1", "O/F", "1000"), rate=Decimal("7"))
    (line,) = office.work("match_bill", **given)["lines"]
    assert line["verdict"] == "currency"
    office.work("record_bill", **given, accepted_by="huang.tao")
    assert office.work("expected_costs", shipment="SHP-1", supplier="COSCO")["lines"] == []


def test_an_open_paper_that_was_booked_without_a_rate_lets_no_limit_pass(office: Office, engine: Engine) -> None:
    """As databases have them from before a rate was asked for."""
    office.work("set_credit_terms", customer="Acme", limit=Decimal(100000))
    office.invoice("INV-1", lines=FREIGHT, rate=Decimal("7"))
    assert office.work("credit_check", customer="Acme")["exposure"] == Decimal(7000)
    with writing(engine) as connection, Session(connection) as session:
        old = update(EntryRow).where(col(EntryRow.entry_id) == "invoice_issued.INV-1").values(rate=None)
        session.execute(old)
        session.flush()
    told = office.work("credit_check", customer="Acme")
    assert (told["allowed"], told["hindrances"]) == (False, ["no_rate"])
    assert told["reason"] == "no rate in the books tells what INV-1 adds to 0; the limit is 100000"
