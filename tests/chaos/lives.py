"""What people and machines do with each kind of case, one thing at a time, by where the case stands and by chance."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sop_engine.cases.contracts.views import CaseView, TaskView
from sop_engine.console.playing import PlayedAct, worked_out
from tests.chaos.hands import Hands
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.shipment import export_example

COMPLAINT_ANSWERS = {act["task"]: act for act in ACTS}
SOON = (4.0, 25.0)
"""Seconds until a moved deadline: it rings while the case is at work, or while everything is down."""
INVOICE: dict[str, Any] = {
    "customer_name": "Blue Lake Trading",
    "customer_email": "finance@blue-lake.example",
    "costing_posted": True,
    "buyer_title": "Blue Lake Trading",
    "taxpayer_no": "91110000600037341L",
    "service_lines": [{"service": "Ocean freight", "amount": "CNY 9000"}],
}
INVOICE_ANSWERS: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "requested": ("lin.yue", "requested", {}, []),
    "drafting": ("hu.jing", "drafted", {}, []),
    "checking": ("guo.qiang", "agreed", {}, ["true_and_exact"]),
    "issuing": ("hu.jing", "issued", {}, []),
    "registering": ("hu.jing", "registered", {"register_no": "R-1", "archive_place": "A-1"}, []),
    "sending": ("hu.jing", "sent", {"channel": "email"}, []),
    "awaiting_receipt": ("hu.jing", "rejected", {"void_reason": "wrong title"}, []),
    "voiding": ("qian.li", "approved", {"void_reason": "wrong title"}, []),
}
"""Who does what in each state of an invoice; a customer who always rejects it keeps it going round."""


class Life(ABC):
    """One place at which there is always a case at work; when it closes, the next one is opened."""

    sop: str
    person: str
    """Who comments, holds and resumes."""
    manager: str
    """Who moves deadlines and cancels."""

    def __init__(self, place: str, hands: Hands, chance: random.Random) -> None:
        self._place = place
        self._hands = hands
        self._chance = chance
        self._numbers = count(1)
        self.case_id = ""

    async def open(self) -> None:
        self.case_id = f"{self._place}-{next(self._numbers)}"
        await self._hands.open(self.sop, self.case_id, self.data())

    async def step(self) -> None:
        """One thing is done with the case."""
        view = await self._hands.look(self.case_id)
        if view is None:
            return
        if view.status in ("completed", "cancelled"):
            await self.open()
        elif view.status == "held":
            await self._held(view)
        elif self._chance.random() < self.diligence:
            await self.work(view)
        else:
            await self._aside(view)

    async def move_deadline(self, clock: str, due_at: datetime) -> None:
        await self._hands.act(
            self.case_id, "move_deadline", actor=self.manager, clock=clock, to=due_at, reason=self._word()
        )

    async def cancel(self) -> None:
        """The case is given up."""
        await self._hands.act(self.case_id, "cancel", actor=self.manager, reason=self._word())

    diligence = 0.5
    """Share of acts that bring the case on."""

    @abstractmethod
    def data(self) -> dict[str, Any]:
        """What a case is opened with."""

    @abstractmethod
    async def work(self, view: CaseView) -> None:
        """The next thing on the way to the case's end."""

    async def _held(self, view: CaseView) -> None:
        match self._chance.randrange(5):
            case 0:
                await self.tell(view)
            case 1:
                await self._comment()
            case 2 if view.tasks:
                task = view.tasks[0]
                outcome = next(iter(task.outcomes))
                await self._hands.act(
                    self.case_id,
                    "complete_task",
                    actor=self.person,
                    task=task.task,
                    outcome=outcome,
                    reason=self._word(),
                )
            case _:
                await self._hands.act(self.case_id, "resume", actor=self.person, reason=self._word())

    async def _aside(self, view: CaseView) -> None:
        """What happens beside the way: most of it is taken, some of it refused."""
        match self._chance.randrange(20):
            case 0 | 1 | 2 | 3:
                await self._comment()
            case 4 | 5 | 6 | 7:
                await self.tell(view)
            case 8 | 9 | 10 | 11:
                await self._move_deadline(view)
            case 12 | 13:
                await self._hands.act(self.case_id, "hold", actor=self.person, reason=self._word())
            case 14:
                await self._hands.signal(self.case_id, "moon.rose", word=self._word())
            case 15 if view.tasks:
                await self._claim(view.tasks[0])
            case 16:
                # Nobody of that name: refused before it reaches the history.
                await self._hands.act(self.case_id, "comment", actor="nobody.known", text=self._word())
            case 17:
                await self._hands.act(self.case_id, "resume", actor=self.person, reason=self._word())
            case 18:
                await self._hands.reference_data(self.case_id)
            case 19 if self._chance.random() < 0.2:
                await self.cancel()
            case _:
                await self._comment()

    @abstractmethod
    async def tell(self, view: CaseView) -> None:
        """A machine says something that this kind of case listens to."""

    async def _comment(self) -> None:
        await self._hands.act(self.case_id, "comment", actor=self.person, text=self._word())

    async def _move_deadline(self, view: CaseView) -> None:
        clocks = [clock for clock in view.clocks if clock.status in ("running", "breached")]
        if not clocks:
            return await self._comment()
        due_at = datetime.now(UTC) + timedelta(seconds=self._chance.uniform(*SOON))
        await self.move_deadline(self._chance.choice(clocks).clock, due_at)

    async def _claim(self, task: TaskView) -> None:
        if task.assignee is None:
            await self._hands.act(self.case_id, "claim_task", actor=self.person, task=task.task)
        else:
            await self._hands.act(self.case_id, "release_task", actor=task.assignee, task=task.task)

    def _word(self) -> str:
        """A reason or a text that stands nowhere else."""
        return f"word {self._chance.getrandbits(64):016x}"


