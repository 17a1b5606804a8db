"""Handing over what a person holds: listed from the records, then told to each case as the ordinary act."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from activities.reading_names import KnownNames
from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.handing_over import (
    LARGEST_HAND_OVER,
    HandedTask,
    HandedTasks,
    HandTasks,
    HeldTask,
    HeldTasks,
    ListHeldTasks,
)
from sop_engine.cases.contracts.reading import ListTasksInput
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.told.handing_over import judge_hand_over
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.records.queries import CaseQueries
from sop_engine.records.used_names import UsedNames
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.queues import HAND_TASKS, LIST_HELD_TASKS
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes


class HandOverActivities:
    """Who may is judged here for the order as a whole, and by each case for its task."""

    def __init__(
        self,
        engine: Engine,
        organization: Organization,
        definitions: Mapping[str, SopDefinition],
        task_queue: str,
    ) -> None:
        self._cases = CaseQueries(engine)
        self._names = KnownNames(UsedNames(engine), organization, definitions)
        self._organization = organization
        self._queue = task_queue

    @reads
    @activity.defn(name=LIST_HELD_TASKS)
    def list_held_tasks(self, given: ListHeldTasks) -> HeldTasks:
        """The tasks that a person has, the most urgent first. Raises what `judge_hand_over` does, and NotFound."""
        order = given.order
        asked = ListTasksInput(held_by=order.held_by, sop=order.sop, limit=LARGEST_HAND_OVER)
        with refusals():
            self._names.judge_tasks(asked)
            found = self._cases.list_tasks(asked, given.at)
            judge_hand_over(posted(self._organization), order, {line.role for line in found.tasks})
        tasks = (HeldTask(case_id=line.case_id, sop=line.sop, task=line.key, role=line.role) for line in found.tasks)
        return HeldTasks(tasks=tuple(tasks), left=found.total - len(found.tasks))

    @activity.defn(name=HAND_TASKS)
    @writes("order")
    async def hand_tasks(self, given: HandTasks) -> HandedTasks:
        """Hands tasks over, or asks their cases what they would answer. A case that refuses, or does not answer, is
        told of; done again, what was handed over counts as that.
        """
        cases = CaseGateway(activity.client(), self._queue)
        return HandedTasks(tasks=tuple(await asyncio.gather(*(_hand(cases, given, task) for task in given.tasks))))


async def _hand(cases: CaseGateway, given: HandTasks, task: HeldTask) -> HandedTask:
    act = task.act(given.order, given.key)
    try:
        if given.order.dry_run:
            why = await cases.refusal_of(task.case_id, act.update, act)
        else:
            await cases.update(task.case_id, act.update, act)
            why = ""
    except SopError as error:
        why = error.text()
    return HandedTask(**dict(task), handed=not why, why=why)
