"""The workflow that hands over what a person holds, some tasks at a time.

The list is in its history, and each act's id is made of its own id and the task, so that whoever goes on after a worker
was lost hands nothing over twice.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from sop_engine.cases.contracts.handing_over import (
    BITE,
    HandedTask,
    HandedTasks,
    HandOverDone,
    HandOverInput,
    HandTasks,
    HeldTasks,
    ListHeldTasks,
)
from sop_engine.temporal.queues import HAND_OVER, HAND_TASKS, LIST_HELD_TASKS
from workflows.person_orders import done_by

BITE_WITHIN = timedelta(minutes=5)
"""A case that does not answer is asked for half a minute."""


@workflow.defn(name=HAND_OVER)
class HandOverWorkflow:
    """One for each order; ends with what became of each task."""

    @workflow.run
    async def run(self, given: HandOverInput) -> HandOverDone:
        done: list[HandedTask] = []
        told = f"{given.named} by {given.actor}"
        asked = ListHeldTasks(order=given, at=workflow.now())
        held = await done_by(LIST_HELD_TASKS, asked, HeldTasks, f"{told}: {given.reason}")
        for first in range(0, len(held.tasks), BITE):
            bite = held.tasks[first : first + BITE]
            handed = await done_by(
                HAND_TASKS,
                HandTasks(key=workflow.info().workflow_id, order=given, tasks=bite),
                HandedTasks,
                f"{told}, from task {first + 1} of {len(held.tasks)}",
                is_long=True,
                within=BITE_WITHIN,
            )
            done += handed.tasks
        return HandOverDone(
            dry_run=given.dry_run, handed=sum(task.handed for task in done), tasks=tuple(done), left=held.left
        )
