"""The acts of one shipment from the commission to the signature of the consignee."""

from decimal import Decimal
from typing import Any

from sop_engine.console.playing import PlayedAct
from tests.month.acting import AGENTS, CLERKS, DECLARANTS, MANAGER, MANAGERS, OPERATORS, cny, signal, task, turn
from tests.month.numbers import air_waybill_no, container_no, declaration_no
from tests.month.planning import Import, Plan

ABROAD = ("commercial_invoice", "packing_list", "contract", "declaration_form", "certificate_of_origin")


def opening(plan: Plan) -> dict[str, Any]:
    """The data of the shipment's file."""
    home = {"name": plan.customer.name, "address": "88 Gongye Road, Shanghai", "contact": "Ms Shen"}
    away = {"name": plan.lane.partner, "address": "12 Harbour Street", "contact": "Mr Petersen"}
    is_import = plan.lane.direction == "import"
    quoted: dict[str, Any] = {} if plan.corrected_sales else {"quoted_total": cny(plan.invoices[0].net)}
    if plan.quoted_costs:
        quoted["quoted_lines"] = [
            {"charge": charge, "side": "payable", "amount": cny(amount)}
            for (charge, _, _), amount in zip(plan.costs, plan.quoted_costs, strict=False)
        ]
    return {
        "customer": plan.customer.number,
        "customer_name": plan.customer.name,
        "customer_email": plan.customer.email,
        "taxpayer_no": plan.customer.taxpayer_no,
        "direction": plan.lane.direction,
        "transport_mode": plan.lane.mode,
        "commission_form": "email",
        "origin": plan.lane.origin,
        "destination": plan.lane.destination,
        "planned_ship_on": "= today + days(9)",
        "freight_payment": "prepaid",
        "cargo_class": "general",
        "shipper": away if is_import else home,
        "consignee": home if is_import else away,
        "notify_party": home if is_import else away,
        "goods": [
            {
                "name": plan.cargo.name,
                "pieces": plan.pieces,
                "weight_kg": plan.weight_kg,
                "volume_m3": plan.volume_m3,
                "packaging": plan.cargo.packaging,
                "quality": "New",
                "unit_price": cny(plan.goods_value / plan.pieces),
                "value": cny(plan.goods_value),
            }
        ],
        **quoted,
        **({"cod": True, "cod_amount": cny(plan.cash)} if plan.cash else {}),
    }


def carriage(plan: Plan, year: int) -> list[PlayedAct]:
    """Commission, booking, papers, customs and transport in the order of the direction, delivery."""
    if plan.lane.direction == "domestic" and plan.lane.mode == "road":
        return [*_commission(plan), *_dispatch(plan), *_transport(), *_delivery(plan)]
    began = [*_commission(plan), *_booking(plan), *_papers(plan)]
    match plan.lane.direction:
        case "export":
            return [*began, *_customs(plan, year), *_transport(), *_delivery(plan)]
        case "import":
            return [*began, *_transport(), *_customs(plan, year), *_delivery(plan)]
        case _:
            return [*began, *_transport(), *_delivery(plan)]


def _commission(plan: Plan) -> list[PlayedAct]:
    operator = turn(OPERATORS, plan.number)
    rules = ("operating_rules", "carriage_requirements", "not_banned")
    totals = {"total_pieces": plan.pieces, "total_weight_kg": plan.weight_kg}
    return [
        task("intake", operator, "received", "recorded", source_document=f"@order-{plan.number}.eml"),
        task("intake", operator, "checking", "complete", **totals),
        task("intake", operator, "reviewing", "clean", *rules),
    ]


def _booking(plan: Plan) -> list[PlayedAct]:
    operator, lane = turn(OPERATORS, plan.number + 1), plan.lane
    cost = plan.bills[lane.carrier].net
    ours = {"mode": lane.mode, "carrier": lane.carrier, "route": lane.name, "cost": cny(cost), "transit_days": 20}
    ours |= {"pros": "Cheaper", "cons": "Slower"}
    granted = {"credit_reason": "They paid what was late", "credit_until_on": "= today + days(30)"}
    other = {**ours, "carrier": "Another carrier", "cost": cny(cost + 1000), "transit_days": 18}
    criteria = {
        "cargo_nature": "General",
        "time_need": "Three weeks",
        "no_budget_named": True,
        "market_rate": cny(cost),
    }
    return [
        task("booking", operator, "planning", "proposed", options=[ours, other], **criteria),
        task("booking", operator, "choosing", "chosen", selected_option=1, reason="It costs less"),
        *([task("booking", MANAGER, "approving_credit", "granted", **granted)] if plan.customer.is_on_hold else []),
        task("booking", operator, "requesting", "requested", "goods_agree", supplier_email="space@carrier.example"),
        signal(
            "booking",
            "carrier.confirmed",
            booking_no=f"BK{plan.number:06}",
            vessel_or_flight="HARBOUR BRIDGE",
            voyage_or_service=f"{plan.number:03}E",
            space_allocation="As requested",
            cut_off_at="= now + days(7)",
            loading_at="= now + days(8)",
            etd_at="= now + days(9)",
            eta_at="= now + days(29)",
        ),
    ]


