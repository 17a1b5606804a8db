"""A receivable on a server, brought to any of its states, beside the invoice in the books."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from sop_engine.cases.contracts.views import CaseView
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.rules import CHINA
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.ledger.allocations import AllocationRepository
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.ledger.credit import CreditRepository
from sop_engine.records.ledger.credit_notes import CreditNoteRepository
from sop_engine.records.ledger.invoice_settlements import InvoiceSettlements
from sop_engine.records.ledger.items import ItemRow
from sop_engine.records.numbers import NumberRepository
from tests.unit.content.exact_freight import CUSTOMER
from tests.workflows.desk import Desk
from tests.workflows.harness import House

RULES = load_rules(content_root() / "ledger.yaml", LedgerRules)
NET, VAT, GROSS = Decimal(9000), Decimal(540), Decimal(9540)


@dataclass
class Gate:
    """Holds real work back until a test lets it go, so that a case stands in an automated step for as long."""

    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def held(*given: Any, **named: Any) -> Any:
            self.entered.set()
            assert self.opened.wait(60), "the gate was never opened"
            return real(*given, **named)

        return held


WORK: Mapping[str, tuple[type, str]] = {
    "recording_dispute": (AllocationRepository, "dispute"),
    "ending_dispute": (AllocationRepository, "settle_dispute"),
    "numbering_credit": (NumberRepository, "next"),
    "issuing_credit": (CreditNoteRepository, "issue"),
    "stopping_credit": (CreditRepository, "set_terms"),
    "booking": (LedgerRepository, "post"),
    "asking_books": (InvoiceSettlements, "by_others"),
}
"""What an automated state calls."""


@dataclass
class Receivable:
    """A Collection case and its invoice of CNY 9540, the only one of its customer."""

    desk: Desk
    customer: str
    invoice_no: str
    due_on: date

    @classmethod
    async def open(cls, house: House, case_id: str, due_in: int = 30, customer: str | None = None) -> Receivable:
        """`due_in` days from today; late where it is negative."""
        made = await cls.billed(house, case_id, due_in, customer)
        await made.follow()
        return made

    @classmethod
    async def billed(cls, house: House, case_id: str, due_in: int = 30, customer: str | None = None) -> Receivable:
        """The invoice in the books, before anybody follows it."""
        today = (await house.now()).astimezone(CHINA).date()
        due_on = today + timedelta(days=due_in)
        made = cls(Desk(house, case_id), customer or f"Customer of {case_id}", f"INV-{case_id}", due_on)
        paper = {"customer_name": made.customer, "issued_on": min(today, due_on), "due_on": due_on}
        amounts = {"net": NET, "vat": VAT, "gross": GROSS, "business_key": made.invoice_no}
        posting = RULES.posting("invoice_issued", {**paper, **amounts})
        LedgerRepository(house.engine).post(f"issue-{case_id}", "INVOICING", posting, await house.now())
        return made

    async def follow(self, **more: Any) -> None:
        """Opens the case."""
        given = {**CUSTOMER, "customer_name": self.customer, "invoice_no": self.invoice_no, **more}
        due = {"amount_due": f"CNY {GROSS}", "due_on": self.due_on.isoformat()}
        await self.desk.house.open("Collection", self.desk.case_id, {**given, **due})

    async def hear(self, amount: str, reference: str) -> None:
        """The bank reports money; nobody books it."""
        await self.desk.hear("payment.received", received_amount=amount, received_on="2093-11-20", bank_ref=reference)

    async def told_of_allocation(self, amount: str = "CNY 100") -> None:
        """The finance manager reports an allocation; whether it is in the books, they know."""
        told = {"allocated_ref": "TOLD", "allocated_amount": amount, "allocated_on": "2093-11-20"}
        await self.desk.report("qian.li", "allocation.booked", **told)

    async def refund(self, on: str) -> None:
        """The surplus is given back, asked for and made by one person, approved by another."""
        await self.desk.do("hu.jing", "crediting", "refund", credit_action="By bank")
        await self.desk.do("qian.li", "approving_refund", "approved", approval="Agreed")
        await self.desk.do("hu.jing", "refunding", "refunded", refunded_on=on)

    async def book(self, count: int = 1) -> None:
        """The clerk books what waits, one receipt after the other, and the books have it."""
        for _ in range(count):
            waiting = len((await self.data())["to_book"])
            await self.desk.do("hu.jing", "posting", "posted")

            async def entered(waiting: int = waiting) -> bool:
                return len((await self.data())["to_book"]) < waiting

            await self.desk.house.until(entered, f"a receipt of {self.desk.case_id} in the books")

    async def pay(self, amount: str, reference: str) -> None:
        await self.hear(amount, reference)
        await self.book()

    async def data(self) -> dict[str, Any]:
        return (await self.desk.view()).data

    async def stands_in(self, state: str) -> CaseView:
        """The case, once it has come to a state."""

        async def there() -> CaseView | None:
            view = await self.desk.view()
            return view if state in view.states else None

        found: CaseView = await self.desk.house.until(there, f"{self.desk.case_id} in {state}")
        return found

    def open_items(self) -> dict[str, Decimal]:
        """What is open of the customer's papers in the sub-ledger, by their references."""
        with Session(self.desk.house.engine) as session:
            rows = session.exec(select(ItemRow).where(ItemRow.party == self.customer))
            return {row.reference: row.balance for row in rows}

    def refunded(self) -> Decimal:
        """What the books say was returned to the customer."""
        with Session(self.desk.house.engine) as session:
            refunds = select(ItemRow).where(ItemRow.party == self.customer, ItemRow.kind == "money_returned")
            return sum((abs(row.amount) for row in session.exec(refunds)), Decimal())

    async def agree(self) -> None:
        """The case and the books say the same of the invoice and of the customer."""
        await self.desk.settled()
        data, items = await self.data(), self.open_items()
        due, received = (Decimal(str(data[name]["amount"])) for name in ("amount_due", "received_total"))
        assert items[self.invoice_no] == max(due - received, Decimal()), items
        # What was refunded is gone; what was credited to the next invoice stays open in the customer's favour.
        assert sum(items.values()) == due - received + self.refunded(), items
        assert received == sum((Decimal(str(each["amount"]["amount"])) for each in data["booked"]), Decimal())


