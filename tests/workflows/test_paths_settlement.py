"""Parts of a shipment's settlement that somebody cancels while money is booked: only they start again, and the books
come out as if nobody had cancelled anything."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.unit.content.exact_freight import CUSTOMER
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_shipment import COSTS, RECKONED, SERVICES, costed, delivered
from tests.workflows.receivables import closed

# Services of CNY 12 000 and a cost of CNY 9000, each with 6 % VAT; CNY 800 went through our hands to its sender.
SETTLED = {
    "6001": Decimal(-12000),
    "2221.02": Decimal(-720),
    "6401": Decimal(9000),
    "2221.01": Decimal(540),
    "1002": Decimal(3180),
}


def books(desk: Desk, *parts: str) -> dict[str, Decimal]:
    """Account -> balance of what the shipment and its named parts posted."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for part in (desk, *(desk.child(name) for name in parts)):
        for account, balance in part.balances().items():
            sums[account] += balance
    return {account: balance for account, balance in sums.items() if balance}


async def amount(desk: Desk, name: str) -> Decimal:
    """A field of money, as a figure."""
    return Decimal((await desk.view()).data[name]["amount"])


async def cancelled(part: Desk, actor: str = "hu.jing") -> None:
    await part.house.act(part.case_id, "cancel", actor=actor, reason="Opened by mistake")
    assert await part.ended() == "cancelled"


async def opened(desk: Desk) -> list[tuple[str, str | None]]:
    """Every part since the costing that was ever opened, with its outcome."""
    since = {"Invoicing", "Collection", "SupplierSettlement"}
    children = (await desk.view()).children
    return sorted(
        (each.case_id.removeprefix(f"{desk.case_id}."), each.outcome) for each in children if each.sop in since
    )


async def in_settlement(house: House, case_id: str) -> Desk:
    """A shipment in settlement: its supplier is paid, and half of the cash is with its sender."""
    desk = await delivered(house, case_id, cash="CNY 800")
    cash = desk.child("cod")
    await paths.cash_handed_in(cash, "CNY 800", "2093-11-22")
    half = {"cod_paid": "CNY 400", "cod_paid_on": "2093-11-23", "cod_voucher_no": f"V-{case_id}-1"}
    await cash.do("hu.jing", "settling_cod", "settled", **half)
    await costed(desk, COSTS, SERVICES)
    supplier = desk.child("supplier-1")
    await paths.bill_entered(supplier, f"CB-{case_id}", ("Ocean freight", "9000"))
    await paths.bill_paid(supplier, "sun.lihua")
    await supplier.ended()
    await cash.task("settling_cod")
    return desk


async def invoiced(invoice: Desk) -> None:
    await invoice.do("lin.yue", "requested", "requested")
    await paths.invoice_sent(invoice)


async def cash_settled(desk: Desk) -> None:
    """The rest of the cash, which a part that starts again must not ask for anew."""
    cash = desk.child("cod")
    assert await amount(cash, "cod_owed") == 400
    rest = {"cod_paid": "CNY 400", "cod_paid_on": "2093-11-23", "cod_voucher_no": f"V-{desk.case_id}-2"}
    await cash.do("hu.jing", "settling_cod", "settled", **rest)


async def test_a_cancelled_invoice_is_reversed_and_billed_again(shared_house: House) -> None:
    desk = await in_settlement(shared_house, "SET-1")
    first = desk.child("invoicing")
    await invoiced(first)
    assert first.balances()["1122"] == 12720
    await cancelled(first)
    assert first.balances() == {}
    assert first.told("invoice_withdrawn") == [paths.CUSTOMER_MAIL]
    await desk.do("qian.li", "invoicing_cancelled", "start_again", part_decision="With the right title")
    second = desk.child("invoicing.2")
    await invoiced(second)
    await second.hear("customer.confirmed_invoice", received_by="Ms Chen")
    collection = desk.child("collection")
    await collection.task("open")
    await paths.money_booked(collection, "CNY 12720", "BK-SET-1")
    await closed(collection)
    await cash_settled(desk)
    assert await desk.ended() == "paid"
    assert await opened(desk) == [
        ("collection", "paid"),
        ("invoicing", "cancelled"),
        ("invoicing.2", "invoiced"),
        ("supplier-1", "settled"),
    ]
    assert books(desk, "invoicing", "invoicing.2", "collection", "supplier-1") == SETTLED


