"""The firm's books and reports against what the generated figures say they must be."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic_core import to_jsonable_python

from sop_engine.cases.contracts.reading import CaseList, ListCasesInput, TrialBalance, TrialBalanceInput
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.temporal.gateway import CaseGateway
from tests.month import books
from tests.month.planning import NOUGHT, Plan

EDGES = (0, 1, 30, 31, 61, 121)
"""Days past due on whose evenings the receivables are looked at: where an invoice grows older for the report."""
SETTLED_WITHIN = 20.0
"""Seconds in which the last postings of the last acts must be in the books."""
STANDING = ("current", "1-30", "31-60", "61-90", "91-120", "120+", "disputed")


@dataclass(frozen=True)
class Month:
    """What was played: the shipments, when their invoices are due, and the day on which the run began."""

    plans: Sequence[Plan]
    due: Mapping[str, date]
    day: date


async def differences(gateway: CaseGateway, month: Month) -> list[str]:
    """Everything in which books, reports and cases differ from what the figures say; none when all is well."""
    found = await _settled(gateway, month)
    found += await _statuses(gateway, month)
    for on in _evenings(month):
        found += compare(f"ageing on {on}", *await _receivables(gateway, month, on))
    on = month.day + timedelta(1)
    for name, asked, expected, shown in (
        (
            "ageing of payables",
            {"name": "ageing", "side": "payable", "on": on},
            books.payables(month.plans),
            ("total",),
        ),
        ("cod", {"name": "cod", "on": on}, books.cash(month.plans), ("collected", "owed")),
        ("margin", {"name": "margin"}, books.margins(month.plans), ("revenue", "cost", "margin", "disbursements")),
    ):
        rows = await _rows(gateway, **asked)
        told = {row[next(iter(row))]: tuple(Decimal(row[key]) for key in shown) for row in rows}
        found += compare(name, {key: _tuple(value) for key, value in expected.items()}, told)
    found += compare("tax", books.taxes(month.plans), await _taxes(gateway))
    for customer in sorted({plan.customer.name for plan in month.plans}):
        found += await _statement(gateway, month, customer)
    return found


def compare(what: str, expected: Mapping[str, Any], told: Mapping[str, Any]) -> list[str]:
    """Each key whose values differ, in words."""
    return [
        f"{what}, {key}: it says {told.get(key, 'nothing')}, the figures {expected.get(key, 'nothing')}"
        for key in sorted({*expected, *told})
        if expected.get(key) != told.get(key)
    ]


async def _settled(gateway: CaseGateway, month: Month) -> list[str]:
    """Effects are carried out beside their cases, so the books may need a moment."""
    expected = books.trial_balance(month.plans)
    deadline = asyncio.get_running_loop().time() + SETTLED_WITHIN
    while True:
        balance = await gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
        told = {each.account: (each.debit, each.credit) for each in balance.accounts}
        found = compare("trial balance", expected, told)
        found += [] if balance.balanced else ["the ledger does not balance"]
        if not found or asyncio.get_running_loop().time() > deadline:
            return found
        await asyncio.sleep(0.5)


async def _statuses(gateway: CaseGateway, month: Month) -> list[str]:
    """No case is stuck, and as many files are closed as shall be."""
    expected = {"blocked": 0, "completed": sum(plan.is_closed for plan in month.plans)}
    blocked = await gateway.read("list_cases", ListCasesInput(status="blocked"), CaseList)
    closed = await gateway.read("list_cases", ListCasesInput(sop="FreightShipment", status="completed"), CaseList)
    stuck = [f"{case.case_id} is stuck in {', '.join(case.states)}" for case in blocked.cases]
    return [*stuck, *compare("cases", expected, {"blocked": blocked.total, "completed": closed.total})]


def _evenings(month: Month) -> list[date]:
    """The evening after the run, then every one on which an open invoice changes its age."""
    edges = {due_on + timedelta(days) for due_on in month.due.values() for days in EDGES}
    return sorted({month.day + timedelta(1), *edges})


async def _receivables(gateway: CaseGateway, month: Month, on: date) -> tuple[dict[str, Any], dict[str, Any]]:
    def shown(row: Mapping[str, str]) -> tuple[Decimal, ...]:
        return tuple(Decimal(row[key]) for key in (*STANDING, "unapplied", "total"))

    told = {row["party"]: shown(row) for row in await _rows(gateway, name="ageing", on=on)}
    expected = {
        name: (*(by_age.get(key, NOUGHT) for key in STANDING), -surplus, total)
        for name, (by_age, surplus, total) in books.receivables(month.plans, month.due, month.day, on).items()
    }
    return expected, told


async def _taxes(gateway: CaseGateway) -> dict[str, tuple[Decimal, ...]]:
    sums: dict[str, tuple[Decimal, ...]] = {}
    for row in await _rows(gateway, name="tax"):
        amounts = [Decimal(row[key]) for key in ("net", "vat", "disbursements")]
        so_far = sums.get(row["direction"], (NOUGHT,) * 3)
        sums[row["direction"]] = tuple(map(_plus, so_far, amounts))
    return sums


async def _statement(gateway: CaseGateway, month: Month, customer: str) -> list[str]:
    """What a customer is told: all that went to each side, and the balance at the end."""
    plans = [plan for plan in month.plans if plan.customer.name == customer]
    debit, credit = books.trial_balance(plans).get("1122", (NOUGHT, NOUGHT))
    until = _evenings(month)[-1]
    rows = await _rows(gateway, name="statement", party=customer, since=month.day, until=until)
    sides = [sum((Decimal(row[side]) for row in rows if row[side]), NOUGHT) for side in ("debit", "credit")]
    closing = Decimal(rows[-1]["balance"]) if rows else NOUGHT
    return compare(f"statement of {customer}", {"all": (debit, credit, debit - credit)}, {"all": (*sides, closing)})


async def _rows(gateway: CaseGateway, name: str, **asked: Any) -> list[dict[str, str]]:
    """A report's rows by the keys of their columns."""
    given = ReportInput(name=name, parameters=to_jsonable_python(asked), limit=5_000, reader="qian.li")
    answer = await gateway.read("run_report", given, ReportTable)
    keys = [column.key for column in answer.columns]
    return [{key: cell or "" for key, cell in zip(keys, row, strict=True)} for row in answer.rows]


def _tuple(value: Decimal | tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    return value if isinstance(value, tuple) else (value,)


def _plus(one: Decimal, other: Decimal) -> Decimal:
    return one + other
