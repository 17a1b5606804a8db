"""Money that no open case awaits, on a server: allocated over invoices, kept, given back; each transfer booked once."""

from decimal import Decimal
from typing import Any

from tests.integration.ledger_office import TAXPAYER, Office, cny
from tests.workflows.harness import House
from tests.workflows.paths_receipts import DAY, identified, received
from tests.workflows.receivables import Receivable, closed


def invoices(house: House, customer: str, *amounts: str) -> list[str]:
    """Invoices free of VAT in the books, whose cases are long over."""
    office, numbers = Office(house.engine), [f"{customer}-{number}" for number in range(1, len(amounts) + 1)]
    for number, net in zip(numbers, amounts, strict=True):
        lines = [{"service": "O/F", "amount": cny(net)}]
        paper: dict[str, Any] = {"number": number, "kind": "agency", "customer": customer, "title": customer}
        dates = {"issued_on": "2093-10-01", "due_on": "2093-10-31"}
        office.work("issue_invoice", key=number, **paper, taxpayer_no=TAXPAYER, lines=lines, **dates)
    return numbers


def aged(house: House, customer: str) -> dict[str, Decimal]:
    rows = [row for row in Office(house.engine).rows("ageing", on=f"{DAY[:8]}30") if row["party"] == customer]
    return {name: Decimal(row[name] or 0) for row in rows for name in ("unapplied", "total")}


async def test_one_transfer_settles_several_invoices_and_the_rest_is_an_advance(shared_house: House) -> None:
    first, second = invoices(shared_house, "RCV-1", "1000", "500")
    desk = await identified(shared_house, "RA-1", "CNY 1700", "RCV-1")
    lines = (await desk.view()).data["open_lines"]
    assert [(line["reference"], line["open"]["amount"]) for line in lines] == [(first, "1000.00"), (second, "500.00")]
    await desk.do("hu.jing", "allocating", "chosen", settles=[{"reference": first, "amount": "2000"}])
    await desk.task("allocating")
    assert f"2000 of {first} (allowed: more than 0, at most 1000.00)" in (await desk.view()).data["remarks"]
    await desk.do(
        "hu.jing", "allocating", "chosen", settles=[{"reference": first}, {"reference": second, "amount": "400"}]
    )
    await desk.task("allocating")
    view = await desk.view()
    assert view.data["left"]["amount"] == "300.00"
    assert [line["reference"] for line in view.data["open_lines"]] == [second]
    await desk.do("hu.jing", "allocating", "kept", remarks="Advance for December")
    assert await desk.ended() == "kept"
    assert aged(shared_house, "RCV-1") == {"unapplied": Decimal(-300), "total": Decimal(-200)}


async def test_money_is_given_back_by_the_tiers_and_never_by_who_asked(shared_house: House) -> None:
    desk = await identified(shared_house, "RA-2", "CNY 12000", "RCV-2")
    await desk.do("hu.jing", "allocating", "returned", remarks="Meant for somebody else")
    await desk.do("sun.lihua", "approving_return", "refused", remarks="Ask the customer first")
    await desk.do("hu.jing", "allocating", "returned", remarks="The customer confirms it")
    for approver in ("sun.lihua", "qian.li"):
        await desk.do(approver, "approving_return", "approved")
    await desk.do("hu.jing", "returning_money", "paid", returned_on=DAY, return_ref="OUT-RA-2")
    assert await desk.ended() == "returned"
    assert desk.balances() == {}
    assert aged(shared_house, "RCV-2") == {}


async def test_no_more_is_given_back_than_is_left(shared_house: House) -> None:
    desk = await identified(shared_house, "RA-3", "CNY 900", "RCV-3")
    await desk.do("hu.jing", "allocating", "returned", remarks="Paid twice")
    await desk.do("sun.lihua", "approving_return", "approved")
    await desk.task("returning_money")
    # Meanwhile an invoice takes a part of it.
    invoices(shared_house, "RCV-3", "200")
    Office(shared_house.engine).work("allocate_receipt", key="RA-3:part", customer="RCV-3", reference="BANK-RA-3")
    await desk.do("hu.jing", "returning_money", "paid", returned_on=DAY, return_ref="OUT-RA-3")
    await desk.task("returning_money")
    assert "CNY 900.00 is more than is left of BANK-RA-3 of RCV-3" in (await desk.view()).data["remarks"]
    await desk.do("hu.jing", "returning_money", "dropped")
    await desk.task("allocating")
    assert (await desk.view()).data["left"]["amount"] == "700.00"


async def test_a_bank_reference_is_booked_once_over_all_cases(shared_house: House) -> None:
    await identified(shared_house, "RA-4", "CNY 100", "RCV-4")
    again = await received(shared_house, "RA-4b", "CNY 100", bank_ref="BANK-RA-4")
    await again.do("hu.jing", "identifying", "identified", customer_name="RCV-4")
    await again.task("identifying")
    assert "BANK-RA-4 is booked by RA-4 already" in (await again.view()).data["remarks"]
    await again.do("hu.jing", "identifying", "known", remarks="RA-4 has it")
    assert await again.ended() == "known"


async def test_a_collection_that_is_still_open_hears_what_its_invoice_was_paid(shared_house: House) -> None:
    claim = await Receivable.open(shared_house, "RCV-5")
    desk = await identified(shared_house, "RA-5", "CNY 10000", claim.customer)
    await desk.do("hu.jing", "allocating", "chosen", settles=[{"reference": claim.invoice_no}])
    await claim.desk.task("closing")
    assert (await claim.data())["balance"]["amount"] == "0.00"
    await closed(claim.desk, "C-1")
    assert await claim.desk.ended() == "paid"
    assert claim.desk.balances() == {}
    # The bank tells the collection nothing any more; what is left stays with whoever allocates it.
    await desk.task("allocating")
    assert (await desk.view()).data["left"]["amount"] == "460.00"


async def test_money_in_dollars_is_booked_at_the_rate_of_its_day(shared_house: House) -> None:
    desk = await received(shared_house, "RA-6", "USD 100")
    await desk.do("hu.jing", "identifying", "identified", customer_name="RCV-6")
    await desk.task("identifying")
    assert "values.rate: is missing for an amount in USD" in (await desk.view()).data["remarks"]
    await desk.do("hu.jing", "identifying", "identified", customer_name="RCV-6", receipt_rate="7.1")
    await desk.do("hu.jing", "allocating", "kept", remarks="No invoice yet")
    assert await desk.ended() == "kept"


async def test_what_is_owed_to_a_customer_is_allocated_though_the_bank_brought_nothing(shared_house: House) -> None:
    (number,) = invoices(shared_house, "RCV-7", "300")
    values = {"business_key": "BANK-RA-7", "amount": "CNY 300", "received_on": DAY}
    Office(shared_house.engine).post("tax_owed_to_customer", {"customer_name": "RCV-7"}, "RA-7:owed", **values)
    data: dict[str, Any] = {"customer_name": "RCV-7", "is_booked": True}
    desk = await received(shared_house, "RA-7", "CNY 300", **data)
    await desk.do("hu.jing", "allocating", "chosen", settles=[{"reference": number}])
    assert await desk.ended() == "allocated"
    assert aged(shared_house, "RCV-7") == {}