async def test_an_invoice_cancelled_after_it_was_replaced_leaves_nothing_posted(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Invoicing", "SET-2", **paths.INVOICE_DATA)
    await invoiced(desk)
    await desk.hear("customer.rejected_invoice", void_reason="Wrong title")
    await desk.do("qian.li", "voiding", "approved")
    await desk.task("drafting")
    await desk.settled()
    assert desk.balances() == {}
    await paths.invoice_sent(desk)
    await cancelled(desk)
    assert desk.balances() == {}


async def test_an_invoice_cancelled_before_its_replacement_is_not_reversed_twice(shared_house: House) -> None:
    desk = await Desk.open(shared_house, "Invoicing", "SET-3", **paths.INVOICE_DATA)
    await invoiced(desk)
    await desk.hear("customer.rejected_invoice", void_reason="Wrong amount")
    await desk.do("qian.li", "voiding", "approved")
    lines = [{"service": "Ocean freight", "amount": "CNY 8000"}]
    await desk.do("hu.jing", "drafting", "drafted", service_lines=lines)
    await desk.do("guo.qiang", "checking", "agreed")
    await desk.task("issuing")
    await cancelled(desk)
    assert desk.balances() == {}


async def test_a_cancelled_collection_goes_on_with_the_money_it_had(shared_house: House) -> None:
    desk = await in_settlement(shared_house, "SET-4")
    invoice = desk.child("invoicing")
    await invoiced(invoice)
    await invoice.hear("customer.confirmed_invoice", received_by="Ms Chen")
    first = desk.child("collection")
    await first.task("open")
    await paths.money_booked(first, "CNY 5000", "BK-SET-4-1")
    await first.task("reminded")
    # Reported and not booked yet, as the case is cancelled.
    money = {"received_amount": "CNY 2720", "received_on": "2093-11-23", "bank_ref": "BK-SET-4-2"}
    await first.hear("payment.received", **money)
    await first.task("posting")
    reported_at = (await first.view()).data["booking_reported_at"]
    await cancelled(first)
    assert await amount(desk, "received_total") == 5000
    await desk.do("qian.li", "collection_cancelled", "start_again", part_decision="The invoice stands")

    second = desk.child("collection.2")
    await second.task("posting")
    data = (await second.view()).data
    assert (data["booking_ref"], data["booking_reported_at"]) == ("BK-SET-4-2", reported_at)
    assert [await amount(second, name) for name in ("balance", "booking_amount")] == [Decimal(7720), Decimal(2720)]
    # What was booked before is known: told again, it is not counted again.
    await second.hear("payment.received", received_amount="CNY 5000", received_on="2093-11-22", bank_ref="BK-SET-4-1")
    await second.do("hu.jing", "posting", "posted")
    await second.task("reminded")
    await paths.money_booked(second, "CNY 5000", "BK-SET-4-3")
    await closed(second)
    await cash_settled(desk)
    assert await desk.ended() == "paid"
    assert await amount(desk, "received_total") == 12720
    assert await opened(desk) == [
        ("collection", "cancelled"),
        ("collection.2", "paid"),
        ("invoicing", "invoiced"),
        ("supplier-1", "settled"),
    ]
    assert books(desk, "invoicing", "collection", "collection.2", "supplier-1") == SETTLED


async def test_money_booked_as_the_case_was_cancelled_is_counted_once(shared_house: House) -> None:
    first = await Desk.open(shared_house, "Collection", "SET-5", **due("SET-5"))
    await paths.money_booked(first, "CNY 4000", "BK-SET-5")
    await first.task("reminded")
    # The books have taken it, and the case was cancelled before it knew.
    left = {
        "cases": ["SET-5"],
        "amount_due": "CNY 9540",
        "received_total": "CNY 0",
        "surplus_settled": "CNY 0",
        "to_book": [
            {
                "bank_ref": "BK-SET-5",
                "amount": "CNY 4000",
                "received_on": "2093-11-22",
                "reported_at": "2093-11-22T09:00+08:00",
            }
        ],
        "booked": [],
        "set_aside": [],
        **dict.fromkeys(("refunds", "reminders", "level", "disputes"), 0),
        **dict.fromkeys(("is_escalated", "is_in_dispute", "is_disputed"), False),
    }
    await cancelled(first)
    second = await Desk.open(shared_house, "Collection", "SET-5B", **due("SET-5"), standing=left)
    await second.do("hu.jing", "posting", "posted")
    await second.task("reminded")
    assert await amount(second, "received_total") == 4000
    assert (await second.view()).data["set_aside"] == []
    assert {**first.balances(), **second.balances()} == {"1002": Decimal(4000), "1122": Decimal(-4000)}


def due(invoice: str) -> dict[str, Any]:
    return {**CUSTOMER, "invoice_no": f"INV-{invoice}", "amount_due": "CNY 9540", "due_on": "2093-12-31"}


async def test_of_two_suppliers_only_the_cancelled_one_is_asked_again(shared_house: House) -> None:
    desk = await delivered(shared_house, "SET-6")
    costs = [*COSTS, {**RECKONED, "charge": "TRK", "type": "handling", "payee": "Port Trucking", "amount": "CNY 1000"}]
    await costed(desk, costs, SERVICES)
    carrier, trucker = desk.child("supplier-1"), desk.child("supplier-2")
    await paths.bill_entered(carrier, "CB-SET-6", ("Ocean freight", "9000"))
    await paths.bill_paid(carrier, "sun.lihua")
    await carrier.ended()
    await paths.bill_entered(trucker, "TB-SET-6", ("TRK", "1000"))
    await trucker.do("sun.lihua", "approving_payment", "approved")
    # The bill is booked and not paid.
    await trucker.task("paying_bill")
    await cancelled(trucker)
    again = desk.child("supplier.2-1")
    await again.task("entering_bill")
    data = (await again.view()).data
    assert (data["supplier"], [bill["bill_no"] for bill in data["unpaid_bills"]]) == ("Port Trucking", ["TB-SET-6"])
    assert [name for name, _ in await opened(desk)] == ["invoicing", "supplier-1", "supplier-2", "supplier.2-1"]
