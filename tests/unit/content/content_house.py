"""A firm in memory: cases of the shipped SOPs with their children, no server, time as it is told.

What would leave the house (notices, documents, postings) is kept to look at. In a `RuledHouse` the shipped rules do the
automated work; a plain `House` gives the plainest answers, for tests that ask about time.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import create_engine

from activities.work import WorkActivities
from activities.work_rules import load_work_rules
from sop_engine.basis.faults import Refused
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import Act, AmendInput, CancelInput, CompleteTaskInput, EventInput, SkipTaskInput
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import Command, ReportToParent, RunWork, StartCase, TellCase
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.running.effects.document import MakeDocument
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.effects.post import Post
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import CommandDone, EngineWord, Message
from sop_engine.cases.told.opening import open_case
from sop_engine.cases.written.procedure import Procedure
from sop_engine.content.library import Library, load_library
from sop_engine.work.catalogue import WORKS
from sop_engine.work.plain import answered

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]

MONDAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai, a working Monday without a holiday in the weeks around it."""


def _costed(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is charged less what it costs, and a doubt about a loss."""
    cost, revenue = (sum(line["amount"]["amount"] for line in values[side]) for side in ("cost_lines", "revenue_lines"))
    amounts = {"revenue": revenue, "cost": cost, "margin": revenue - cost, "disbursed": 0}
    return {
        **{name: {"amount": amount, "currency": "CNY"} for name, amount in amounts.items()},
        "costs": [
            {name: line[name] for name in ("charge", "payee", "basis", "amount")} | {"agreed": line["amount"]}
            for line in values["cost_lines"]
        ],
        "to_bill": {"lines": values["revenue_lines"]},
        "doubts": "a loss" if cost > revenue else None,
    }


def _matched(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A bill that is marked so does not match."""
    agrees = not values["bill_no"].startswith("WRONG")
    whole = sum(Decimal(str(line["amount"]["amount"])) for line in values["lines"])
    whole_bill = {"amount": whole, "currency": "CNY"}
    told = {"rate": 1, "open": whole_bill, "to_pay": whole_bill}
    return {"agreed": agrees, "difference": 0 if agrees else 10, **told}


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "cargo_acceptance": lambda values: {"acceptable": True, "reason": "on no list"},
        "document_checklist": lambda values: {
            "required_documents": [{"type": "commercial_invoice", "needed": True, "source": "customer"}]
        },
        "credit_check": lambda values: {
            "allowed": True,
            "reason": "within the terms",
            "exposure": values["amount"]["amount"],
        },
        "approve_credit": lambda values: {"approval": "A-1"},
        "propose_import": lambda values: {"items": values["items"]},
        "legal_clocks": lambda values: {"clocks": [{"id": "T5"}]},
        "refund_limit": lambda values: {"claim_by_on": date(2026, 3, 12), "rule": "a year from the payment"},
        "compare_costing": _costed,
        "match_bill": _matched,
        "record_tax_returned": lambda values: {"owed_ref": "A:owed" if values["owed"] else None},
        "open_invoices": lambda values: {"left": {"amount": Decimal(500), "currency": values["currency"]}},
        "record_cod_collected": lambda values: {"settle_by": date(2026, 4, 2)},
        "record_receipt": lambda values: {"entry_id": values["bank_ref"], "bank_ref": values["bank_ref"]},
        "issue_credit_note": lambda values: {"gross": values["lines"][0]["amount"]},
    }
)


@cache
def shipped() -> Library:
    return load_library()


@cache
def compiled(sop: str) -> Procedure:
    return compile_procedure(shipped().bundle(sop, MONDAY.date()))


@cache
def work() -> WorkActivities:
    """The automated work with the shipped rules; the database behind it stays empty."""
    return WorkActivities(create_engine("sqlite://"), load_work_rules(shipped().root))


