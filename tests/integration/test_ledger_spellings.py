"""One party and one paper, however they are spelled: in credit, statements, ageing, allocation and on bills.

On both databases.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from tests.integration.ledger_office import AT, Office, cny
from tests.integration.payables import bill, contract

pytest_plugins = ("tests.integration.databases",)

WIDE, NARROW = "东湖泵业（上海）有限公司", "东湖泵业(上海)有限公司"
SPELLINGS = (NARROW, " 东湖泵业（上海）  有限公司 ", "东湖泵业\u200b（上海）有限公司")


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def test_a_customer_in_two_spellings_has_one_credit_limit(office: Office) -> None:
    office.work("set_credit_terms", customer=WIDE, standing="good", limit=Decimal(1000), reason="?")
    office.invoice("INV-1", "5000", customer=NARROW)
    for spelled in (WIDE, *SPELLINGS):
        answer = office.work("credit_check", customer=spelled, amount=cny("1"))
        assert (answer["allowed"], answer["exposure"]) == (False, Decimal("5301.00"))
    # The stop that is written in one spelling, and the approval in another, are the customer's too.
    stop = {"standing": "on_hold", "limit": Decimal(9000), "reason": "?"}
    office.work("set_credit_terms", at=AT + timedelta(hours=1), customer=NARROW, **stop)
    assert office.work("credit_check", customer=WIDE, amount=cny("1"))["hindrances"] == ["on_hold"]
    lift = {"up_to": Decimal(9000), "valid_to": date(2026, 3, 31), "role": "finance_manager", "person": "qian.li"}
    office.work("approve_credit", customer=SPELLINGS[2], reason="?", **lift)
    assert office.work("credit_check", customer=SPELLINGS[1], amount=cny("1"))["allowed"]


def test_a_customer_in_two_spellings_has_one_account_in_the_name_first_written(office: Office) -> None:
    office.invoice("INV-1", "1000", customer=WIDE)
    office.invoice("INV-2", "2000", customer=NARROW)
    office.receipt("BANK-1", "1060", customer=SPELLINGS[1], settles="oldest")
    (row,) = office.rows("ageing")
    assert (row["party"], row["total"], row["unapplied"]) == (WIDE, "2120.00", "0.00")
    for spelled in (WIDE, *SPELLINGS):
        table = office.report("statement", party=spelled)
        assert table.scope.startswith(f"{WIDE}, ")
        assert [each[2] for each in table.rows] == [None, "INV-1", "INV-2", "BANK-1", None]
        assert len(office.rows("ageing", party=spelled)) == 1


@pytest.mark.parametrize("again", ["TT-1", "tt-1", "TT 1", "ＴＴ－１", "TT\u20111 "])
def test_a_receipt_is_booked_once_whoever_reports_it(office: Office, again: str) -> None:
    told = office.receipt("TT-1", "100")
    assert told["bank_ref"] == "TT-1"
    assert office.receipt(again, "100", customer="ACME") == told
    assert office.on_account("1002") == 100
    (row,) = office.rows("ageing")
    assert (row["party"], row["unapplied"]) == ("Acme", "-100.00")
    with pytest.raises(ApplicationError, match="is booked by SHP-1 already"):
        office.receipt(again, "100", case="SHP-2")
    with pytest.raises(ApplicationError, match="is posted with other amounts"):
        office.receipt(again, "101")


def test_numbers_that_differ_stay_apart(office: Office) -> None:
    office.receipt("TT-1-11", "100")
    office.receipt("TT-11-1", "100")
    office.receipt("TT-111", "100")
    assert office.on_account("1002") == 300


def test_an_invoice_is_paid_and_credited_under_any_spelling_of_its_number(office: Office) -> None:
    office.receipt("BANK-1", "100", customer="ACME", settles=[{"reference": "inv 1"}])
    office.invoice("INV-1", "1000")
    note = {"refers_to": "Ｉnv-1", "customer": "acme", "reason": "?", "issued_on": date(2026, 3, 12)}
    lines = [{"service": "O/F", "amount": cny("500"), "vat_rate": Decimal("0.06")}]
    office.work("issue_credit_note", number="CN-1", lines=lines, **note)
    told = office.work("issue_credit_note", number="cn 1", lines=lines, **note)
    assert told["gross"] == cny("530.00")
    (row,) = office.rows("ageing")
    assert row["total"] == "430.00"
    office.receipt("BANK-2", "430")
    left = office.work("allocate_receipt", customer="Acme", reference="bank 2", settles=[{"reference": "inv-1"}])
    assert left["left"] == 0
    assert [each["reference"] for each in left["settled"]] == ["INV-1"]
    assert office.rows("ageing") == []
    settled = office.work("allocated_money", customer="ACME", reference="inv 1", case="COL-1")["lines"]
    assert [line["bank_ref"] for line in settled] == ["BANK-1", "BANK-2"]


def test_a_suppliers_bill_is_booked_paid_and_taken_back_under_any_spelling(office: Office) -> None:
    contract(office, "O/F", "5000")
    told = office.work("record_bill", **bill(("SHP-1", "O/F", "5000"), supplier="cosco"))
    again = office.work("record_bill", **bill(("SHP-1", "O/F", "5000"), supplier="ＣＯＳＣＯ", bill_no="b 1"))
    assert again["entry_id"] == told["entry_id"]
    assert office.on_account("2202") == Decimal("-5450.00")
    asked: dict[str, Any] = {"request_no": "PR-1", "amount": cny("1000")}
    office.work("request_payment", supplier="COSCO", requested_by="hu.jing", **asked)
    assert office.work("request_payment", supplier="cosco", requested_by="hu.jing", **asked)["missing"]
    office.work("approve_payment", request_no="PR-1", role="department_manager", person="sun.lihua")
    paid = {"payment_ref": "PAY-1", "paid_on": date(2026, 3, 24), "settles": [{"reference": "b-1"}]}
    office.work("pay_supplier", supplier="Cosco ", **asked, **paid)
    reversal = {"bill_no": "B 1", "reversal_no": "CN-1", "reason": "?", "reversed_on": date(2026, 3, 25)}
    lines = [{"shipment": "SHP-1", "service": "O/F", "amount": cny("4000"), "vat_rate": Decimal("0.09")}]
    taken = office.work("reverse_bill", supplier="COSCO", lines=lines, **reversal)
    assert office.work("reverse_bill", supplier="cosco", lines=lines, **{**reversal, "reversal_no": "cn 1"}) == taken
    assert taken["open"] == cny("90.00")
    (row,) = office.rows("ageing", side="payable")
    assert (row["party"], row["total"]) == ("COSCO", "90.00")


def test_cash_is_its_senders_under_any_spelling(office: Office) -> None:
    cash = {"receiver": "Mei", "amount": cny("300"), "agreed": cny("300"), "collected_on": date(2026, 3, 5)}
    office.work("record_cod_collected", cod_no="COD-1", sender="Silk", **cash)
    paid = {"voucher_no": "P-1", "amount": cny("300"), "paid_on": date(2026, 3, 9)}
    told = office.work("record_cod_paid", cod_no="cod 1", sender="SILK", **paid)
    assert told["owed"] == cny("0.00")
    (row,) = office.rows("cod", party="silk")
    assert (row["sender"], row["owed"]) == ("Silk", "0.00")
