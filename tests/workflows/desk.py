"""One case of a running installation, as the people and machines see it that work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, DescribeWorkflowExecutionResponse

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.cases.contracts.acts import EventInput
from sop_engine.cases.contracts.reading import ListNoticesInput, NoticeLine, TimelineInput, TrialBalanceInput
from sop_engine.cases.contracts.views import CaseView, ClockView, StepView, TaskView
from sop_engine.records.ledger.book import LedgerRepository
from sop_engine.records.notices import NoticeRepository
from sop_engine.records.queries import CaseQueries
from sop_engine.timekeeping.ladders import STILL_OVERDUE
from tests.kept_files import kept
from tests.workflows.harness import House


@dataclass
class Desk:
    house: House
    case_id: str

    @classmethod
    async def open(cls, house: House, sop: str, case_id: str, **data: Any) -> Desk:
        await house.open(sop, case_id, data)
        return cls(house, case_id)

    def child(self, name: str) -> Desk:
        return Desk(self.house, f"{self.case_id}.{name}")

    async def view(self) -> CaseView:
        return await self.house.view(self.case_id)

    async def task(self, state: str) -> TaskView:
        """The open task of a state, once automated work has led there."""

        async def opened() -> TaskView | None:
            try:
                return next((task for task in (await self.view()).tasks if task.state == state), None)
            except (NotFound, Refused):  # a child that is being opened
                return None

        found: TaskView = await self.house.until(opened, f"task {state} of {self.case_id}")
        return found

    async def reaches(self, *states: str) -> None:
        """Waits until the case is in all of these states; what a child reports is looked into first."""

        async def arrived() -> bool:
            return set(states) <= set((await self.view()).states)

        await self.house.until(arrived, f"{', '.join(states)} of {self.case_id}")

    async def do(self, actor: str, state: str, outcome: str, **data: Any) -> None:
        """Completes a task with its whole checklist ticked."""
        await self.insist(actor, state, outcome, None, data)

    async def insist(self, actor: str, state: str, outcome: str, reason: str | None, data: dict[str, Any]) -> None:
        """The same with a reason, where a check only warns."""
        task = await self.task(state)
        ticks = tuple(task.checklist)
        given = await self._kept(data)
        await self.house.complete(self.case_id, actor, outcome, task.task, data=given, checklist=ticks, reason=reason)

    async def report(self, actor: str, event: str, **data: Any) -> None:
        """An event that a person reports."""
        await self.house.gateway.update(
            self.case_id, "event", EventInput(actor=actor, name=event, data=await self._kept(data))
        )

    async def _kept(self, data: dict[str, Any]) -> dict[str, Any]:
        given: dict[str, Any] = kept(self.house.engine, data, await self.house.now())
        return given

    async def hear(self, event: str, **data: Any) -> None:
        """An event from another system."""
        await self.house.signal(self.case_id, event, **data)

    async def ended(self) -> str:
        """The outcome, once the case is closed and everything it asked for is done."""

        # The time-skipping server may answer who waits for a result with an empty history.
        async def is_over() -> bool:
            status = (await self._described()).workflow_execution_info.status
            return status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED

        try:
            await self.house.until(is_over, f"the end of {self.case_id}", within=60)
        except AssertionError as late:
            raise AssertionError(f"{late}; {await self._standing()}") from None
        return str((await self.view()).outcome)

    async def settled(self) -> None:
        """Waits until the notices, documents and postings that the case asked for are done."""

        async def idle() -> bool:
            return not (await self._described()).pending_activities

        await self.house.until(idle, f"the last effect of {self.case_id}")

    async def _standing(self) -> str:
        """Where the server has a case that does not come on: its time, what is pending, its last events."""
        described, history = await self._described(), await self.house.handle(self.case_id).fetch_history()
        pending = [*described.pending_activities, *described.pending_children, described.pending_workflow_task]
        events = [EventType.Name(event.event_type) for event in history.events[-5:]]
        return f"{await self.house.now():%Y-%m-%d %H:%M} on its server, pending {pending}, last {events}"

    async def _described(self) -> DescribeWorkflowExecutionResponse:
        execution = WorkflowExecution(workflow_id=self.case_id)
        request = DescribeWorkflowExecutionRequest(namespace=self.house.client.namespace, execution=execution)
        return await self.house.client.workflow_service.describe_workflow_execution(request)

    async def clock(self, key: str) -> ClockView:
        return next(clock for clock in (await self.view()).clocks if clock.clock == key)

    async def rungs(self, clock: str) -> dict[str, datetime]:
        """The first time each rung of a clock was reached; not what comes again after the last one."""
        reached: dict[str, datetime] = {}
        for step in await self.journal():
            if step.kind == "rung" and step.name.startswith(f"{clock}."):
                reached.setdefault(step.name.removeprefix(f"{clock}."), step.at)
        reached.pop(STILL_OVERDUE, None)
        return reached

    async def journal(self) -> list[StepView]:
        """All steps of the case in the records, the oldest first; the case itself tells of its last ones alone."""
        await self.settled()
        queries, steps, before = CaseQueries(self.house.engine), list[StepView](), None
        while True:
            page = queries.timeline(TimelineInput(case_id=self.case_id, before=before, limit=1_000))
            steps = [*page.steps, *steps]
            if not page.more:
                return steps
            before = page.steps[0].step

    def notices(self, *templates: str) -> list[NoticeLine]:
        """The notices of the case, the oldest first; of some templates, or of all."""
        kept = NoticeRepository(self.house.engine).list(ListNoticesInput(case_id=self.case_id, limit=500)).notices
        return [notice for notice in reversed(kept) if not templates or notice.template in templates]

    def told(self, *templates: str) -> list[str]:
        """Who got notices of the templates: persons, or addresses of outside parties."""
        return sorted(addressee(notice) for notice in self.notices(*templates))

    async def documents(self) -> list[str]:
        """The templates of its papers by name: papers are made side by side, and listed as they came to be."""
        return sorted(document["template"] for document in (await self.view()).documents)

    def balances(self) -> dict[str, Decimal]:
        """Account -> debit less credit, of what the case posted; accounts that came to nought are left out."""
        balance = LedgerRepository(self.house.engine).trial_balance(TrialBalanceInput(case_id=self.case_id))
        return {line.account: line.balance for line in balance.accounts if line.balance}


def addressee(notice: NoticeLine) -> str:
    """A person of the firm, a role without people, or the address of an outside party."""
    is_ours = notice.address is None or notice.address.endswith("@harbour-bridge.example")
    return notice.recipient if is_ours or notice.address is None else notice.address
