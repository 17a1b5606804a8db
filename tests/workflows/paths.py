"""The main path of each SOP, done by the people of the firm. Tests of exceptions branch off it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.unit.content.exact_customs import ITEMS, ORIGIN, PRICE, TRANSPORT
from tests.unit.content.exact_freight import CRITERIA, CUSTOMER, GOODS, OPTIONS, PAPER, PARTY, SEA_EXPORT
from tests.workflows.desk import Desk

CUSTOMER_MAIL = CUSTOMER["customer_email"]
DECLARATION_NO = "310120261000000011"
EXPORT_PAPERS = ("commercial_invoice", "packing_list", "contract", "declaration_form", "certificate_of_origin")
SAILING = {
    "booking_no": "COSU6123456789",
    "vessel_or_flight": "COSCO STAR",
    "voyage_or_service": "012W",
    "etd_at": "2093-12-10T20:00+08:00",
    "eta_at": "2094-01-11T08:00+08:00",
    "space_allocation": "1 x 40HC",
}
PREPARATION_DATA: dict[str, Any] = {**CUSTOMER, **SEA_EXPORT, "destination": "DEHAM", "consignment": PAPER}
DELIVERY_DATA: dict[str, Any] = {**CUSTOMER, "consignee": {**PARTY, "email": "door@elbe.example"}, "pieces": 100}
INVOICE_DATA: dict[str, Any] = {
    **CUSTOMER,
    "costing_posted": True,
    "buyer_title": "Blue Lake Trading",
    "taxpayer_no": "91110000600037341L",
    "service_lines": [{"service": "Ocean freight", "amount": "CNY 9000"}],
}
TAX_DATA: dict[str, Any] = {
    **CUSTOMER,
    "declaration_no": DECLARATION_NO,
    "customs_value": "CNY 1000000",
    "items": [{**ITEMS[0], "value": "CNY 1000000"}],
}


BILL_PAPERS = {"period_from_on": "2093-11-01", "period_to_on": "2093-11-22", "bill_file": "bill.pdf"}
"""What every bill of a supplier comes with."""


async def intake(desk: Desk) -> None:
    await desk.do("zhou.jie", "received", "recorded", commission_form="email", source_document="order.pdf")
    parties: dict[str, Any] = {"shipper": PARTY, "consignee": PARTY, "notify_party": PARTY}
    cargo = {"goods": GOODS, "cargo_class": "general", "freight_payment": "prepaid", "planned_ship_on": "2093-12-10"}
    way = {"origin": "CNNGB", "destination": "DEHAM", "transport_mode": "sea"}
    await desk.do("zhou.jie", "checking", "complete", **parties, **cargo, **way)
    await desk.do("zhou.jie", "reviewing", "clean")


async def booking_planned(desk: Desk) -> None:
    await desk.do("zhou.jie", "planning", "proposed", options=OPTIONS, **CRITERIA)
    await desk.do("zhou.jie", "choosing", "chosen", selected_option=1, reason="cheapest")


async def booking_requested(desk: Desk) -> None:
    await booking_planned(desk)
    await desk.do("zhou.jie", "requesting", "requested", supplier="COSCO", supplier_email="desk@cosco.example")


async def booking(desk: Desk) -> None:
    await booking_requested(desk)
    await desk.task("awaiting_confirmation")
    await desk.hear("carrier.confirmed", **SAILING)


async def papers_collected(desk: Desk, kinds: tuple[str, ...] = EXPORT_PAPERS) -> None:
    documents = [{"type": kind, "file": f"{kind}.pdf", "no": f"{kind}-1", "valid_to": "2094-06-30"} for kind in kinds]
    await desk.do("zhou.jie", "collecting", "complete", documents=documents)
    await desk.do("zhou.jie", "first_check", "agreed", goods_match=True)


async def papers_made(desk: Desk, declaration: dict[str, Any], transport_document: dict[str, Any]) -> None:
    made = {"declaration": declaration, "transport_document": transport_document}
    await desk.do("zhou.jie", "making_transport_documents", "made", bill_of_lading_no="COSU6123456789", **made)


async def papers_handed_over(desk: Desk) -> None:
    await desk.do("wang.fang", "second_review", "passed", complete=True, accurate=True, consistent=True)
    await desk.do("wang.fang", "sorting", "handed_over", document_order=["commercial_invoice"], set_file="set.pdf")


async def pickup(desk: Desk, pieces: int = 100) -> None:
    """From the appointment to the hand-over, within hours of now."""
    now = await desk.house.now()
    window = {"window_from_at": now + timedelta(hours=25), "window_to_at": now + timedelta(hours=28)}
    agreed = {name: at.isoformat() for name, at in window.items()}
    await desk.do("ma.chao", "agreeing", "agreed", instructions="Gate 1", **agreed)
    vehicle = {"vehicle": "B-1", "driver": "shi.lei", "fetched_by": "driver"}
    await desk.insist("ma.chao", "assigning", "assigned", "Hired for the day", vehicle)
    at = now.isoformat()
    await desk.do("shi.lei", "on_the_way", "arrived", departed_at=at)
    fetched = {"pieces_fetched": pieces, "weight_fetched": 850, "condition_fetched": "good", "fetched_at": at}
    await desk.do("shi.lei", "collecting", "loaded", items_examined=True, **fetched)
    handed = {"pieces_handed": pieces, "handed_to": "Deng Hui", "handed_at": at, "signature": "sign.png"}
    await desk.do("shi.lei", "handing_over", "handed_over", **handed)


async def receipt(desk: Desk) -> None:
    """The signed receipt comes back, is entered and filed."""
    at = (await desk.house.now()).isoformat()
    await desk.do("tian.yu", "awaited", "sent", sent_at=at)
    came = {"receipt_no": "RR-1", "received_at": at, "receipt_scan": "receipt.pdf"}
    await desk.do("song.yan", "receiving", "received", **came)
    await desk.do("li.na", "auditing", "audited", entered_at=at, uploaded_at=at)
    copies = [{"holder": "Sales", "handed_at": at, "signature": "sign.png"}]
    await desk.do("song.yan", "filing", "filed", file_place="Receipts 2093", copies=copies)


async def cash_handed_in(desk: Desk, amount: str, banked_on: str) -> None:
    """The receiver was told his rights; the courier's cash is counted by another person and paid into the bank."""
    at = (await desk.house.now()).isoformat()
    await desk.do("li.na", "telling_receiver", "told", rights_told_at=at, rights_note="Pays at the door, looks first")
    counted = {"brought_by": "tian.yu", "cash_counted": amount, "handed_in_at": at, "inspector_signature": "sign.png"}
    await desk.do("lei.ming", "counting_cash", "counted", **counted)
    await desk.do("guo.qiang", "banking_cash", "banked", cod_banked_on=banked_on)