def _papers(plan: Plan) -> list[PlayedAct]:
    operator, declarant, lane = turn(OPERATORS, plan.number), turn(DECLARANTS, plan.number), plan.lane
    kinds = ABROAD if lane.direction != "domestic" else ("consignment_note",)
    if lane.destination.startswith("US") and lane.mode == "sea":
        kinds = (*kinds, "importer_security_filing")
    parties = opening(plan)
    said = {
        "shipper": parties["shipper"]["name"],
        "consignee": parties["consignee"]["name"],
        "goods": plan.cargo.name,
        "pieces": plan.pieces,
        "weight_kg": plan.weight_kg,
        "origin": lane.origin,
        "destination": lane.destination,
    }
    boxes = [{"container_no": container_no(plan.number * 10 + each)} for each in range(lane.containers)]
    number: dict[str, Any] = {
        "sea": {"bill_of_lading_no": f"HBSHA{plan.number:07}"},
        "air": {"awb": air_waybill_no(plan.number)},
    }.get(lane.mode, {"waybill_no": f"WB{plan.number:07}", "land": {"carrier": lane.carrier}})
    return [
        *_pickup(plan),
        task(
            "documents",
            operator,
            "collecting",
            "complete",
            "readable",
            documents=[{"type": kind, "file": f"@{kind}.pdf", "issued_on": "= today"} for kind in kinds],
        ),
        task("documents", operator, "first_check", "agreed", goods_match=True),
        task(
            "documents",
            operator,
            "making_transport_documents",
            "made",
            declaration=said,
            transport_document=said,
            **number,
            **({"containers": boxes} if boxes else {}),
        ),
        task("documents", declarant, "second_review", "passed", complete=True, accurate=True, consistent=True),
        task("documents", declarant, "sorting", "handed_over", document_order=list(kinds), set_file="@set.pdf"),
    ]


def _pickup(plan: Plan) -> list[PlayedAct]:
    window = {"window_from_at": "= now + hours(25)", "window_to_at": "= now + hours(28)"}
    where = {"pickup_address": "88 Gongye Road", "pickup_contact": "Mr Tao", "instructions": "Gate 2"}
    vehicle = {"vehicle": "沪B·7K215", "driver": "石磊 Shi Lei", "fetched_by": "driver"}
    fetched: dict[str, Any] = {
        "pieces_fetched": plan.pieces,
        "weight_fetched": plan.weight_kg,
        "condition_fetched": "good",
    }
    handed = {"pieces_handed": plan.pieces, "handed_to": "The terminal", "handed_at": "= now"}
    return [
        task("pickup", "ma.chao", "agreeing", "agreed", "with_the_customer", **where, **window),
        task("pickup", "ma.chao", "assigning", "assigned", "vehicle_suits", "well_loaded", **vehicle).model_copy(
            update={"reason": "Hired for the day"}
        ),
        task("pickup", "shi.lei", "on_the_way", "arrived", departed_at="= now"),
        task(
            *("pickup", "shi.lei", "collecting", "loaded", "nothing_private"),
            items_examined=True,
            fetched_at="= now",
            **fetched,
        ),
        task("pickup", "shi.lei", "handing_over", "handed_over", signature="@signature.png", **handed),
    ]


