"""What a case publishes: its steps to the journal, its present state to the read model, its card to the Web UI.

A query that comes with a workflow task makes the SDK complete the task while a local activity still runs, and the next
task may then bring messages before the activity's end; a replay has that end first. So nothing that history keeps in
order may follow from the end of a local activity: commands go out when a message is taken, and what must wait for the
records (the end of a run) waits for a regular activity. A task cut in two like this leaves a command behind before the
cut, else the replay would take both halves at the time of the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from sop_engine.basis.faults import ForeignRun
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of
from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.seen.card import case_card
from sop_engine.cases.seen.recent import shortened
from sop_engine.cases.seen.views import publication
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.attributes import Decisive, attributes_of, decisive
from sop_engine.temporal.queues import PUBLISH_STEPS
from sop_engine.temporal.texts import details
from workflows.background import Background
from workflows.errands import PATIENT
from workflows.rungs import is_hardened

RECORDS_ANSWER_WITHIN = timedelta(seconds=2)
"""After that the case goes on, and the steps reach the records later."""

MEMO_STEP = "step"
"""The memo that says how far the journal has come."""


class Outbox:
    """Steps on their way to the records."""

    def __init__(self, background: Background, taken: int = 0, attributes: Decisive | None = None) -> None:
        self.attributes = attributes
        """What the search attributes were last set to."""
        self._taken = taken
        self._settled: int | None = None
        """Number of the last step when everything was in the records for sure."""
        self._is_settling = False
        self._settling_bytes = 0
        self._background = background
        self._unsettled = 0
        self.is_kept = False
        """Whether the next run is to write what waits."""
        self._steps: list[StepView] = []
        self._closed_tasks: dict[str, None] = {}
        self._is_anchored = False
        """Whether this workflow task has a command already."""
        self.refusal: FailureError | None = None
        """Why the records take nothing from this run, ever: it is no run of the engine."""
        self._running: dict[int, PublishInput] = {}
        """Writes that have not ended, by the last step of each."""

    def take(self, turn: Turn, *, is_anchored: bool) -> None:
        """Keeps what a turn journalled until the main loop writes it."""
        self._steps += turn.steps
        self._closed_tasks |= turn.touched_tasks
        self._is_anchored |= is_anchored
        self._taken = turn.state.step
        self._unsettled += sum(len(step.model_dump_json().encode()) for step in turn.steps)
        self.is_kept = False

    def take_over(self, steps: tuple[StepView, ...], closed_tasks: tuple[str, ...]) -> None:
        """Keeps what the run before has not brought to the records."""
        self._steps += steps
        self._closed_tasks |= dict.fromkeys(closed_tasks)

    @property
    def has_steps(self) -> bool:
        """Whether steps wait that this run is to write."""
        return bool(self._steps) and not self.is_kept

    @property
    def has_unwritten(self) -> bool:
        return bool(self._steps)

    @property
    def unsettled_bytes(self) -> int:
        """Of the steps that came since everything was in the records for sure.

        Whether a write has ended does not count: a replay may find that it ended earlier.
        """
        return self._unsettled

    def keep(self) -> None:
        """Leaves to the next run what waits."""
        self.is_kept = True

    def unpublished(self) -> tuple[tuple[StepView, ...], tuple[str, ...]]:
        """The steps that the records may lack, and the tasks that were closed in them."""
        running = self._running.values()
        steps = (*(step for given in running for step in given.steps), *self._steps)
        closed = (*(task.key for given in running for task in given.tasks), *self._closed_tasks)
        return steps, tuple(dict.fromkeys(closed))

    @property
    def is_settled(self) -> bool:
        """Whether the records have everything for sure."""
        return self._settled == self._taken

    @property
    def has_settled(self) -> bool:
        """Whether everything was in the records for sure at some instant since the run was to end."""
        return self._settled is not None

    @property
    def can_settle(self) -> bool:
        return not self._is_settling and not self.is_settled

    def write(self, procedure: Procedure, state: CaseState) -> None:
        """Starts to write the waiting steps and the whole present state, in the same workflow task."""
        steps, self._steps = tuple(self._steps), []
        closed, self._closed_tasks = tuple(self._closed_tasks), {}
        given = self._given(procedure, state, steps, closed)
        if decisive(given.case) != self.attributes:
            self.attributes = decisive(given.case)
            workflow.upsert_search_attributes(attributes_of(given.case))
        elif not self._is_anchored:
            workflow.upsert_memo({MEMO_STEP: given.step})
        self.is_kept = self._is_anchored = False
        self._running[given.step] = given
        self.show(procedure, state)
        self._background.run(self._write(procedure, given))

    def settle(self, procedure: Procedure, state: CaseState) -> None:
        """Starts to bring everything to the records for sure, before a run ends: what still runs goes once more."""
        steps = tuple(step for given in self._running.values() for step in given.steps)
        closed = tuple(dict.fromkeys(task.key for given in self._running.values() for task in given.tasks))
        self._is_settling = True
        self._settling_bytes = self._unsettled
        self._background.run(self._settle(procedure, self._given(procedure, state, steps, closed)))

    def show(self, procedure: Procedure, state: CaseState) -> None:
        """Puts the case card into the Web UI."""
        workflow.set_current_details(details(case_card(procedure, state)))

    def _given(
        self, procedure: Procedure, state: CaseState, steps: tuple[StepView, ...], closed_tasks: tuple[str, ...]
    ) -> PublishInput:
        run_id = workflow.info().first_execution_run_id
        return publication(procedure, state, steps, closed_tasks, run_id, workflow.now())

    async def _write(self, procedure: Procedure, given: PublishInput) -> None:
        try:
            await workflow.execute_local_activity(
                PUBLISH_STEPS,
                given,
                schedule_to_close_timeout=RECORDS_ANSWER_WITHIN,
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=5),
            )
        except FailureError as error:
            # Not always an ActivityError: the SDK gives the failure of a last attempt bare, and of some timeouts too.
            if not self._is_foreign(error):
                await self._bring(procedure, given, "late steps")
        self._running.pop(given.step)

    async def _settle(self, procedure: Procedure, given: PublishInput) -> None:
        await self._bring(procedure, given, "last steps")
        self._is_settling = False
        self._unsettled -= self._settling_bytes
        self._settled = given.step

    async def _bring(self, procedure: Procedure, given: PublishInput, summary: str) -> None:
        """Brings steps to the records by a regular activity, however long it takes; too many by several."""
        is_small = size_of(given) <= MESSAGE_BYTES
        try:
            for part in (given,) if is_small or not is_hardened(procedure.bundle) else in_parts(given):
                await workflow.execute_activity(
                    PUBLISH_STEPS,
                    part,
                    start_to_close_timeout=timedelta(seconds=30),
                    retry_policy=PATIENT,
                    summary=summary,
                )
        except ActivityError as error:
            if not self._is_foreign(error):
                raise

    def _is_foreign(self, error: FailureError) -> bool:
        cause = error.cause if isinstance(error, ActivityError) else error
        if isinstance(cause, ApplicationError) and cause.type == ForeignRun.kind:
            self.refusal = cause
        return self.refusal is not None


def in_parts(given: PublishInput) -> Iterator[PublishInput]:
    """The same in several writes, each small enough to be sent. A step that is too large by itself is cut."""
    room = MESSAGE_BYTES - RESERVE_BYTES - size_of(given.model_copy(update={"steps": ()}))
    part: list[StepView] = []
    size = 0
    for whole in given.steps:
        step = whole if size_of(whole) <= room else shortened(whole)
        if part and size + size_of(step) > room:
            yield given.model_copy(update={"steps": tuple(part)})
            part, size = [], 0
        part.append(step)
        size += size_of(step)
    yield given.model_copy(update={"steps": tuple(part)})
