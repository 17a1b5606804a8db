"""Values that no paper, bank or calendar knows: refused where they are handed in, each with what is allowed."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.cases.fields import FieldSpec, read_value
from sop_engine.freight.subledger.papers import ReceiptPaper
from tests.unit.collection_house import collection, data, report

TITLE = {"en": "Value", "zh": "值"}
RECEIPT: dict[str, Any] = {
    "bank_ref": "BANK-1",
    "customer": "Acme",
    "amount": {"amount": "100", "currency": "CNY"},
    "received_on": "2026-03-02",
}


@pytest.mark.parametrize(
    ("kind", "value", "what"),
    [
        ("money", "CNY 0.001", "CNY has 2 decimal places"),
        ("money", "JPY 0.5", "JPY has 0 decimal places"),
        ("money", {"amount": "12.345", "currency": "CNY"}, "CNY has 2 decimal places"),
        ("money", "CNY 1e30", "is not an amount of money"),
        ("money", "CNY 1000000000000000", "is too large an amount"),
        ("date", "0001-01-01", "lies too far off"),
        ("date", "9999-12-31", "lies too far off"),
        ("datetime", "9999-12-31T23:59-12:00", "is not an instant"),
        ("datetime", "9998-12-31T23:59+08:00", "lies too far off"),
        ("text", "BANK\n1", "is more than one line"),
        ("text", "BANK\x001", "cannot be printed"),
        ("text", "BANK\ud800", "cannot be printed"),
        ("long_text", "BANK\x1b1", "cannot be printed"),
    ],
)
def test_a_value_is_refused(kind: Any, value: Any, what: str) -> None:
    read, (fault,) = read_value(FieldSpec.model_validate({"type": kind, "title": TITLE}), value, "it")
    assert read is None
    assert what in fault.what


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "=1+1"),
        ("text", "上海蓝湖贸易有限公司 Blue Lake"),
        ("long_text", "First\r\n\tSecond"),
        ("date", "1900-01-01"),
        ("money", "CNY 999999999999999.99"),
    ],
)
def test_a_value_is_taken_as_it_is(kind: Any, value: Any) -> None:
    _, faults = read_value(FieldSpec.model_validate({"type": kind, "title": TITLE}), value, "it")
    assert faults == []


def test_a_price_of_one_unit_may_be_finer_than_the_fen() -> None:
    price = FieldSpec.model_validate({"type": "money", "title": TITLE, "per_unit": True})
    assert read_value(price, "USD 3.8658", "it") == ({"amount": Decimal("3.8658"), "currency": "USD"}, [])
    (fault,) = read_value(price, f"USD {10**15}", "it")[1]
    assert "too large" in fault.what


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"customer": "  "}, "customer"),
        ({"rate": "1e30"}, "rate"),
        ({"month": "0000-01"}, "month"),
        ({"settles": [{"reference": "INV-1", "amount": "0.005"}]}, ""),
        ({"settles": [{"reference": "INV-1", "amount": "-5"}]}, ""),
    ],
)
def test_a_receipt_is_refused(given: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ReceiptPaper.model_validate({**RECEIPT, **given})
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [where]


def test_a_customer_is_the_same_with_blanks_around_the_name() -> None:
    assert ReceiptPaper.model_validate({**RECEIPT, "customer": " Acme "}).customer == "Acme"


@pytest.mark.parametrize("amount", ["CNY 0", "CNY -5", "CNY 0.001", "CNY 1e30", "JPY 0.5"])
def test_what_the_bank_cannot_have_sent_reaches_no_receivable(amount: str) -> None:
    house = collection()
    report(house, amount, "B1")
    assert data(house)["to_book"] == []