async def closed(desk: Desk, entry: str = "E-1") -> None:
    """The clerk closes a receivable once the books are not being asked."""
    await desk.reaches("closing", "no_money")
    await desk.do("hu.jing", "closing", "closed", closing_entry=entry)


async def written_off(desk: Desk) -> None:
    """The general manager agrees, once the books are not being asked."""
    await desk.reaches("confirming_write_off", "no_money")
    await desk.do("chen.guodong", "confirming_write_off", "approved", approval="Agreed")


# -- the way to each state ---------------------------------------------------------------------------------------------

Way = Callable[[Receivable], Awaitable[None]]


async def stay(case: Receivable) -> None:
    """The opening led there."""


async def promised(case: Receivable) -> None:
    day = ((await case.desk.house.now()).astimezone(CHINA) + timedelta(days=9)).date().isoformat()
    words = {"promise_on": day, "promise_amount": f"CNY {GROSS}", "customer_answer": "Next week"}
    await case.desk.do("hu.jing", "overdue", "promised", **words)


async def decided(case: Receivable, action: str = "legal") -> None:
    await case.desk.do("sun.lihua", "escalated", "decided", action=action, approval="They do not answer")


async def credit_stopped(case: Receivable) -> None:
    await decided(case, "stop_credit")
    await case.desk.do("chen.guodong", "general_manager_deciding", "approved", approval="Agreed")


async def write_off_asked(case: Receivable) -> None:
    await decided(case, "write_off")


async def write_off_half_approved(case: Receivable) -> None:
    await decided(case, "write_off")
    await case.desk.do("qian.li", "approving_write_off", "approved", approval="Agreed")


async def disputed(case: Receivable) -> None:
    await case.desk.report("hu.jing", "customer.disputed", dispute="Charged twice")


async def dispute_resolved(case: Receivable) -> None:
    await disputed(case)
    await case.desk.do("hu.jing", "disputed", "resolved", customer_answer="They accept it")


async def conceded(case: Receivable) -> None:
    await disputed(case)
    credit = {"credit_net": "CNY 1000", "credit_tax_rate": "0.06"}
    await case.desk.do("hu.jing", "disputed", "conceded", customer_answer="They are right", **credit)


async def credit_approved(case: Receivable) -> None:
    await conceded(case)
    await case.desk.do("qian.li", "approving_credit", "approved", approval="Agreed")


async def told_of_money(case: Receivable) -> None:
    await case.hear("CNY 100", f"{case.desk.case_id}-0")


async def told_of_an_allocation(case: Receivable) -> None:
    """By hand, and wrongly: the books know of none."""
    await case.stands_in("no_money")
    await case.told_of_allocation()


async def money_at_the_books(case: Receivable) -> None:
    await told_of_money(case)
    await case.desk.do("hu.jing", "posting", "posted")


async def paid(case: Receivable) -> None:
    await case.pay(f"CNY {GROSS}", f"{case.desk.case_id}-0")


async def paid_too_much(case: Receivable) -> None:
    await case.pay("CNY 10000", f"{case.desk.case_id}-0")


async def refund_asked(case: Receivable) -> None:
    await paid_too_much(case)
    await case.desk.do("hu.jing", "crediting", "refund", credit_action="By bank")


async def refund_approved(case: Receivable) -> None:
    await refund_asked(case)
    await case.desk.do("qian.li", "approving_refund", "approved", approval="Agreed")


WAYS: Mapping[str, tuple[int, Way]] = {
    "open": (30, stay),
    "reminded": (2, stay),
    "overdue": (-3, stay),
    "promised": (-3, promised),
    "crediting": (30, paid_too_much),
    "approving_refund": (30, refund_asked),
    "refunding": (30, refund_approved),
    "recording_dispute": (30, disputed),
    "ending_dispute": (30, dispute_resolved),
    "disputed": (30, disputed),
    "approving_credit": (30, conceded),
    "numbering_credit": (30, credit_approved),
    "issuing_credit": (30, credit_approved),
    "escalated": (-35, stay),
    "general_manager_deciding": (-35, decided),
    "stopping_credit": (-35, credit_stopped),
    "approving_write_off": (-35, write_off_asked),
    "confirming_write_off": (-35, write_off_half_approved),
    "closing": (30, paid),
    "posting": (30, told_of_money),
    "booking": (30, money_at_the_books),
    "asking_books": (30, told_of_an_allocation),
}
"""Of each state that is not final: in how many days the invoice is due, and what leads there."""


async def brought_to(
    state: str, house: House, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Receivable, Gate | None]:
    """A receivable standing in a state; an automated one is held there until its gate is opened."""
    due_in, way = WAYS[state]
    case = await Receivable.open(house, case_id, due_in)
    gate = None
    if state in WORK:
        gate, (holder, method) = Gate(), WORK[state]
        monkeypatch.setattr(holder, method, gate.before(getattr(holder, method)))
    await way(case)
    await case.stands_in(state)
    if gate is not None:
        await house.until(_set(gate.entered), f"{state} being carried out")
    return case, gate


def _set(event: threading.Event) -> Callable[[], Awaitable[bool]]:
    async def is_set() -> bool:
        return event.is_set()

    return is_set
