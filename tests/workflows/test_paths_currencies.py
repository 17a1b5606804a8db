"""Dollars on a server: an invoice issued at one rate and paid at another; shipments bought or billed in dollars."""

from decimal import Decimal

from tests.integration.ledger_office import Office
from tests.unit.content.exact_freight import CUSTOMER
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_shipment import COSTS, RECKONED, SERVICES, collected, delivered, reported
from tests.workflows.paths_supplier_exceptions import worths
from tests.workflows.receivables import closed


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
    await closed(desk, "C-1")
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


async def agree_on_the_margin(desk: Desk, margin: str, exchange: str) -> None:
    """The figure on the closed case is that of the report."""
    told = (await desk.view()).data["margin"]
    assert (told["amount"], told["currency"]) == (margin, "CNY")
    row = reported(desk)
    assert (row["margin"], row["exchange"]) == (margin, exchange)


async def test_freight_bought_in_dollars_is_sold_in_yuan(shared_house: House) -> None:
    desk = await delivered(shared_house, "USD-20")
    costing = desk.child("costing")
    dollars = [{**RECKONED, "charge": "OF", "type": "base_freight", "payee": "COSCO", "amount": "USD 1300"}]
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=dollars, revenue_lines=SERVICES)
    await costing.task("collecting_costs")
    view = await costing.view()
    assert "the table of exchange rates has none of" in view.data["costing_remarks"]
    assert "for USD (allowed: CNY for one unit of each" in view.data["costing_remarks"]
    rates = [{"currency": "USD", "rate": "7.2"}]
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=dollars, revenue_lines=SERVICES, rates=rates)
    await costing.task("checking_costs")
    data = (await costing.view()).data
    assert data["applied_rates"] == [{"currency": "USD", "rate": "7.2", "basis": "entered with the costing"}]
    assert (data["margin"]["amount"], data["agreed_costs"][0]["amount"]["currency"]) == ("2640.00", "USD")
    await costing.do("guo.qiang", "checking_costs", "agreed")
    supplier = desk.child("supplier-1")
    await supplier.task("entering_bill")
    (expected,) = (await supplier.view()).data["expected_lines"]
    # The booking was for CNY 9000.
    said = [f"{expected[name]['currency']} {expected[name]['amount']}" for name in ("contracted", "carried_out")]
    assert said == ["USD 1250.00", "USD 1300.00"]
    await paths.bill_in_dollars(supplier, "CB-USD-20", "OF", "1300", bill_rate="7.25")
    await supplier.do("huang.tao", "deciding_difference", "accepted", remarks="The season's surcharge")
    await paths.bill_paid(supplier, "sun.lihua", payment_rate="7.3")
    await collected(desk, "CNY 12720")
    assert await desk.ended() == "paid"
    # 12 000 less 1300 at 7.25, as the bill was booked; 0.05 of each dollar more went to the bank.
    await agree_on_the_margin(desk, "2575.00", "-65.00")


async def test_a_customer_is_billed_in_dollars_for_services_sold_in_two_currencies(shared_house: House) -> None:
    desk = await delivered(shared_house, "USD-21", quoted_total="USD 1600")
    costing = desk.child("costing")
    services = [{"service": "Ocean freight", "amount": "USD 1500"}, {"service": "THC", "amount": "CNY 720"}]
    rates = [{"currency": "USD", "rate": "7.2"}]
    sold = {"revenue_lines": services, "rates": rates, "invoice_currency": "USD"}
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=COSTS, **sold)
    await costing.do("guo.qiang", "checking_costs", "agreed")
    supplier = desk.child("supplier-1")
    await paths.bill_entered(supplier, "CB-USD-21", ("Ocean freight", "9000"))
    await paths.bill_paid(supplier, "sun.lihua")
    invoice = desk.child("invoicing")
    await invoice.do("lin.yue", "requested", "requested")
    await invoice.task("drafting")
    data = (await invoice.view()).data
    assert [line["amount"]["amount"] for line in data["service_lines"]] == ["1500.00", "100.00"]
    assert [line["sold_for"] for line in data["service_lines"]] == [None, {"amount": "720.00", "currency": "CNY"}]
    await paths.invoice_sent(invoice)
    await invoice.hear("customer.confirmed_invoice", received_by="Ms Chen")
    collection = desk.child("collection")
    await collection.task("open")
    money = {"received_amount": "USD 1696", "received_on": "2093-11-22", "bank_ref": "BK-USD-21"}
    await collection.hear("payment.received", **money)
    await collection.do("hu.jing", "posting", "posted", booking_rate="7.1")
    await closed(collection)
    assert await desk.ended() == "paid"
    # 1600 at 7.2 less 9000; 1696 with its VAT came in at 0.1 less.
    await agree_on_the_margin(desk, "2520.00", "-169.60")
    assert worths(collection)["1002"] == Decimal("12041.60")


async def test_a_margin_in_dollars_below_nought_is_a_managers_decision(shared_house: House) -> None:
    desk = await delivered(shared_house, "USD-22")
    costing = desk.child("costing")
    loss = [{**RECKONED, "charge": "OF", "type": "base_freight", "payee": "COSCO", "amount": "USD 1700"}]
    rates = [{"currency": "USD", "rate": "7.2"}]
    await costing.do("hu.jing", "collecting_costs", "costed", cost_lines=loss, revenue_lines=SERVICES, rates=rates)
    await costing.do("guo.qiang", "checking_costs", "agreed")
    await costing.task("deciding_margin")
    assert (await costing.view()).data["margin_doubts"] == "the margin is negative: CNY -240.00"