def _dispatch(plan: Plan) -> list[PlayedAct]:
    """By road at home: one clerk takes the order and ships it."""
    goods = {"goods_value": cny(plan.goods_value), "order_channel": "office"}
    freight = cny(sum((amount for _, payee, amount in plan.costs if payee == plan.lane.carrier), Decimal()))
    offer = {"haulier": plan.lane.carrier, "price": freight, "hours": 48, "service": 4, "is_vetted": True}
    loaded: dict[str, Any] = {"pieces_loaded": plan.pieces, "loaded_at": "= now", "freight": freight}
    slip: dict[str, Any] = {"enquiry_phone": "021-6888 1234", "copies_made": 2, "slip_filed": "Folder 3"}
    papers = {"slip_scan": "@slip.pdf", "inspector_signature": "@signature.png"}
    paid = {"cod": plan.cash is not None}
    money = {"cod_amount": cny(plan.cash)} if plan.cash else {}
    times = {"ex_factory_at": "= now", "haulier_leaves_at": "= now + hours(2)"}
    wishes, exact = ("wishes_met", "well_mixed"), ("name", "spec", "address", "collection")
    ours = {"haulier": plan.lane.carrier, "haulier_reason": "The best of those vetted"}
    return [
        task("dispatch", "jin.qiu", "registering", "registered", **goods, **paid, **money),
        task("dispatch", "du.wen", "confirming", "confirmed"),
        task(
            *("dispatch", "yao.gang", "asking_workshop", "ready"),
            shippable_today=True,
            ship_on="= today",
            ex_factory_at="= now",
        ),
        task("dispatch", "cui.hao", "setting_times", "set", **times),
        task("dispatch", "ren.hai", "taking", "taken", order_signature="@signature.png"),
        task("dispatch", "ren.hai", "choosing", "chosen", *wishes, offers=[offer], **ours),
        task("dispatch", "ren.hai", "checking_papers", "complete", *exact),
        task(
            *("dispatch", "ren.hai", "loading", "sent", "loaded_safely", "nothing_lost"),
            photos=["@loaded.png"],
            waybill_no=f"WB{plan.number:07}",
            **loaded,
        ),
        task("dispatch", "jin.qiu", "filing_slip", "filed", **slip, **papers),
        task("dispatch", "cui.hao", "reviewing_freight", "reviewed").model_copy(update={"reason": "As offered"}),
        task("dispatch", "cui.hao", "feeding_back", "told"),
    ]


def _receipt(plan: Plan) -> list[PlayedAct]:
    came = {"receipt_no": f"POD-{plan.number:05}", "received_at": "= now", "receipt_scan": "@receipt.pdf"}
    copies = [{"holder": "Sales", "handed_at": "= now", "signature": "@signature.png"}]
    return [
        task("receipt", "tian.yu", "awaited", "sent", sent_at="= now"),
        task("receipt", "song.yan", "receiving", "received", "of_this_shipment", "readable", **came),
        task(
            "receipt",
            turn(AGENTS, plan.number),
            "auditing",
            "audited",
            "delivered",
            entered_at="= now",
            uploaded_at="= now",
        ),
        task("receipt", "song.yan", "filing", "filed", file_place=f"Receipts {plan.number}", copies=copies),
    ]


def _transport() -> list[PlayedAct]:
    return [
        signal("", "transport.departed", departed_at="= now"),
        signal("", "transport.arrived", arrived_at="= now", arrived_on="= today"),
    ]


def _customs(plan: Plan, year: int) -> list[PlayedAct]:
    declarant, checker = turn(DECLARANTS, plan.number), turn(DECLARANTS, plan.number + 1)
    lane, cargo, brought = plan.lane, plan.cargo, plan.imported
    item: dict[str, Any] = {"goods": cargo.name, "hs_code": cargo.hs_code, "value": cny(plan.goods_value)}
    if brought:
        item |= {"duty_rate": cargo.duty_rate, "consumption_rate": cargo.consumption_rate, "vat_rate": cargo.vat_rate}
    number = declaration_no(plan.number, year, is_import=brought is not None)
    filed = [
        task("declaration", declarant, "classifying", "clear", items=[item]),
        task(
            "declaration",
            declarant,
            "entering",
            "entered",
            transport_data={
                "transport_name": "HARBOUR BRIDGE",
                "voyage": f"{plan.number:03}E",
                "port": lane.destination if brought else lane.origin,
                "packages": plan.pieces,
                "gross_kg": plan.weight_kg,
            },
            price_data={"terms": "CIF", "total": cny(plan.goods_value)},
            origin_data={"origin_country": lane.origin[:2], "trade_country": lane.origin[:2]},
            software_ref=f"EDI-{plan.number}",
        ),
        task("declaration", checker, "checking", "agreed", check_result="Equals the papers"),
        task("declaration", declarant, "submitting", "submitted", declaration_no=number),
        signal("declaration", "customs.accepted", customs_ref=f"CUS-{plan.number}", declared_on="= today"),
    ]
    if brought is None:
        return [*filed, signal("declaration", "customs.released"), *_release(plan, is_released=True)]
    return [*filed, *_assessed(plan, brought, declarant), *_release(plan, is_released=False)]