class Complaint(Life):
    """From the receipt to the revisit, where the complainant is seldom content, so it begins again."""

    sop, person, manager = "Complaint", "li.na", "zhao.min"

    def data(self) -> dict[str, Any]:
        return dict(COMPLAINT)

    async def work(self, view: CaseView) -> None:
        act = next((COMPLAINT_ANSWERS[task.state] for task in view.tasks if task.state in COMPLAINT_ANSWERS), None)
        if act is None:
            return await self.tell(view)
        if act["task"] == "revisiting" and self._chance.random() < 0.7:
            act = {**act, "data": {"satisfied": 1}}
        assignee = next((task.assignee for task in view.tasks if task.state == act["task"]), None)
        if assignee is not None and assignee != act["actor"]:
            await self._hands.act(self.case_id, "release_task", actor=assignee, task=act["task"])
        await self._hands.act(self.case_id, "complete_task", **act, reason=self._word())

    async def tell(self, view: CaseView) -> None:
        if self._chance.random() < 0.25:
            await self._hands.act(
                self.case_id, "event", actor="li.na", name="complainant.informed", data={"progress": self._word()}
            )
        else:
            await self._hands.signal(self.case_id, "complainant.informed", progress=self._word())


class Invoice(Life):
    """Number, paper, entry, notice; rejected, reversed, and again under a new number."""

    sop, person, manager = "Invoicing", "hu.jing", "qian.li"

    def data(self) -> dict[str, Any]:
        return dict(INVOICE)

    async def work(self, view: CaseView) -> None:
        task = next((task for task in view.tasks if task.state in INVOICE_ANSWERS), None)
        if task is None:
            return await self._comment()
        actor, outcome, data, ticks = INVOICE_ANSWERS[task.state]
        if task.assignee is not None and task.assignee != actor:
            await self._hands.act(self.case_id, "release_task", actor=task.assignee, task=task.task)
        await self._hands.act(
            self.case_id,
            "complete_task",
            actor=actor,
            task=task.state,
            outcome=outcome,
            data=data,
            checklist=ticks,
            reason=self._word(),
        )

    async def tell(self, view: CaseView) -> None:
        await self._hands.signal(self.case_id, "customer.rejected_invoice", void_reason=self._word())


class Shipment(Life):
    """The export example with its children, act by act; the parent is held and told things meanwhile."""

    sop, person, manager = "FreightShipment", "zhou.jie", "huang.tao"
    diligence = 0.7

    def __init__(self, place: str, hands: Hands, chance: random.Random) -> None:
        super().__init__(place, hands, chance)
        self._script = export_example().script
        self._position = 0

    async def open(self) -> None:
        self._position = 0
        await super().open()

    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = worked_out(export_example().data, datetime.now(UTC))
        return data

    async def work(self, view: CaseView) -> None:
        if self._position == len(self._script):
            return await self._comment()
        act = self._script[self._position]
        case_id = f"{self.case_id}.{act.case}" if act.case else self.case_id
        child = await self._hands.look(case_id)
        if child is None or not _is_ready(child, act):
            return await self._comment()
        data = await self._hands.with_files(worked_out(act.data, datetime.now(UTC)))
        if data is None:
            return await self._comment()
        if act.is_task:
            sent = await self._hands.act(
                case_id,
                "complete_task",
                actor=act.person,
                task=act.target,
                outcome=act.outcome,
                data=data,
                checklist=act.checklist,
                attachments=act.attachments,
                reason=" ".join(filter(None, (act.reason, self._word()))),
            )
        else:
            sent = await self._hands.signal(case_id, act.target, **data)
        if sent.answer == "taken":
            self._position += 1

    async def tell(self, view: CaseView) -> None:
        await self._hands.signal(self.case_id, "carrier.position", word=self._word())


def _is_ready(view: CaseView, act: PlayedAct) -> bool:
    if act.is_task:
        return any(task.state == act.target for task in view.tasks)
    return act.target in view.events


def life_of(number: int, hands: Hands, chance: random.Random) -> Life:
    """Of every ten cases seven are complaints, two shipments with their children, one an invoice."""
    kind = {3: Shipment, 6: Shipment, 9: Invoice}.get(number % 10, Complaint)
    return kind(f"{kind.__name__[0]}{number:04}", hands, chance)
