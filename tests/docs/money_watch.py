"""The figures of the page on money about keeping watch: bills, approvals, age, demands, credit, closing."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sop_engine.freight.customs.tax_rates import percent
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.ageing import BUCKETS, Ageing, age, bucket_of, days_past_due
from sop_engine.freight.subledger.allocation import OpenItem
from sop_engine.freight.subledger.credit import CreditLift, CreditTerms, decide_credit
from sop_engine.freight.subledger.credit import Standing as CreditStanding
from sop_engine.freight.subledger.matching import BilledLine, ExpectedCost, match_bill
from sop_engine.freight.subledger.months import ControlBalance, check_close, posting_month
from sop_engine.freight.subledger.papers import (
    CollectedCash,
)
from tests.docs.computed_page import shown, table
from tests.docs.money_charges import SHIPMENT
from tests.docs.money_customs import cny
from tests.docs.money_ledger import TODAY, item_of, ledger


def matching() -> str:
    tolerance = ledger().policy.match_tolerance
    thc, trucking = cny("1700"), cny("2300")
    expected = [
        ExpectedCost(SHIPMENT, "DTHC", thc, thc),
        ExpectedCost(SHIPMENT, "TRK", cny("2000"), trucking),
        ExpectedCost(SHIPMENT, "SEAL", cny("30"), None),
    ]
    billed = (("DTHC", "1717.00"), ("DTHC", "1717.01"), ("TRK", "2300.00"), ("SEAL", "30.00"), ("FUM", "120.00"))

    def rows() -> Iterator[tuple[object, ...]]:
        for charge, amount in billed:
            (line,) = match_bill([BilledLine(SHIPMENT, charge, cny(amount))], expected, tolerance).lines
            cost = next((each for each in expected if each.charge == charge), None)
            agreed = (cost.contracted, cost.executed) if cost is not None else (None, None)
            yield charge, *agreed, line.line.amount, line.difference, line.verdict.replace("_", " ")

    heads = ("Charge", "Contracted", "Carried out", "Billed", "Difference", "Verdict")
    words = f"May differ by {percent(tolerance.share)} or CNY {tolerance.amount}, whichever is more."
    return f"{words}\n\n{table(heads, rows(), heads[1:5])}"


def approvals() -> str:
    tiers = ledger().policy.payment_tiers
    limits = [tier.up_to for tier in tiers.root if tier.up_to is not None]
    amounts = [amount for limit in limits for amount in (limit, limit + Decimal("0.01"))]
    rows = [(cny(amount), ", then ".join(tiers.roles_for(amount)).replace("_", " ")) for amount in amounts]
    return table(("Payment", "Approved by"), rows, ("Payment",))


def cash_dates() -> str:
    months = ledger().policy.cod_settle_months
    days = (date(2026, 1, 31), date(2026, 3, 15), date(2026, 12, 31))
    base: dict[str, Any] = {"cod_no": "C", "sender": "S", "receiver": "R", "amount": cny("1"), "agreed": cny("1")}
    rows = [(day, CollectedCash(**base, collected_on=day).values(months)["settle_by_on"]) for day in days]
    return table(("Collected", "Paid to the sender by"), rows)


@cache
def aged() -> Ageing:
    return age(_receivables(), TODAY)


def ageing() -> str:
    rows = [
        (
            item.reference,
            item.due_on,
            days_past_due(item.due_on, TODAY),
            _bucket(item),
            item.balance,
            item.disputed or None,
        )
        for item in _receivables()
    ]
    heads = ("Paper", "Due", "Days past due", "Bucket", "Open", "Disputed")
    shares = [(name.replace("current", "not due"), amount) for name, amount in aged().buckets.items()]
    shares += [("disputed", aged().disputed), ("unapplied", -aged().unapplied), ("**total**", aged().total)]
    summed = table([name for name, _ in shares], [[amount for _, amount in shares]], [name for name, _ in shares])
    return f"On {shown(TODAY)}:\n\n{table(heads, rows, (heads[2], *heads[4:]))}\n\n{summed}"


def dunning() -> str:
    levels = ledger().policy.dunning

    def rows() -> Iterator[tuple[object, ...]]:
        for late in sorted({each.days for each in levels} | {each.days - 1 for each in levels if each.days > 1}):
            said = max((each for each in levels if each.days <= late), key=lambda each: each.days, default=None)
            name = said.name.replace("_", " ") if said is not None else "nothing"
            yield (
                late,
                said.level if said is not None else None,
                name,
                "no new bookings" if said and said.stops_credit else None,
            )

    return table(("Days past due", "Level", "Sent", "Besides"), rows(), ("Days past due", "Level"))


def credit() -> str:
    stop = ledger().policy.credit_stop_days
    good = age([item_of("INV-1", "8000", 0)], TODAY)
    late = [age([item_of("INV-1", "8000", days)], TODAY) for days in (stop - 1, stop)]
    disputed = age([item_of("INV-1", "8000", 90)._replace(disputed=Decimal(8000))], TODAY)
    limit = CreditTerms("good", Decimal(10_000))
    on_hold: CreditStanding = "on_hold"
    lift = (CreditLift("approved by the finance manager", Decimal(12_000), TODAY),)
    cases: tuple[tuple[str, CreditTerms, Ageing, str, tuple[CreditLift, ...]], ...] = (
        ("up to the limit", limit, good, "2000", ()),
        ("a fen above it", limit, good, "2000.01", ()),
        ("one day short of the block", limit, late[0], "1000", ()),
        ("on the day of the block", limit, late[1], "1000", ()),
        ("all that is late is disputed", limit, disputed, "1000", ()),
        ("on hold, by a person", CreditTerms(on_hold, None), good, "1000", ()),
        ("blocked, with an approval", limit, late[1], "1000", lift),
        ("more than was approved", limit, late[1], "5000", lift),
    )
    rows = [
        (words, terms.limit, open_now.total, Decimal(asked), "yes" if answer.allowed else "no", answer.reason)
        for words, terms, open_now, asked, lifts in cases
        for answer in [decide_credit(terms, open_now, Decimal(asked), stop, TODAY, lifts)]
    ]
    lifted = " or the ".join(ledger().policy.credit_lift_roles).replace("_", " ")
    made = table(("Case", "Limit", "Open", "Asked for", "May book", "Why"), rows, ("Limit", "Open", "Asked for"))
    return f"{made}\n\nA block is lifted by the {lifted}."


def closing() -> str:
    """What stands against closing a month, all at once."""
    control = ControlBalance("1122", "CNY", Decimal("5100.00"), Decimal("5000.00"))
    try:
        check_close("2026-03", date(2026, 4, 2), ["2026-01"], ["2026-02", "2026-03"], [], [control], 1)
    except RuleError as error:
        faults = error.faults
    else:
        raise AssertionError("the month closes")
    said = table(("What", "Fault", "Needed"), map(astuple, faults))
    late = posting_month(None, date(2026, 3, 31), ["2026-03"])
    words = f"A paper of {shown(date(2026, 3, 31))} that comes when 2026-03 is closed goes into {late} by itself."
    return f"{said}\n\n{words}"


def _receivables() -> list[OpenItem]:
    late = (
        ("INV-1", "1000", 0),
        ("INV-2", "1000", 1),
        ("INV-3", "1000", 30),
        ("INV-4", "1000", 31),
        ("INV-5", "1000", 121),
    )
    items = [item_of(reference, amount, days) for reference, amount, days in late]
    disputed = item_of("INV-6", "900", 45)._replace(disputed=Decimal(300))
    return [*items, disputed, item_of("BANK-9", "-250", 0)]


def _bucket(item: OpenItem) -> str:
    name = bucket_of(days_past_due(item.due_on, TODAY)) if item.balance > 0 else "unapplied"
    assert name in (*BUCKETS, "unapplied")
    return name.replace("current", "not due")
