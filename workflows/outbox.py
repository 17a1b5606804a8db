"""What a case publishes: its steps to the journal, its present state to the read model, its card to the Web UI."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

from sop_engine.cases.card import case_card
from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.procedure import Procedure
from sop_engine.cases.state import CaseState
from sop_engine.cases.turn import Turn
from sop_engine.cases.views import publication
from sop_engine.temporal.attributes import Decisive, attributes_of, decisive
from sop_engine.temporal.queues import PUBLISH_STEPS
from workflows.background import Background
from workflows.errands import PATIENT

RECORDS_ANSWER_WITHIN = timedelta(seconds=2)
"""After that the case goes on, and the steps reach the records later."""


class Outbox:
    """Steps that wait to be published, and those that records did not take in time."""

    def __init__(self, background: Background, published: int = 0, attributes: Decisive | None = None) -> None:
        self.published = published
        """Number of the last step that was handed to the records, in time or late."""
        self.attributes = attributes
        """What the search attributes were last set to."""
        self.late = 0
        """Writes that are still on their way."""
        self._background = background
        self._steps: list[StepView] = []
        self._closed_tasks: dict[str, None] = {}

    @property
    def has_steps(self) -> bool:
        return bool(self._steps)

    def take(self, turn: Turn) -> None:
        """Keeps what a turn journalled until the main loop publishes it."""
        self._steps += turn.steps
        self._closed_tasks |= turn.touched_tasks

    async def publish(self, procedure: Procedure, state: CaseState) -> None:
        """Writes all waiting steps, and the whole present state, in one local activity of the same workflow task."""
        steps, self._steps = tuple(self._steps), []
        closed, self._closed_tasks = tuple(self._closed_tasks), {}
        run_id = workflow.info().first_execution_run_id
        given = publication(procedure, state, steps, closed, run_id, workflow.now())
        try:
            await workflow.execute_local_activity(
                PUBLISH_STEPS,
                given,
                schedule_to_close_timeout=RECORDS_ANSWER_WITHIN,
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=5),
            )
        except ActivityError:
            self.late += 1
            self._background.run(self._bring(given))
        if decisive(given.case) != self.attributes:
            self.attributes = decisive(given.case)
            workflow.upsert_search_attributes(attributes_of(given.case))
        self.published = steps[-1].step
        self.show(procedure, state)

    def show(self, procedure: Procedure, state: CaseState) -> None:
        """Puts the case card into the Web UI."""
        workflow.set_current_details(case_card(procedure, state))

    async def _bring(self, given: PublishInput) -> None:
        """Steps that records did not take in time go by a regular activity, however long it takes."""
        await workflow.execute_activity(
            PUBLISH_STEPS,
            given,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PATIENT,
            summary="late steps",
        )
        self.late -= 1
