"""Invoicing: second person, exact figures, red letters."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, NotPermitted
from sop_engine.cases.contracts.acts import AmendInput, CancelInput
from tests.unit.content.content_house import House
from tests.unit.content.finance_samples import CUSTOMER

LINES = [{"service": "Ocean freight", "amount": "CNY 1000.00"}, {"service": "Documents", "amount": "CNY 50.50"}]
PROFILE = {"buyer_title": "Qiming", "taxpayer_no": "91310104MA1FR8KD5Y"}


def invoicing(**data: object) -> House:
    house = House()
    house.open("Invoicing", "V", CUSTOMER | {"costing_posted": True, "service_lines": LINES} | data)
    house.do("V", "lin.yue", "requested", "requested", PROFILE)
    return house


def issued() -> House:
    """Issued and not yet registered."""
    house = invoicing()
    issue(house)
    return house


def issue(house: House) -> None:
    house.do("V", "hu.jing", "drafting", "drafted")
    house.do("V", "guo.qiang", "checking", "agreed")
    house.do("V", "hu.jing", "issuing", "issued")


def registered(house: House) -> None:
    house.do("V", "hu.jing", "registering", "registered", {"register_no": "R1", "archive_place": "A1"})


def sent() -> House:
    house = issued()
    registered(house)
    house.do("V", "hu.jing", "sending", "sent", {"channel": "email"})
    return house


def test_an_amount_other_than_the_quotation_and_its_extras_is_refused() -> None:
    house = invoicing(quoted_total="CNY 1000.00")
    with pytest.raises(InvalidInput) as refused:
        house.do("V", "hu.jing", "drafting", "drafted")
    assert [fault.where for fault in refused.value.faults] == ["equals_quotation"]


def test_the_drafter_does_not_check_and_figures_are_exact() -> None:
    house = invoicing(disbursements="CNY 200.00")
    house.do("V", "hu.jing", "drafting", "drafted")
    data = house.states["V"].snapshot.data
    assert [data[name]["amount"] for name in ("net", "vat", "total")] == [
        Decimal("1050.50"),
        Decimal("63.03"),
        Decimal("1313.53"),
    ]
    with pytest.raises(NotPermitted):
        house.do("V", "hu.jing", "checking", "agreed")


def test_an_issued_invoice_is_posted_and_due_by_the_terms() -> None:
    house = sent()
    house.signal("V", "customer.confirmed_invoice", {"received_by": "Mr Tao"})
    result = house.states["V"].snapshot.result
    assert house.states["V"].outcome == "invoiced"
    assert str(result["due_on"]) == "2026-04-01"
    assert [posting.entry for posting in house.postings] == ["invoice_issued"]


def test_the_money_for_an_invoice_of_its_own_is_followed_though_the_customer_never_confirms_it() -> None:
    house = sent()
    house.pass_time(timedelta(days=8))
    assert house.states["V"].outcome == "invoiced"
    followed = house.states["V.collection"]
    assert (followed.sop, str(followed.snapshot.data["due_on"])) == ("Collection", "2026-04-01")
    assert followed.clocks["receivable#1"].clock.status == "running"


def test_a_rejected_invoice_is_reversed_by_the_manager_and_drafted_anew() -> None:
    house = sent()
    house.signal("V", "customer.rejected_invoice", {"void_reason": "Wrong title"})
    house.do("V", "qian.li", "voiding", "approved")
    state = house.states["V"]
    assert state.snapshot.configuration == ("drafting",)
    assert state.snapshot.data["replaced_invoice_no"] == "INV-2026-000001"
    assert [posting.entry for posting in house.postings] == ["invoice_issued", "invoice_reversed"]


def test_a_customer_who_confirms_before_we_send_has_confirmed() -> None:
    house = issued()
    house.signal("V", "customer.confirmed_invoice", {"received_by": "Mr Tao"})
    registered(house)
    house.do("V", "hu.jing", "sending", "sent", {"channel": "portal"})
    assert house.states["V"].outcome == "invoiced"


@pytest.mark.parametrize("is_registered", [False, True])
def test_a_customer_may_reject_before_we_send_and_the_invoice_goes_on_where_it_stood(is_registered: bool) -> None:
    house = issued()
    if is_registered:
        registered(house)
    house.signal("V", "customer.rejected_invoice", {"void_reason": "Wrong title"})
    house.do("V", "qian.li", "voiding", "refused")
    assert house.states["V"].snapshot.configuration == ("sending" if is_registered else "registering",)


def test_a_customer_who_takes_a_rejection_back_is_sent_nothing_more() -> None:
    house = sent()
    house.signal("V", "customer.rejected_invoice", {"void_reason": "Wrong title"})
    house.signal("V", "customer.confirmed_invoice", {"received_by": "Mr Tao"})
    house.do("V", "qian.li", "voiding", "refused")
    assert house.states["V"].outcome == "invoiced"


def test_the_invoice_in_place_of_another_is_confirmed_registered_and_filed_for_itself() -> None:
    house = issued()
    house.signal("V", "customer.confirmed_invoice", {"received_by": "Mr Tao"})
    house.signal("V", "customer.rejected_invoice", {"void_reason": "Wrong title"})
    house.do("V", "qian.li", "voiding", "approved")
    issue(house)
    with pytest.raises(InvalidInput) as refused:
        house.do("V", "hu.jing", "registering", "registered")
    assert [fault.where for fault in refused.value.faults] == ["register_no", "archive_place"]
    registered(house)
    house.do("V", "hu.jing", "sending", "sent", {"channel": "email"})
    assert house.states["V"].snapshot.configuration == ("awaiting_receipt",)


def test_an_invoice_in_another_currency_has_its_rate_and_hands_it_to_the_books() -> None:
    house = invoicing()
    dollars = {"service_lines": [{"service": "Ocean freight", "amount": "USD 1000.00"}], "currency": "USD"}
    for given, place in (({}, "rate_known"), ({"rate": "0"}, "rate")):
        with pytest.raises(InvalidInput) as refused:
            house.do("V", "hu.jing", "drafting", "drafted", dollars | given)
        assert [fault.where for fault in refused.value.faults] == [place]
    house.do("V", "hu.jing", "drafting", "drafted", dollars | {"rate": "7.1234"})
    house.do("V", "guo.qiang", "checking", "agreed")
    house.do("V", "hu.jing", "issuing", "issued")
    (posting,) = house.postings
    assert (posting.values["rate"], posting.values["gross"]["currency"]) == ("7.1234", "USD")


def test_a_cancelled_invoice_is_reversed_as_it_was_posted() -> None:
    house = sent()
    house.cancel("V", CancelInput(actor="hu.jing", reason="Billed to the wrong firm"))
    issued_as, reversed_as = house.postings
    assert (issued_as.entry, reversed_as.entry) == ("invoice_issued", "invoice_reversed")
    assert issued_as.values == reversed_as.values
    assert house.told("invoice_withdrawn") == ["money@qiming.example"]


def test_what_was_never_issued_is_cancelled_without_a_trace() -> None:
    house = invoicing()
    house.cancel("V", CancelInput(actor="hu.jing", reason="Not to be billed"))
    assert (house.postings, house.told("invoice_withdrawn")) == ([], [])


@pytest.mark.parametrize(
    ("draft", "check"),
    [
        ({"service_lines": [{"service": "Ocean freight", "amount": "CNY 0"}]}, "charges_something"),
        ({"disbursements": "USD 10.00"}, "one_currency"),
    ],
)
def test_a_draft_that_the_books_would_refuse_gets_no_number(draft: dict[str, Any], check: str) -> None:
    house = invoicing()
    with pytest.raises(InvalidInput) as refused:
        house.do("V", "hu.jing", "drafting", "drafted", draft)
    assert [fault.where for fault in refused.value.faults] == [check]


def test_a_reversal_is_of_the_customer_who_was_billed_whoever_the_case_names_now() -> None:
    house = sent()
    house.amend("V", AmendInput(actor="hu.jing", reason="The buyer is another firm", data={"customer_name": "Other"}))
    house.cancel("V", CancelInput(actor="hu.jing", reason="Billed to the wrong firm"))
    assert [posting.values["customer_name"] for posting in house.postings] == ["Qiming", "Qiming"]
