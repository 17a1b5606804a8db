"""Papers of suppliers are completed before the sub-ledger sees them; terms of credit may exclude each other."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.money import Money
from sop_engine.work.credit import NewTerms
from sop_engine.work.payables import AskedReversal, lines_completed

YUAN = {"amount": "100.00", "currency": "CNY"}


def reversal(**given: Any) -> AskedReversal:
    whole = {
        "shipment": "S-1",
        "supplier": "COSCO",
        "bill_no": "B-1",
        "reversal_no": "R-1",
        "reason": "billed twice",
        "reversed_on": "2026-03-02",
    }
    return AskedReversal.model_validate({**whole, **given})


def test_a_line_is_for_the_shipment_of_its_paper_unless_it_names_one() -> None:
    given = {"shipment": "S-1", "no": 7, "lines": [{"service": "ocean", "vat_rate": None}, {"shipment": "S-2"}, "x"]}
    assert lines_completed(given) == {
        "shipment": "S-1",
        "no": 7,
        "lines": [{"shipment": "S-1", "service": "ocean"}, {"shipment": "S-2"}, "x"],
    }
    assert lines_completed({"lines": [{"service": "ocean"}]}) == {"lines": [{"shipment": None, "service": "ocean"}]}


@pytest.mark.parametrize("given", ["x", None, {}, {"lines": None}, {"lines": 5, "shipment": "S-1"}])
def test_what_has_no_lines_is_left_for_the_model_to_refuse(given: Any) -> None:
    assert lines_completed(given) is given


def test_a_reversal_of_lines_takes_back_what_it_names() -> None:
    paper = reversal(
        lines=[{"service": "ocean", "amount": YUAN}], billed_vat={"amount": "0", "currency": "CNY"}
    ).paper()
    (line,) = paper.lines
    assert (line.shipment, line.vat_rate, line.amount) == ("S-1", Decimal(), Money(amount=Decimal(100), currency="CNY"))
    assert paper.billed_vat == Money(amount=Decimal(), currency="CNY")
    assert (paper.reversal_no, paper.reversed_on) == ("R-1", date(2026, 3, 2))


def test_a_reversal_of_all_takes_the_lines_that_are_left_and_their_own_vat() -> None:
    left = [{"service": "ocean", "amount": YUAN, "vat_rate": "0.06"}]
    paper = reversal(billed_vat={"amount": "9.00", "currency": "CNY"}).paper(left)
    assert [(line.service, line.shipment, line.vat_rate) for line in paper.lines] == [("ocean", "S-1", Decimal("0.06"))]
    assert paper.billed_vat is None


def test_a_limit_and_no_limit_exclude_each_other() -> None:
    for fits in ({"limit": 5}, {"without_limit": True}, {}):
        NewTerms.model_validate({"customer": "West Lake", **fits})
    with pytest.raises(ValidationError, match="a limit of 5 and no limit are both asked for"):
        NewTerms.model_validate({"customer": "West Lake", "limit": 5, "without_limit": True})
