"""An installation with small duties: a chore that ends as it opens, so that months of them cost nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from activities.duties import DutyActivities
from sop_engine.cases.contracts.duties import ApplyDutiesInput, DutiesInput, DutyDone, DutyRound
from sop_engine.content.library import Library, load_library
from sop_engine.records.cases import CaseRow
from sop_engine.records.duties import DutyPeriodRow, DutyRepository
from sop_engine.temporal.duties_gateway import DutiesGateway
from sop_engine.temporal.queues import DUTIES, DUTY_ROUND, duties_id
from tests.workflows.harness import House

CHORE = """
sop: Chore
version: 1
title: {en: Chore, zh: 杂务}
purpose: {en: Something small, zh: 小事}
source: invented for tests
owner: finance_clerk
calendar: cn_office
retention: kept_for
parameters:
  kept_for: {rule: retention, facts: {record: invoice}, title: {en: Papers kept, zh: 单证保存期限}}
data:
  period: {type: text, title: {en: Period, zh: 期间}}
  due_on: {type: date, title: {en: Due, zh: 到期}}
initial: done
states:
  done: {title: {en: Done, zh: 完成}, final: done}
"""

CHORES = """
daily:
  title: {en: Daily, zh: 每日}
  sop: Chore
  every: working_day
  at: "09:00"
  calendar: cn_office
  with: {period: period.key, due_on: due_on}
weekly:
  title: {en: Weekly, zh: 每周}
  sop: Chore
  every: week
  on: monday
  none: next_working_day
  at: "10:00"
  missed: skip
  calendar: cn_office
  with: {period: period.key}
monthly:
  title: {en: Monthly, zh: 每月}
  sop: Chore
  every: month
  on: 3rd working day
  at: "09:00"
  calendar: cn_office
  with: {period: period.previous.key}
greeting:
  title: {en: Greeting, zh: 节日问候}
  sop: Chore
  every: festival
  on: 3 working days before
  at: "09:00"
  calendar: cn_office
  with: {period: period.key}
"""

ADMINISTRATOR, CLERK, MANAGER, STRANGER = "admin", "hu.jing", "qian.li", "li.na"


def library_of_chores(root: Path, chores: str = CHORES) -> Library:
    """The content that lies there, with the chore and its duties."""
    (root / "finance" / "Chore.yaml").write_text(CHORE, "utf-8")
    (root / "schedules.yaml").write_text(chores, "utf-8")
    return load_library(root)


@dataclass
class Duties:
    """What a test does with the duties of a house."""

    house: House

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.house.handle(duties_id(self.house.settings.task_queue))

    @property
    def gateway(self) -> DutiesGateway:
        return DutiesGateway(self.house.gateway)

    async def begin(self) -> None:
        """Starts what a worker starts by itself."""
        queue = self.house.settings.task_queue
        await self.house.client.start_workflow(
            DUTIES, DutiesInput(task_queue=queue), id=duties_id(queue), task_queue=queue
        )

    async def apply(self, actor: str = ADMINISTRATOR, since: datetime | None = None) -> DutyDone:
        """Puts the file in force, as it is."""
        activities = DutyActivities(self.house.engine, self.house.library, self.house.settings.task_queue)
        content = activities._content(DutyRepository(self.house.engine).applied())
        return await self.gateway.apply(ApplyDutiesInput(actor=actor, content=content, since=since))

    async def at_rest(self) -> DutyRound:
        """Waits until the latest run has done its round, nothing is left of it, and nothing woke the run.

        Read from its history: the server that skips time may lose a query beside an update whose run goes on.
        """

        async def rests() -> DutyRound | None:
            done: DutyRound | None = None
            rounds = set[int]()
            for event in (await self.handle.fetch_history()).events:
                asked = event.activity_task_scheduled_event_attributes
                ended = event.activity_task_completed_event_attributes
                woken = event.workflow_execution_update_completed_event_attributes.outcome.HasField("success")
                if woken or event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                    return None
                if asked.activity_type.name == DUTY_ROUND:
                    rounds.add(event.event_id)
                if ended.scheduled_event_id in rounds:
                    payloads = list(ended.result.payloads)
                    (done,) = await self.house.client.data_converter.decode(payloads, [DutyRound])
            is_over = done is not None and (done.next_at is None or done.next_at > await self.house.now())
            return done if is_over else None

        found: DutyRound = await self.house.until(rests, "a round that leaves nothing")
        return found

    def rows(self, duty: str, status: str = "started") -> dict[str, DutyPeriodRow]:
        """Period -> its row."""
        table = DutyPeriodRow.table()
        with self.house.engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.duty == duty, table.c.status == status)).mappings()
            return {row["period"]: DutyPeriodRow(**row) for row in found}

    def cases(self) -> set[str]:
        """The ids of all chores that were opened, each once for it is a key."""
        table = CaseRow.table()
        with self.house.engine.connect() as connection:
            return set(connection.scalars(select(table.c.case_id).where(table.c.sop == "Chore")))
