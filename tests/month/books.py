"""What the books must say, worked out from the generated figures alone: nothing here knows the ledger's code.

An amount is in CNY. Whoever compares hands over what the cases said of dates: on which day each invoice is due.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tests.month.planning import NOUGHT, Plan

Balances = Mapping[str, tuple[Decimal, Decimal]]
"""Debit and credit of each account."""

LATE = (("1-30", 30), ("31-60", 60), ("61-90", 90), ("91-120", 120))


class Entry(NamedTuple):
    """An amount from one account to another: the second is credited."""

    debit: str
    credit: str
    amount: Decimal


def entries(plan: Plan) -> list[Entry]:
    """Every flow of money and of claims that a shipment brings about, one amount at a time."""
    flows: list[Entry] = []
    for invoice in plan.invoices:
        flows += _claimed("1122", invoice.net, invoice.vat, invoice.disbursed)
    for reversed_invoice in plan.invoices[:-1]:
        flows += _turned(_claimed("1122", reversed_invoice.net, reversed_invoice.vat, reversed_invoice.disbursed))
    if plan.credit:
        flows += _turned(_claimed("1122", plan.credit.net, plan.credit.vat, NOUGHT))
    flows += [Entry("1002", "1122", receipt.amount) for receipt in plan.receipts]
    flows += [Entry("1122", "1002", plan.refund)]
    flows += [Entry("1221", "1002", plan.disbursed)]
    for bill in plan.bills.values():
        flows += [Entry("6401", "2202", bill.net), Entry("2221.01", "2202", bill.vat)]
        flows += [Entry("1221", "2202", bill.disbursed)]
        flows += [Entry("2202", "1002", bill.gross)] if plan.bills_are_paid else []
    if plan.cash:
        flows += [Entry("1001", "2241.01", plan.cash), Entry("1002", "1001", plan.cash)]
        flows += [] if plan.cash_is_held else [Entry("2241.01", "1002", plan.cash)]
    return [flow for flow in flows if flow.amount]


def trial_balance(plans: Iterable[Plan]) -> Balances:
    """Sums of both sides of every account that something was posted to."""
    sides: defaultdict[str, list[Decimal]] = defaultdict(lambda: [NOUGHT, NOUGHT])
    for plan in plans:
        for flow in entries(plan):
            sides[flow.debit][0] += flow.amount
            sides[flow.credit][1] += flow.amount
    return {account: (debit, credit) for account, (debit, credit) in sorted(sides.items())}


def margins(plans: Iterable[Plan]) -> dict[str, tuple[Decimal, Decimal, Decimal, Decimal]]:
    """Revenue, cost and margin of each shipment; nothing that was laid out for a customer is left with us."""
    return {plan.case_id: (plan.margin + plan.cost, plan.cost, plan.margin, NOUGHT) for plan in plans}


def receivables(
    plans: Sequence[Plan], due: Mapping[str, date], day: date, on: date
) -> dict[str, tuple[dict[str, Decimal], Decimal, Decimal]]:
    """Of each customer in the evening of a day: what is open by days past due, surplus in our hands, and the whole.

    What is disputed stands apart, however old it is.
    """
    buckets: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    surplus: defaultdict[str, Decimal] = defaultdict(Decimal)
    for plan in plans:
        received = sum((each.amount for each in plan.receipts if day + timedelta(each.days) <= on), NOUGHT)
        open_still = plan.due - received
        if open_still > 0:
            age = "disputed" if plan.story == "disputed" else _bucket((on - due[plan.case_id]).days)
            buckets[plan.customer.name][age] += open_still
        elif open_still + plan.refund < 0:
            surplus[plan.customer.name] -= open_still + plan.refund
    return {
        name: (dict(buckets[name]), surplus[name], sum(buckets[name].values(), NOUGHT) - surplus[name])
        for name in sorted({*buckets, *surplus})
    }


def payables(plans: Iterable[Plan]) -> dict[str, Decimal]:
    """What each supplier is owed."""
    owed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for plan in plans:
        for supplier, bill in plan.bills.items():
            owed[supplier] += NOUGHT if plan.bills_are_paid else bill.gross
    return {supplier: amount for supplier, amount in owed.items() if amount}


def cash(plans: Iterable[Plan]) -> dict[str, tuple[Decimal, Decimal]]:
    """Of each collection on delivery: what was collected and what its sender is still owed."""
    return {
        f"{plan.case_id}-COD": (plan.cash, plan.cash if plan.cash_is_held else NOUGHT) for plan in plans if plan.cash
    }


def taxes(plans: Sequence[Plan]) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Net, VAT and disbursements of all papers written and of all bills."""
    written = [(1, plan.invoices[-1]) for plan in plans]
    written += [(-1, plan.credit) for plan in plans if plan.credit]
    bills = [bill for plan in plans for bill in plan.bills.values()]
    return {
        "input": (
            sum((bill.net for bill in bills), NOUGHT),
            sum((bill.vat for bill in bills), NOUGHT),
            sum((bill.disbursed for bill in bills), NOUGHT),
        ),
        "output": (
            sum((sign * paper.net for sign, paper in written), NOUGHT),
            sum((sign * paper.vat for sign, paper in written), NOUGHT),
            sum((sign * paper.disbursed for sign, paper in written), NOUGHT),
        ),
    }


def _claimed(account: str, net: Decimal, vat: Decimal, disbursed: Decimal) -> list[Entry]:
    return [Entry(account, "6001", net), Entry(account, "2221.02", vat), Entry(account, "1221", disbursed)]


def _turned(flows: Iterable[Entry]) -> list[Entry]:
    return [Entry(flow.credit, flow.debit, flow.amount) for flow in flows]


def _bucket(days: int) -> str:
    if days <= 0:
        return "current"
    return next((name for name, last in LATE if days <= last), "120+")
