"""The acts of one shipment from the cash on delivery to the closed account, as its story goes."""

from datetime import date, timedelta
from typing import Any

from sop_engine.console.playing import PlayedAct
from tests.month.acting import AGENTS, CLERKS, HEAD, MANAGER, SALES, cny, event, signal, task, turn
from tests.month.planning import BROKER, DOLLAR, DUTY, NOUGHT, Plan, Receipt

SMALL_PAYMENT = 10_000
"""Up to here the department's head approves a payment alone."""


def money(plan: Plan, day: date) -> list[PlayedAct]:
    """Everything after the delivery; `day` is the one on which the month's run begins."""
    cash = _cash(plan, day)
    return [*cash[:3], *_costing(plan), *_invoice(plan), *_bills(plan, day), *_collection(plan, day), *cash[3:]]


def _cash(plan: Plan, day: date) -> list[PlayedAct]:
    if plan.cash is None:
        return []
    notice = {"rights_told_at": "= now", "rights_note": "Pays the courier and looks at the goods first"}
    counted = {"brought_by": "tian.yu", "cash_counted": cny(plan.cash), "handed_in_at": "= now"}
    banked = [
        task("cod", turn(AGENTS, plan.number), "telling_receiver", "told", "clearly", **notice),
        task("cod", "lei.ming", "counting_cash", "counted", inspector_signature="@signature.png", **counted),
        task("cod", turn(CLERKS, plan.number), "banking_cash", "banked", "reconciled", cod_banked_on=str(day)),
    ]
    out = {"cod_paid": cny(plan.cash), "cod_paid_on": str(day), "cod_voucher_no": f"CASH-{plan.number:05}"}
    paid = task("cod", turn(CLERKS, plan.number + 1), "settling_cod", "settled", **out)
    return [*banked, *([] if plan.cash_is_held else [paid])]


def _costing(plan: Plan) -> list[PlayedAct]:
    costs = [
        {
            "charge": charge,
            "type": "base_freight" if not number else "customs_fee" if payee == BROKER else "other",
            "payee": payee,
            "basis": "Booking",
            "process": "1 shipment",
            "amount": cny(amount),
        }
        for number, (charge, payee, amount) in enumerate(plan.costs)
    ]
    declared = plan.lane.direction != "domestic" and not any(line["type"] == "customs_fee" for line in costs)
    ours = [{"type": "customs_fee", "why": "Declared by ourselves"}] if declared else []
    sales = [{"service": service, "amount": cny(amount)} for service, amount in plan.sales]
    rates: dict[str, Any] = {}
    if plan.freight_in_dollars is not None:
        sales[0]["amount"] = f"USD {plan.freight_in_dollars:.2f}"
        rates = {"rates": [{"currency": "USD", "rate": str(DOLLAR)}]}
    clerk, other = turn(CLERKS, plan.number), turn(CLERKS, plan.number + 1)
    return [
        task(
            *("costing", clerk, "collecting_costs", "costed"),
            cost_lines=costs,
            without_cost=ours,
            revenue_lines=sales,
            **rates,
        ),
        task("costing", other, "checking_costs", "agreed"),
        *(
            [task("costing", HEAD, "deciding_margin", "approved", margin_reason="Agreed")]
            if plan.needs_a_manager
            else []
        ),
    ]


def _invoice(plan: Plan) -> list[PlayedAct]:
    kind = "transport" if plan.lane.direction == "domestic" else "agency"
    request = {"invoice_kind": kind, "terms_days": plan.customer.terms_days}
    acts = [task("invoicing", turn(SALES, plan.number), "requested", "requested", **request), *_issue(plan, {})]
    if plan.corrected_sales:
        lines = [{"service": service, "amount": cny(amount)} for service, amount in plan.corrected_sales]
        acts += [
            signal("invoicing", "customer.rejected_invoice", void_reason="The freight is not as agreed"),
            task("invoicing", MANAGER, "voiding", "approved"),
            *_issue(plan, {"service_lines": lines}),
        ]
    return [*acts, signal("invoicing", "customer.confirmed_invoice", received_by="Ms Shen")]


def _issue(plan: Plan, corrected: dict[str, Any]) -> list[PlayedAct]:
    clerk, other = turn(CLERKS, plan.number + 1), turn(CLERKS, plan.number + 2)
    register = {"register_no": f"R-{plan.number:05}", "archive_place": "Digital archive"}
    return [
        task("invoicing", clerk, "drafting", "drafted", tax_rate=plan.lane.sale_rate, **corrected),
        task("invoicing", other, "checking", "agreed", "true_and_exact"),
        task("invoicing", clerk, "issuing", "issued"),
        task("invoicing", clerk, "registering", "registered", **register),
        task("invoicing", clerk, "sending", "sent", channel="email"),
    ]


