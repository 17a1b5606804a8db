"""Invoices, credit notes, receipts, refunds and disputes, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from tests.integration.ledger_office import Office, cny

pytest_plugins = ("tests.integration.databases",)


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def aged(office: Office, **asked: object) -> dict[str, str | None]:
    (row,) = office.rows("ageing", **asked)
    return row


def test_a_receipt_settles_several_invoices_and_the_rest_is_unapplied_credit(office: Office) -> None:
    office.invoice("INV-1", "1000")
    office.invoice("INV-2", "2000", due_on=date(2026, 3, 15))
    wanted = [{"reference": "INV-1", "amount": Decimal("500")}, {"reference": "INV-2"}]
    office.receipt("BANK-1", "3000", settles=wanted)

    row = aged(office)
    assert (row["current"], row["1-30"], row["unapplied"], row["total"]) == ("560.00", "0.00", "-380.00", "180.00")
    assert office.on_account("1122") == Decimal("180.00")
    for _ in range(2):
        told = office.work("allocate_receipt", "allocating", customer="Acme", reference="BANK-1")
        settled = sum((each["amount"] for each in told["settled"]), Decimal())
        assert (told["left"], settled) == (Decimal(), Decimal(380))
    assert aged(office)["current"] == "180.00"
    assert office.on_account("1122") == Decimal("180.00")


def test_the_oldest_invoice_is_settled_first_but_not_what_is_disputed(office: Office) -> None:
    office.invoice("INV-1", "100", due_on=date(2026, 3, 5))
    office.invoice("INV-2", "100", due_on=date(2026, 3, 10))
    at = datetime(2026, 3, 11, tzinfo=UTC)
    assert office.work("dispute_invoice", customer="Acme", reference="INV-1", reason="Damage", at=at) == {
        "disputed": Decimal("106.00")
    }
    office.receipt("BANK-1", "106", settles="oldest")
    row = aged(office)
    assert (row["disputed"], row["1-30"], row["total"], row["oldest_days"]) == ("106.00", "0.00", "106.00", "0")
    assert office.work("settle_dispute", customer="Acme", reference="INV-1") == {"open": Decimal("106.00")}
    assert aged(office)["1-30"] == "106.00"
    assert aged(office, on=date(2026, 3, 12))["disputed"] == "0.00"


def test_a_red_letter_invoice_lessens_its_invoice_and_never_by_more(office: Office) -> None:
    office.invoice("INV-1", "1000", disbursements=cny("50"))
    note = {
        "refers_to": "INV-1",
        "customer": "Acme",
        "reason": "Too much",
        "lines": [{"service": "O/F", "amount": cny("400"), "vat_rate": Decimal("0.06")}],
        "issued_on": date(2026, 3, 12),
    }
    assert office.work("issue_credit_note", number="CN-1", **note)["gross"] == cny("424.00")
    assert aged(office)["total"] == "686.00"
    lines = [{"service": "O/F", "amount": cny("700"), "vat_rate": Decimal("0.06")}]
    with pytest.raises(ApplicationError, match=r"net: 700.00 is credited \(allowed: at most 600.00\)"):
        office.work("issue_credit_note", number="CN-2", **{**note, "lines": lines})
    with pytest.raises(ApplicationError, match="Acme has no invoice INV-9 in CNY"):
        office.work("issue_credit_note", number="CN-3", **{**note, "refers_to": "INV-9"})
    assert office.work("issue_credit_note", number="CN-1", **note)["gross"] == cny("424.00")
    assert [row["net"] for row in office.rows("tax")] == ["600.00"]
    assert aged(office)["total"] == "686.00"


def services(*lines: tuple[str, str]) -> list[dict[str, object]]:
    """Lines by amount and rate."""
    return [{"service": "O/F", "amount": cny(amount), "vat_rate": Decimal(rate)} for amount, rate in lines]


def credit(office: Office, number: str, *lines: tuple[str, str], **more: object) -> dict[str, Any]:
    note = {"refers_to": "INV-1", "customer": "Acme", "reason": "?", "issued_on": date(2026, 3, 12), **more}
    return office.work("issue_credit_note", number=number, lines=services(*lines), **note)


@pytest.mark.parametrize("amounts", [("100.09", "250.09", "80.09"), ("100.07", "250.07", "80.07")])
def test_an_invoice_credited_line_by_line_is_closed(office: Office, amounts: tuple[str, ...]) -> None:
    """The lines' own VAT comes to a fen more than the invoice's, or to a fen less."""
    lines = [(amount, "0.06") for amount in amounts]
    office.invoice("INV-1", lines=services(*lines))
    told = [credit(office, f"CN-{number}", line) for number, line in enumerate(lines)]
    assert [credit(office, f"CN-{number}", line) for number, line in enumerate(lines)] == told
    assert office.rows("ageing") == []
    assert office.on_account("1122") == office.on_account("2221.02") == office.on_account("6001") == 0


def test_a_credit_note_bears_only_rates_that_were_charged_and_no_earlier_day(office: Office) -> None:
    office.invoice("INV-1", lines=services(("1000", "0.06"), ("1000", "0.09")))
    with pytest.raises(ApplicationError, match=r"nothing was charged at 13 % \(allowed: 6 %, 9 %\)"):
        credit(office, "CN-1", ("500", "0.13"))
    with pytest.raises(ApplicationError, match=r"net: 1000.01 at 6 % is credited \(allowed: at most 1000.00\)"):
        credit(office, "CN-1", ("1000.01", "0.06"))
    with pytest.raises(ApplicationError, match=r"2026-03-01 is before .* \(allowed: 2026-03-02 or later\)"):
        credit(office, "CN-1", ("500", "0.06"), issued_on=date(2026, 3, 1))
    assert aged(office)["total"] == "2150.00"
    credit(office, "CN-1", ("1000", "0.09"), ("400", "0.06"), issued_on=date(2026, 3, 2))
    assert aged(office)["total"] == "636.00"


def test_a_credit_note_on_a_paid_invoice_is_refunded(office: Office) -> None:
    office.invoice("INV-1", "100")
    office.receipt("BANK-1", "106", settles=[{"reference": "INV-1"}])
    lines = [{"service": "O/F", "amount": cny("100"), "vat_rate": Decimal("0.06")}]
    office.work(
        "issue_credit_note",
        number="CN-1",
        refers_to="INV-1",
        customer="Acme",
        reason="Not done",
        lines=lines,
        issued_on=date(2026, 3, 22),
    )
    assert aged(office)["unapplied"] == "-106.00"
    office.work("refund_customer", number="R-1", customer="Acme", amount=cny("106"), paid_on=date(2026, 3, 25))
    assert office.rows("ageing") == []
    assert aged(office, on=date(2026, 3, 22))["unapplied"] == "-106.00"
    assert office.on_account("1002") == office.on_account("1122") == Decimal()


def test_a_bounced_receipt_is_released_and_everything_is_open_again(office: Office) -> None:
    office.invoice("INV-1", "100")
    office.receipt("BANK-1", "106", settles=[{"reference": "INV-1"}])
    for _ in range(2):
        left = office.work("release_receipt", "release", customer="Acme", reference="BANK-1")
        assert left == {"left": Decimal("106.00")}
    row = aged(office)
    assert (row["current"], row["unapplied"], row["total"]) == ("106.00", "-106.00", "0.00")


def test_a_released_receipt_settles_nothing_by_itself_later(office: Office) -> None:
    """Not what it named and took back, nor what it named and had not come yet, nor what is due first."""
    office.invoice("INV-1", "100")
    office.receipt("BANK-1", "212", settles=[{"reference": "INV-1"}, {"reference": "INV-2"}])
    assert aged(office)["unapplied"] == "-106.00"
    assert office.work("release_receipt", customer="Acme", reference="BANK-1") == {"left": Decimal("212.00")}
    office.invoice("INV-2", "100")
    office.invoice("INV-3", "100")
    row = aged(office)
    assert (row["current"], row["unapplied"]) == ("318.00", "-212.00")
    told = office.work("allocate_receipt", customer="Acme", reference="BANK-1", settles=[{"reference": "INV-2"}])
    assert told["left"] == Decimal("106.00")


def test_a_released_refund_takes_no_credit_that_comes_later(office: Office) -> None:
    office.receipt("BANK-1", "100")
    office.work("refund_customer", number="R-1", customer="Acme", amount=cny("100"), paid_on=date(2026, 3, 25))
    assert office.work("release_receipt", customer="Acme", reference="R-1") == {"left": Decimal("100.00")}
    office.receipt("BANK-2", "70")
    row = aged(office)
    assert (row["1-30"], row["unapplied"]) == ("100.00", "-170.00")


def test_money_before_its_invoice_waits_for_it(office: Office) -> None:
    office.receipt("BANK-1", "106", settles=[{"reference": "INV-1"}])
    assert aged(office)["unapplied"] == "-106.00"
    office.invoice("INV-1", "100")
    assert office.rows("ageing") == []


def test_money_of_nobody_knows_whom_is_assigned_later(office: Office) -> None:
    office.post("money_received", {}, business_key="BANK-1", amount=cny("106"))
    assert aged(office)["party"] == "?"
    with pytest.raises(ApplicationError, match="no paper BANK-2 of Acme"):
        office.work("assign_receipt", customer="Acme", reference="BANK-2")
    for _ in range(2):
        assert office.work("assign_receipt", customer="Acme", reference="BANK-1") == {"left": Decimal("106.00")}
    assert aged(office)["party"] == "Acme"


def test_an_allocation_that_asks_too_much_is_refused_with_every_fault(office: Office) -> None:
    office.invoice("INV-1", "100")
    office.receipt("BANK-1", "50")
    wanted = [{"reference": "INV-1", "amount": Decimal("60")}, {"reference": "INV-7"}]
    with pytest.raises(ApplicationError) as refused:
        office.work("allocate_receipt", customer="Acme", reference="BANK-1", settles=wanted)
    assert "settles.0: 60 of BANK-1 (allowed: at most the 50.00 left of it)" in refused.value.message
    assert "settles.1: nothing open under 'INV-7' to settle (allowed: INV-1)" in refused.value.message


def test_an_invoice_without_what_the_law_asks_is_refused_with_every_fault(office: Office) -> None:
    with pytest.raises(ApplicationError) as refused:
        office.invoice("INV-1", title="", taxpayer_no="1", lines=[])
    assert refused.value.type == "WorkInput"
    assert "title: " in refused.value.message
    with pytest.raises(ApplicationError, match="unified social credit code"):
        office.invoice("INV-1", taxpayer_no="1")
    with pytest.raises(ApplicationError, match="it charges nothing"):
        office.invoice("INV-1", lines=[])
    assert office.balance().accounts == ()


def test_what_is_tried_again_changes_nothing(office: Office) -> None:
    for key in ("a", "a", "b"):
        office.invoice("INV-1", "100", key=key)
        office.receipt("BANK-1", "50", key=f"{key}-r", settles="oldest")
        office.work("dispute_invoice", "d", customer="Acme", reference="INV-1", amount=cny("10"), reason="?")
    row = aged(office)
    assert (row["current"], row["disputed"], row["total"]) == ("46.00", "10.00", "56.00")
    with pytest.raises(ApplicationError, match="is posted for Acme, not for Other"):
        office.receipt("BANK-1", "50", customer="Other")


def test_a_case_posts_its_own_data_into_the_sub_ledger(office: Office) -> None:
    data = {
        "customer_name": "Acme",
        "invoice_no": "INV-1",
        "issued_on": "2026-03-02",
        "due_on": "2026-03-20",
        "invoice_kind": "transport",
        "tax_rate": "0.09",
        "service_lines": [{"service": "O/F", "amount": {"amount": "1000", "currency": "CNY"}}],
    }
    amounts = {"net": cny("1000"), "vat": cny("90"), "disbursements": cny("10"), "gross": cny("1100")}
    office.post("invoice_issued", data, business_key="INV-1", **amounts)
    office.post("money_received", {**data, "received_on": "2026-03-21"}, business_key="BANK-1", amount=cny("1100.50"))
    row = aged(office)
    assert (row["1-30"], row["unapplied"]) == ("0.00", "-0.50")
    office.post("money_returned", data, business_key="INV-1:refund", amount=cny("0.50"))
    assert office.rows("ageing") == []
    (tax,) = office.rows("tax")
    assert (tax["kind"], tax["rate"], tax["vat"], tax["disbursements"]) == ("transport", "0.09", "90.00", "10.00")
    office.post("invoice_reversed", data, business_key="INV-1", **amounts)
    assert aged(office)["unapplied"] == "-1100.00"


def test_receipts_at_the_same_time_do_not_settle_an_invoice_twice(office: Office) -> None:
    office.invoice("INV-1", "1000")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: office.receipt(f"BANK-{number}", "300", settles="oldest"), range(8)))
    row = aged(office)
    assert (row["current"], row["unapplied"], row["total"]) == ("0.00", "-1340.00", "-1340.00")
    assert office.on_account("1122") == Decimal("-1340.00")
