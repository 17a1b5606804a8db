"""Any order of transfers, reports, allocations, returns and cancellations over two invoices of one customer: nothing is
lost, nothing is counted twice, and nothing stands still."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.reading import TrialBalanceInput
from sop_engine.cases.contracts.views import TaskView
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.items import ItemRow
from tests.workflows.collection_orders import PERSONS, TODAY, form
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.paths_receipts import identified, received
from tests.workflows.receivables import Receivable

ACTS = 24
AMOUNTS = ["CNY 300", "CNY 4770.01", "CNY 9540", "CNY 12000"]


def amount(value: Any) -> Decimal:
    return Decimal(str(value["amount"]))


def known_payer(customer: str) -> Callable[[House, str, str], Awaitable[Desk]]:
    """Opens a transfer whose payer a clerk knows."""
    return lambda house, case_id, given: identified(house, case_id, given, customer)


@dataclass
class Account:
    """A customer's invoices with their cases, and what came of his money."""

    house: House
    draw: random.Random
    customer: str
    claims: list[Receivable] = field(default_factory=list)
    transfers: list[Desk] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    async def act(self) -> str:
        """The next thing that happens; returns what it was."""
        kinds = ["bank", "repeat", "transfer", "transfer", "surplus", "by_hand", "cancel", *["task"] * 8]
        what, claim = self.draw.choice(kinds), self.draw.choice(self.claims)
        if what == "bank":
            self.told.append((self.draw.choice(AMOUNTS), f"{self.customer}-{len(self.told)}"))
            await claim.hear(*self.told[-1])
        elif what == "repeat" and self.told:
            await claim.hear(*self.draw.choice(self.told))
        elif what == "transfer" and len(self.transfers) < 5:
            opener = self.draw.choice([received, known_payer(self.customer), known_payer(self.customer)])
            self.transfers.append(await opener(self.house, self._next_name(), self.draw.choice(AMOUNTS)))
        elif what == "surplus" and (booked := (await claim.data())["booked"]):
            # What a case booked and its invoice did not need.
            given = {"bank_ref": booked[-1]["bank_ref"], "customer_name": self.customer, "is_booked": "true"}
            money = f"CNY {booked[-1]['amount']['amount']}"
            self.transfers.append(await received(self.house, self._next_name(), money, **given))
        elif what == "by_hand":
            await claim.told_of_allocation(self.draw.choice(AMOUNTS))
        elif what == "cancel" and self.transfers and self.draw.random() < 0.4:
            desk = self.draw.choice(self.transfers)
            # The time-skipping server cannot cancel an activity that ends in the same moment.
            await desk.settled()
            await self.house.act(desk.case_id, "cancel", actor="qian.li", reason="Opened by mistake")
            what = f"{desk.case_id} cancelled"
        elif what == "task":
            what = await self.work()
        return what

    def _next_name(self) -> str:
        return f"{self.customer}-RA-{len(self.transfers)}"

    async def work(self) -> str:
        """A person completes one of the open tasks, however he likes."""
        desks = [*(claim.desk for claim in self.claims), *self.transfers, *self.transfers]
        found = [(desk, task) for desk in desks for task in (await desk.view()).tasks if task.outcomes]
        if not found:
            return "nothing to do"
        desk, task = self.draw.choice(found)
        outcome = self.draw.choice([*sorted(task.outcomes), *["chosen"] * 4 * ("chosen" in task.outcomes)])
        given = await self.filled_in(desk, task, outcome)
        await self.house.complete(desk.case_id, PERSONS[task.role], outcome, task.task, data=given)
        return f"{desk.case_id}: {task.state}.{outcome} {given}"

    async def filled_in(self, desk: Desk, task: TaskView, outcome: str) -> dict[str, Any]:
        match task.state, outcome:
            case "identifying", "identified":
                return {"customer_name": self.customer}
            case "allocating", "chosen":
                lines = (await desk.view()).data["open_lines"]
                named = self.draw.sample(lines, self.draw.randint(min(1, len(lines)), len(lines)))
                parts: list[str | None] = [None, "100.01", "9540"]
                return {
                    "settles": [{"reference": each["reference"], "amount": self.draw.choice(parts)} for each in named]
                }
            case (("identifying" | "allocating" | "approving_return"), _):
                return {"remarks": "So be it"}
            case "returning_money", "paid":
                return {"returned_on": TODAY, "return_ref": f"OUT-{self.draw.random()}"}
            case "returning_money", _:
                return {}
        return form(task, outcome, self.draw)

    async def at_rest(self) -> None:
        """Waits until no automated work is under way in any case."""
        for desk in [*self.transfers, *(claim.desk for claim in self.claims), *self.transfers]:
            await desk.settled()

    async def agrees(self, done: list[str]) -> None:
        """The cases, the open items and the books say the same."""
        with Session(self.house.engine) as session:
            items = session.exec(select(ItemRow).where(ItemRow.party == self.customer)).all()
        balances = {item.reference: item.balance for item in items if item.kind == "invoice_issued"}
        came = {item.reference: -item.amount for item in items if item.kind == "money_received"}
        counted: dict[str, Decimal] = {}
        for claim in self.claims:
            view = await claim.desk.view()
            due, total = (amount(view.data[name]) for name in ("amount_due", "received_total"))
            assert total == sum((amount(each["amount"]) for each in view.data["booked"]), Decimal()), done
            left = Decimal() if view.outcome == "written_off" else max(due - total, Decimal())
            assert balances[claim.invoice_no] == left, (claim.invoice_no, done)
            allocated = {each["bank_ref"] for each in view.data["allocated"]}
            own = [each for each in view.data["booked"] if each["bank_ref"] not in allocated]
            counted |= {each["bank_ref"]: amount(each["amount"]) for each in own}
        for desk in self.transfers:
            data = (await desk.view()).data
            if data["bank_ref"] in came and data["bank_ref"] not in counted:
                counted[data["bank_ref"]] = amount(data["amount"])
        assert came == counted, done
        assert LedgerRepository(self.house.engine).trial_balance(TrialBalanceInput()).balanced

    async def moves_on(self, done: list[str]) -> None:
        """Whatever is open waits for a person, and for nobody who could never come."""
        for desk in [*self.transfers, *(claim.desk for claim in self.claims)]:
            view = await desk.view()
            assert not view.incidents, (desk.case_id, done)
            assert view.outcome is not None or view.tasks, (desk.case_id, done)


@pytest.mark.parametrize("seed", range(4))
async def test_cases_and_books_agree_after_any_order(seed: int, shared_house: House) -> None:
    draw = random.Random(seed)
    account = Account(shared_house, draw, f"ORDERS-{seed}")
    for number in (1, 2):
        due_in = draw.choice([30, 2, -3, -35])
        account.claims.append(await Receivable.open(shared_house, f"ORD-{seed}-{number}", due_in, account.customer))
    done: list[str] = []
    for _ in range(ACTS):
        try:
            done.append(await account.act())
        except SopError as refused:
            done.append(f"refused: {refused.message}")
    await account.at_rest()
    # A transfer cancelled between the books and its message told nobody: the next question to the books finds it.
    for claim in account.claims:
        if (await claim.desk.view()).outcome is None:
            await claim.told_of_allocation()
            await claim.book(len((await claim.data())["to_book"]))
            await claim.stands_in("no_money")
    await account.at_rest()
    await account.moves_on(done)
    await account.agrees(done)