async def delivery_under_way(desk: Desk) -> None:
    """From the appointment to the consignee's door, within hours of now."""
    now = await desk.house.now()
    window = {"window_from_at": now + timedelta(hours=1), "window_to_at": now + timedelta(days=3)}
    agreed = {name: at.isoformat() for name, at in window.items()}
    await desk.do("li.na", "appointing", "agreed", address="5 Elbe Street", contact="Max", **agreed)
    await desk.do("ma.chao", "assigning_vehicle", "assigned", vehicle="B-12345", driver="shi.lei")
    await desk.do("huang.tao", "outbound_review", "approved")
    await desk.do("shi.lei", "on_the_way", "arrived", departed_at=now.isoformat())


async def delivery(desk: Desk, **cash: Any) -> None:
    await desk.do("deng.hui", "arrival_check", "accepted", condition="good", pieces_received=100)
    await delivery_under_way(desk)
    signed = {"inspected_by_consignee": True, "signature": "sign.png", "signer": "Max", "receipt_no": "RR-1"}
    signed_at = (await desk.house.now()).isoformat()
    await desk.do("shi.lei", "handing_over", "accepted", signed_at=signed_at, **signed, **cash)


async def declared(desk: Desk) -> None:
    """Up to the submission; customs has not answered yet."""
    await desk.do("zhang.wei", "classifying", "clear", items=ITEMS)
    entry: dict[str, Any] = {"transport_data": TRANSPORT, "price_data": PRICE, "origin_data": ORIGIN}
    await desk.do("zhang.wei", "entering", "entered", software_ref="SW-1", **entry)
    await desk.do("wang.fang", "checking", "agreed", check_result="Equal")
    await desk.do("zhang.wei", "submitting", "submitted", declaration_no=DECLARATION_NO)
    await desk.task("awaiting_receipt")