def _assessed(plan: Plan, brought: Import, declarant: str) -> list[PlayedAct]:
    """Customs inspects or does not, and assesses the tax; it is paid, and the voucher checked by two persons."""
    payer, other = turn(CLERKS, plan.number), turn(CLERKS, plan.number + 1)
    assessed = {"assessed_tax": cny(brought.tax)}
    acts = [signal("declaration", "customs.tax_assessed", **assessed)]
    if brought.is_inspected:
        ordered = {
            "instruction_no": f"CY-{plan.number}",
            "inspection_site": "Shed 3",
            "appointed_at": "= now + days(1)",
        }
        started = {"started_at": "= now - minutes(40)", "finished_at": "= now"}
        started |= {"cost": "CNY 420.00", "cost_payee": "Yard"}
        attended = {"document_list": ["declaration_form"], "person_attending": "王芳 Wang Fang"}
        acts = [
            signal("declaration", "customs.inspection_ordered", **ordered),
            task("inspection", declarant, "instructed", "announced"),
            task("inspection", "deng.hui", "preparing", "in_position", cargo_moved_at="= now", position="Bay 3"),
            task("inspection", declarant, "preparing_papers", "ready", "complete", **attended),
            signal("", "customs.tax_assessed", **assessed),
            task("inspection", declarant, "inspecting", "passed", "attended", "truthful", **started),
        ]
    payment = {"paid_on": "= today", "paid_amount": cny(brought.tax), "voucher_no": f"V-{plan.number:07}"}
    payment["voucher"] = "@voucher.pdf"
    who = "us_on_behalf" if brought.we_pay else "customer"
    notice = {"notice_no": f"TAX-{plan.number}", "noticed_on": "= today", "pay_method": "Electronic payment"}
    return [
        *acts,
        task("tax", declarant, "notifying", "issued", **notice, paid_by=who),
        task("tax", payer, "awaiting_payment", "voucher_received", **payment),
        task("tax", declarant, "checking_voucher", "matched", amount_match=True),
        task("tax", other, "confirming_voucher", "confirmed"),
    ]


def _release(plan: Plan, *, is_released: bool) -> list[PlayedAct]:
    declarant, operator = turn(DECLARANTS, plan.number), turn(OPERATORS, plan.number)
    proofs = {"release_notice": "@release-notice.pdf", "stamped_delivery_order": "@delivery-order.pdf"}
    order = {"delivery_order_no": f"DO-{plan.number:06}", "free_time_end_on": "= today + days(7)"}
    pickup = {**order, "return_depot": "Waigaoqiao 3", "pickup_vehicle": "沪A·3M809", "pickup_on": "= today"}
    heard = [] if is_released else [signal("release", "customs.released", release_no=f"FX-{plan.number:06}")]
    return [
        task("release", declarant, "requesting", "requested"),
        *heard,
        task("release", declarant, "storing_evidence", "stored", **proofs),
        task("release", operator, "arranging_pickup", "arranged", **pickup),
    ]


def _delivery(plan: Plan) -> list[PlayedAct]:
    vehicle = {"vehicle": "沪A·3M809", "driver": "石磊 Shi Lei"}
    window = {"window_from_at": "= now + hours(20)", "window_to_at": "= now + hours(23)", "contact": "Mr Tao"}
    signed = {"inspected_by_consignee": True, "signature": "@signature.png", "signer": "Mr Tao", "signed_at": "= now"}
    manners = ("stayed", "nothing_private", "clean_shoes")
    collected = {"cod_collected": cny(plan.cash), "rights_told": True} if plan.cash else {}
    fit = ("vehicle_suits", "safe_handling", "papers_complete")
    arrived = {"condition": "good", "pieces_received": plan.pieces}
    return [
        task("delivery", "song.yan", "arrival_check", "accepted", **arrived),
        task("delivery", turn(AGENTS, plan.number), "appointing", "agreed", "asked_politely", **window),
        task("delivery", "ma.chao", "assigning_vehicle", "assigned", *fit, **vehicle),
        task("delivery", turn(MANAGERS, plan.number), "outbound_review", "approved"),
        task("delivery", "shi.lei", "on_the_way", "arrived", departed_at="= now"),
        task("delivery", "tian.yu", "handing_over", "accepted", *manners, **signed, **collected),
        *_receipt(plan),
    ]
