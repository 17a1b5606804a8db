"""A customer's invoice in dollars on a server: issued at one rate, paid at another."""

from tests.integration.ledger_office import Office
from tests.unit.exact_freight import CUSTOMER
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.test_paths_supplier_exceptions import worths


async def test_an_invoice_in_dollars_is_booked_and_paid_by_the_rates_of_its_days(shared_house: House) -> None:
    lines = [{"service": "Ocean freight", "amount": "USD 1000"}]
    data = {**paths.INVOICE_DATA, "customer_name": "Dollar Traders", "service_lines": lines}
    invoicing = await Desk.open(shared_house, "Invoicing", "USD-1.invoicing", **data)
    await invoicing.do("lin.yue", "requested", "requested")
    refusal = await refused_draft(invoicing)
    assert "An invoice in foreign currency has its rate" in refusal
    await invoicing.do("hu.jing", "drafting", "drafted", currency="USD", tax_rate="0", rate="7.1")
    await invoicing.do("guo.qiang", "checking", "agreed")
    await invoicing.do("hu.jing", "issuing", "issued")
    await invoicing.settled()
    number = (await invoicing.view()).data["invoice_no"]
    claim = {**CUSTOMER, "customer_name": "Dollar Traders", "invoice_no": number}
    desk = await Desk.open(
        shared_house, "Collection", "USD-1.collection", **claim, amount_due="USD 1000", due_on="2093-12-31"
    )
    await desk.hear("payment.received", received_amount="USD 1000", received_on="2093-11-22", bank_ref="BANK-USD-1")
    await desk.do("hu.jing", "posting", "posted", booking_rate="7.0")
    await desk.do("hu.jing", "closing", "closed", closing_entry="C-1")
    assert await desk.ended() == "paid"
    figures = {**worths(invoicing), **worths(desk)}
    assert {account: int(worth) for account, worth in figures.items() if account != "1122"} == {
        "6001": -7100,
        "1002": 7000,
        "6603.01": 100,
    }
    assert worths(invoicing)["1122"] + worths(desk)["1122"] == 0
    assert [row for row in Office(shared_house.engine).rows("ageing") if row["party"] == "Dollar Traders"] == []


async def refused_draft(desk: Desk) -> str:
    await desk.task("drafting")
    given = {"actor": "hu.jing", "outcome": "drafted", "data": {"currency": "USD", "tax_rate": "0"}}
    return str(await desk.house.refused(desk.case_id, "complete_task", **given))