async def inspection_ready(desk: Desk) -> None:
    await desk.do("zhang.wei", "instructed", "announced", inspection_site="Yard 3")
    moved_at = (await desk.house.now()).isoformat()
    await desk.do("deng.hui", "preparing", "in_position", cargo_moved_at=moved_at, position="Row 7")
    await desk.do("zhang.wei", "preparing_papers", "ready", document_list=["invoice"], person_attending="Zhang Wei")


async def released(desk: Desk) -> None:
    await desk.do("zhang.wei", "requesting", "requested", inspection_closed=True)
    await desk.task("awaiting_release")
    await desk.hear("customs.released", release_no="R-1")
    stamped = {"release_notice": "notice.pdf", "stamped_delivery_order": "order.pdf"}
    await desk.do("zhang.wei", "storing_evidence", "stored", **stamped)
    order = {"delivery_order_no": "DO-1", "free_time_end_on": "2093-12-05", "return_depot": "Waigaoqiao 3"}
    await desk.do("zhou.jie", "arranging_pickup", "arranged", pickup_vehicle="B-1", pickup_on="2093-12-01", **order)


async def tax_notice(desk: Desk, paid_by: str = "customer") -> None:
    notice = {"notice_no": "TN-1", "noticed_on": "2093-11-20", "pay_method": "bank"}
    await desk.do("zhang.wei", "notifying", "issued", **notice, paid_by=paid_by)


async def voucher_checked(desk: Desk, amount: str) -> None:
    await desk.do(
        "wang.fang", "checking_voucher", "matched", amount_match=True, paid_amount=amount, voucher="voucher.pdf"
    )
    await desk.do("guo.qiang", "confirming_voucher", "confirmed")


async def invoice_sent(desk: Desk) -> None:
    await desk.do("hu.jing", "drafting", "drafted")
    await desk.do("guo.qiang", "checking", "agreed")
    await desk.do("hu.jing", "issuing", "issued")
    await desk.do("hu.jing", "registering", "registered", register_no="R-1", archive_place="A-1")
    await desk.do("hu.jing", "sending", "sent", channel="email")
    await desk.task("awaiting_receipt")


async def money_booked(desk: Desk, amount: str, bank_ref: str) -> None:
    await desk.hear("payment.received", received_amount=amount, received_on="2093-11-22", bank_ref=bank_ref)
    await desk.do("hu.jing", "posting", "posted")


async def bill_in_dollars(desk: Desk, bill_no: str, charge: str, amount: str, **rate: str) -> None:
    """A bill of one charge without VAT, as freight of a foreign carrier is."""
    dates = {"billed_on": "2093-11-22", "bill_due_on": "2093-12-31", **BILL_PAPERS}
    sums = {"bill_vat": "USD 0", "bill_total": f"USD {amount}"}
    lines = [{"service": charge, "amount": f"USD {amount}"}]
    await desk.do("hu.jing", "entering_bill", "entered", bill_no=bill_no, bill_lines=lines, **dates, **sums, **rate)


async def bill_entered(desk: Desk, bill_no: str, *lines: tuple[str, str], due_on: str = "2093-12-31") -> None:
    """A bill with 6 % VAT on each line: charge and amount without it."""
    net = [Decimal(amount) for _, amount in lines]
    vat = (sum(net, Decimal()) * Decimal("0.06")).quantize(Decimal("0.01"))
    await desk.do(
        "hu.jing",
        "entering_bill",
        "entered",
        bill_no=bill_no,
        billed_on="2093-11-22",
        bill_due_on=due_on,
        **BILL_PAPERS,
        bill_lines=[{"service": charge, "amount": f"CNY {amount}", "vat_rate": "0.06"} for charge, amount in lines],
        bill_vat=f"CNY {vat}",
        bill_total=f"CNY {sum(net, vat)}",
    )


async def bill_paid(desk: Desk, *approvers: str, **rate: str) -> None:
    for approver in approvers:
        await desk.do(approver, "approving_payment", "approved")
    reference = f"PAY-{desk.case_id}-{(await desk.view()).data['bill_no']}"
    paid = {"bill_paid_on": "2093-11-23", "payment_ref": reference, "payment_voucher": "voucher.pdf"}
    await desk.do("guo.qiang", "paying_bill", "paid", **paid, **rate)
