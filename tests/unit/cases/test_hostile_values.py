"""Values that no paper, bank or calendar knows: refused where they are handed in, each with what is allowed."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.written.fields import FieldSpec, read_fields, read_value
from sop_engine.freight.subledger.papers import ReceiptPaper
from tests.unit.cases.casework_samples import Played, bundle
from tests.unit.content.collection_house import collection, data, report
from tests.unit.content.content_house import compiled, shipped

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


SUMS = """
data:
  paid: {type: money}
  margin: {type: money, signed: true}
  lines: {type: list, fields: {amount: {type: money, title: {en: Amount, zh: 金额}}}}
events: {told: {data: {paid: {type: money}}}}
states: {a: {task: {form: [paid, margin, lines]}, on: {a.done: b}}, b: {final: true}}
"""


@pytest.mark.parametrize(
    ("field", "value", "what", "allowed"),
    [
        ("paid", "XXX 5", "'XXX' is not a currency", "ISO 4217"),
        ("paid", "XTS 5", "'XTS' is not a currency", "ISO 4217"),
        ("paid", "XAU 5", "'XAU' is not a currency", "ISO 4217"),
        ("paid", "XDR 5", "'XDR' is not a currency", "ISO 4217"),
        ("paid", "UDS 5", "'UDS' is not a currency, did you mean USD?", "ISO 4217"),
        ("paid", {"amount": "5", "currency": "RMB"}, "'RMB' is not a currency", "ISO 4217"),
        ("margin", "UDS 5", "'UDS' is not a currency", "ISO 4217"),
        ("paid", "CNY -0.01", "-0.01 is too small", "0 or more"),
        ("lines", [{"amount": "CNY 1"}, {"amount": "CNY -1"}], "-1 is too small", "0 or more"),
    ],
)
def test_money_is_in_a_currency_that_there_is_and_not_below_nought(
    field: str, value: Any, what: str, allowed: str
) -> None:
    case = Played(SUMS)
    with pytest.raises(InvalidInput) as refused:
        case.complete(**{field: value})
    (fault,) = refused.value.faults
    assert fault.where.startswith(field)
    assert what in fault.what
    assert allowed in str(fault.allowed)


def test_money_below_nought_is_taken_where_the_procedure_says_so() -> None:
    case = Played(SUMS)
    case.complete(margin="CNY -5", paid="CNY 0", lines=[{"amount": "EUR 0.00"}])
    assert case.data["margin"]["amount"] == -5
    with pytest.raises(ValidationError, match="only money can be `signed`"):
        FieldSpec.model_validate({"type": "decimal", "title": TITLE, "signed": True})
    with pytest.raises(ValidationError, match="forbids it"):
        FieldSpec.model_validate({"type": "money", "title": TITLE, "signed": True, "min": 0})


def test_an_event_with_impossible_money_opens_an_incident_and_stores_nothing() -> None:
    case = Played(SUMS)
    case.signal("told", paid="UDS 5")
    assert case.data["paid"] is None
    case.signal("told", paid="USD 5")
    assert case.data["paid"] == {"amount": Decimal(5), "currency": "USD"}


def test_a_case_from_before_money_was_exact_keeps_what_it_took() -> None:
    """Its history holds answers that were accepted; refused when it is replayed, they would lead it elsewhere."""
    older = bundle(SUMS).model_copy(update={"is_exact": False})
    read, faults = read_fields(compile_procedure(older).definition.data, {"paid": "UDS -5"})
    assert (read["paid"]["amount"], faults) == (-5, [])


def test_every_money_field_of_every_shipped_procedure_is_exact() -> None:
    names = []
    for sop in shipped().sops:
        definition = compiled(sop).definition
        places = [("", definition.data), *((name, event.data) for name, event in definition.events.items())]
        for place, specs in places:
            for path, spec in _money(specs, (sop, place)):
                names.append(path)
                assert read_value(spec, "UDS 5", "it")[1], path
                assert bool(read_value(spec, "CNY -5", "it")[1]) is not spec.signed, path
    assert len(names) > 100


def _money(specs: Mapping[str, FieldSpec], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldSpec]]:
    for name, spec in specs.items():
        if spec.type == "money":
            yield (*path, name), spec
        inner = spec.fields or ({"": spec.item} if spec.item is not None else {})
        yield from _money(inner, (*path, name))