def _bills(plan: Plan, day: date) -> list[PlayedAct]:
    acts = []
    for number, (payee, bill) in enumerate(plan.bills.items(), start=1):
        case, clerk = f"supplier-{number}", turn(CLERKS, plan.number + number)
        lines = [
            {"service": charge, "amount": cny(amount), "vat_rate": str(NOUGHT if charge == DUTY else bill.rate)}
            for charge, supplier, amount in plan.costs
            if supplier == payee
        ]
        figures = {"bill_lines": lines, "bill_vat": cny(bill.vat), "bill_total": cny(bill.gross)}
        dates = {"billed_on": str(day), "bill_due_on": str(day + timedelta(days=30))}
        verified, number_of_bill = ("genuine", "period_agrees"), f"BILL-{plan.number:05}"
        dates |= {"period_from_on": str(day), "period_to_on": str(day), "bill_file": "@bill.pdf"}
        paid = {"bill_paid_on": str(day), "payment_ref": f"BANK-OUT-{plan.number:05}-{number}"}
        paid["payment_voucher"] = "@voucher.pdf"
        acts += [
            task(case, clerk, "entering_bill", "entered", *verified, bill_no=number_of_bill, **figures, **dates),
            task(case, HEAD, "approving_payment", "approved"),
            *([task(case, MANAGER, "approving_payment", "approved")] if bill.gross > SMALL_PAYMENT else []),
            *([task(case, clerk, "paying_bill", "paid", **paid)] if plan.bills_are_paid else []),
        ]
    return acts


def _collection(plan: Plan, day: date) -> list[PlayedAct]:
    clerk = turn(CLERKS, plan.number)
    dispute = _dispute(plan, day)
    if plan.story == "disputed":
        return dispute
    acts = []
    for number, receipt in enumerate(plan.receipts, start=1):
        heard = _receipt(plan, number, receipt, day)
        # A month is played in minutes, so money comes on days ahead: a bank may report these, and no person enter them.
        acts += [
            signal("collection", "payment.received", **heard),
            task("collection", turn(CLERKS, plan.number + 1), "posting", "posted"),
        ]
    if plan.surplus:
        acts += {
            "refunded": [
                task("collection", clerk, "crediting", "refund", credit_action="Refund by bank"),
                task("collection", MANAGER, "approving_refund", "approved", approval="Agreed"),
                task("collection", clerk, "refunding", "refunded", refunded_on="= today"),
            ],
            "credited": [task("collection", clerk, "crediting", "credited", credit_action="To the next invoice")],
        }[plan.story]
    if plan.story not in ("short", "unpaid"):
        acts += [task("collection", clerk, "closing", "closed", closing_entry="Settled")]
    return [*dispute, *acts]


def _receipt(plan: Plan, number: int, receipt: Receipt, day: date) -> dict[str, Any]:
    return {
        "received_amount": cny(receipt.amount),
        "received_on": str(day + timedelta(days=receipt.days)),
        "bank_ref": f"BANK-IN-{plan.number:05}-{number}",
    }


def _dispute(plan: Plan, day: date) -> list[PlayedAct]:
    """The customer disputes the invoice: dunning rests while a complaint is dealt with."""
    clerk, agent, complaint = turn(CLERKS, plan.number), turn(AGENTS, plan.number), "collection.complaint"
    said = {"dispute": "The waiting time was not agreed"}
    begun = [event("collection", turn(SALES, plan.number), "customer.disputed", **said)]
    withdrawn = event(complaint, agent, "complainant.withdrew")
    match plan.story:
        case "disputed":
            return begun
        case "withdrawn":
            return [*begun, withdrawn]
        case "conceded":
            assert plan.credit is not None
            credit = {"credit_net": cny(plan.credit.net), "credit_tax_rate": plan.credit.rate}
            return [
                *begun,
                task("collection", clerk, "disputed", "conceded", customer_answer="They are right", **credit),
                task("collection", MANAGER, "approving_credit", "approved", approval="Agreed"),
                withdrawn,
            ]
        case "answered":
            return [
                *begun,
                *_complaint(complaint, agent, day),
                task("collection", clerk, "disputed", "resolved", customer_answer="They accept the charge"),
            ]
    return []


def _complaint(case: str, agent: str, day: date) -> list[PlayedAct]:
    """To the answer; the revisit comes three working days later."""
    facts = {"facts": "The vehicle waited two hours", "cause": "The gate was shut", "plan": "Explain the charge"}
    done = [{"what": "Sent the gate's record", "who": "钱莉 Qian Li", "done_on": str(day)}]
    classified = {"kind": "price", "severity": "normal", "legal_risk": False}
    return [
        task(case, agent, "registered", "acknowledged", "soothed", event_at="= now"),
        task(case, "feng.xue", "classified", "done", **classified),
        task(case, "feng.xue", "assigned", "done", responsible_unit="finance_manager"),
        task(case, MANAGER, "investigating", "plan_proposed", **facts),
        task(case, "jiang.bo", "approving_plan", "approved"),
        task(case, "feng.xue", "plan_told", "accepted", "told", answer="Thank you"),
        task(case, MANAGER, "handling", "done", actions=done, result_text="The charge stands"),
    ]