class House:
    """Opens cases, lets people and machines act on them, and lets time pass."""

    def __init__(self, now: datetime = MONDAY, library: Library | None = None, **answers: Answer) -> None:
        """`answers` go before those above, by the name of the work; what neither tells is as plain as can be."""
        self.now = now
        self.library = library or shipped()
        self.states: dict[str, CaseState] = {}
        self.notices: list[Notify] = []
        self.papers: list[MakeDocument] = []
        self.postings: list[Post] = []
        self._answers = {**ANSWERS, **answers}
        self._numbers = 0
        self._unbilled: dict[str, list[Mapping[str, Any]]] = {}
        """Supplier -> what a costing says of it; one bill is for all of it."""
        self._missing: dict[str, list[str]] = {}
        """Request to pay -> the roles that have not approved it."""
        self._procedures: dict[str, Procedure] = {}
        self._waiting: list[tuple[str, Command]] = []

    def procedure(self, sop: str) -> Procedure:
        if self.library is shipped():
            return compiled(sop)
        if sop not in self._procedures:
            self._procedures[sop] = compile_procedure(self.library.bundle(sop, self.now.date()))
        return self._procedures[sop]

    def open(self, sop: str, case_id: str, data: Mapping[str, Any], parent: ParentRef | None = None) -> CaseState:
        opening = OpenCaseInput(data=dict(data), parent=parent, actor="li.na")
        self._accept(case_id, open_case(self.procedure(sop), case_id, opening, self.now))
        return self.states[case_id]

    def do(
        self,
        case_id: str,
        actor: str,
        task: str,
        outcome: str,
        data: Mapping[str, Any] | None = None,
        *,
        tick: tuple[str, ...] | None = None,
        reason: str | None = None,
    ) -> CaseState:
        """Completes a task as a person; `tick` None ticks the whole checklist."""
        state = self.states[case_id]
        spec = self.procedure(state.sop).shapes[task].task
        ticked = tuple(spec.checklist) if tick is None and spec is not None else tick or ()
        act = CompleteTaskInput(
            actor=actor, task=task, outcome=outcome, data=dict(data or {}), checklist=ticked, reason=reason
        )
        return self._perform(case_id, "complete_task", act)

    def skip(self, case_id: str, actor: str, task: str, outcome: str) -> CaseState:
        """A supervisor goes on without the work of a task."""
        act = SkipTaskInput(actor=actor, task=task, outcome=outcome, reason="Told by telephone")
        return self._perform(case_id, "skip_task", act)

    def tell(self, case_id: str, actor: str, event: str, data: Mapping[str, Any] | None = None) -> CaseState:
        """An event that a person reports."""
        return self._perform(case_id, "event", EventInput(actor=actor, name=event, data=dict(data or {})))

    def signal(self, case_id: str, event: str, data: Mapping[str, Any] | None = None) -> CaseState:
        """An event from another system."""
        message = EventSignal(name=event, data=dict(data or {}))
        self._hear(case_id, message)
        return self.states[case_id]

    def pass_time(self, by: timedelta) -> None:
        """Lets time pass; every case handles each delay and rung at its own instant."""
        until = self.now + by
        while True:
            due = [(found[0], name) for name, state in self.states.items() if (found := casework.next_instant(state))]
            at, case_id = min(due, default=(until, ""))
            if at >= until:
                break
            self.now = max(at, self.now)
            state = self.states[case_id]
            self._accept(case_id, casework.wake(self.procedure(state.sop), state, self.now))
        self.now = until

    @property
    def documents(self) -> list[str]:
        """The templates of the documents made, in order."""
        return [paper.template for paper in self.papers]

    def told(self, template: str) -> list[str]:
        """Who got a notice, by address or role."""
        return [notice.address or notice.recipient for notice in self.notices if notice.template == template]

    def cancel(self, case_id: str, act: CancelInput) -> CaseState:
        """A person cancels a case."""
        return self._perform(case_id, "cancel", act)

    def amend(self, case_id: str, act: AmendInput) -> CaseState:
        """A person corrects the data of a case."""
        return self._perform(case_id, "amend", act)

    def _perform(self, case_id: str, name: str, act: Act) -> CaseState:
        state = self.states[case_id]
        procedure = self.procedure(state.sop)
        casework.check(procedure, state, name, act, self.library.organization, self.now)
        turn, answer = casework.perform(procedure, state, name, act, self.now)
        if isinstance(answer, Refused):
            raise answer
        self._accept(case_id, turn)
        return self.states[case_id]

    def _hear(self, case_id: str, message: Message) -> None:
        state = self.states[case_id]
        turn = casework.hear(self.procedure(state.sop), state, self.now, message)
        if turn is not None:
            self._accept(case_id, turn)

    def _accept(self, case_id: str, turn: Turn) -> None:
        is_nested = bool(self._waiting)
        self.states[case_id] = turn.state
        self._waiting += [(case_id, command) for command in turn.commands]
        while self._waiting and not is_nested:
            self._carry_out(*self._waiting[0])
            self._waiting.pop(0)
        incidents = self.states[case_id].incidents
        assert not incidents, [f"{case_id}: {incident.message}" for incident in incidents.values()]

    def _carry_out(self, case_id: str, command: Command) -> None:
        match command:
            case Notify():
                self.notices.append(command)
            case MakeDocument():
                self.papers.append(command)
            case Post():
                self.postings.append(command)
            case RunWork():
                result = answered(WORKS[command.activity], self._work(case_id, command))
                self._hear(case_id, CommandDone(command, WorkResult.model_validate({"values": result})))
            case StartCase():
                self.open(command.sop, command.case_id, command.data, ParentRef(case_id=case_id, key=command.key))
            case ReportToParent():
                self._hear(command.case_id, EngineWord("case.child", command.report.model_dump(mode="json")))
            case TellCase() if command.case_id in self.states:
                body = command.body
                if command.signal.startswith("case."):
                    self._hear(command.case_id, EngineWord(command.signal, body))
                else:
                    self.signal(command.case_id, body["name"], body["data"])

    def _work(self, case_id: str, command: RunWork) -> Mapping[str, Any]:
        if command.activity == "next_number":
            self._numbers += 1
            return {"number": f"INV-{self.now.year}-{self._numbers:06}"}
        if command.activity in ("record_costs", "expected_costs", "record_bill"):
            return self._billing(command.activity, command.values)
        if command.activity in ("request_payment", "approve_payment"):
            return self._approving(command.values)
        answer = self._answers.get(command.activity)
        return answer(command.values) if answer is not None else {}

    def _billing(self, activity: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if activity == "record_costs":
            for line in values["lines"]:
                self._unbilled.setdefault(line["payee"], []).append(line)
        if activity == "record_bill":
            self._unbilled.pop(values["supplier"], None)
        if activity != "expected_costs":
            return {}
        lines = self._unbilled.get(values["supplier"], [])
        return {"lines": [{"charge": line["charge"], "carried_out": line["amount"]} for line in lines]}

    def _approving(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        if "amount" in values:
            is_small = values["amount"]["amount"] <= 10_000
            self._missing[values["request_no"]] = ["department_manager", "finance_manager"][: 1 if is_small else 2]
        else:
            self._missing[values["request_no"]].remove(values["role"])
        return {"missing": list(self._missing[values["request_no"]])}


class RuledHouse(House):
    """A firm whose automated work is done by the shipped rules; numbers and the sub-ledger answer as in a plain one."""

    def _work(self, case_id: str, command: RunWork) -> Mapping[str, Any]:
        if command.activity == "next_number" or not hasattr(work(), command.activity):
            return super()._work(case_id, command)
        given = WorkInput(
            key=command.key, case_id=case_id, sop=self.states[case_id].sop, values=command.values, at=self.now
        )
        answer: WorkResult = getattr(work(), command.activity)(given)
        return answer.values
