"""The interpreter: one Temporal workflow class runs every SOP. The SOP is the workflow's type, the case its id.

A handler takes its message through the pure layer before any await, so no two interleave, and leaves the step for the
main loop, which publishes it and then carries out what it asks for. All rules are in `sop_engine.cases`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from sop_engine.cases import casework, reports
from sop_engine.cases.card import case_card
from sop_engine.cases.commands import Command
from sop_engine.cases.continuation import CaseResult, ContinuedCase, Pending
from sop_engine.cases.contracts import (
    ActResult,
    CaseView,
    ChildReport,
    ClockView,
    LoadInput,
    PublishInput,
    StepView,
    TaskView,
)
from sop_engine.cases.engine_version import KNOWN_VERSIONS
from sop_engine.cases.faults import SopError
from sop_engine.cases.opening import open_case
from sop_engine.cases.organization import Organization
from sop_engine.cases.permissions import permit
from sop_engine.cases.procedure import DefinitionError, Procedure
from sop_engine.cases.reference_data import take_reference_data
from sop_engine.cases.state import CaseState
from sop_engine.cases.turn import CHART_FAILURES, Turn
from sop_engine.cases.views import case_view, clock_view, publication, task_view
from sop_engine.temporal.attributes import attributes_of, decisive
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import (
    CANCEL,
    CHILD_REPORT,
    HOLD,
    LOAD_ORGANIZATION,
    LOAD_PROCEDURE,
    PUBLISH_STEPS,
    REFERENCE_DATA,
    RESUME,
)
from workflows.errands import PATIENT, Errands
from workflows.messages import event_of, read_body, read_event, read_opening, read_start
from workflows.updates import CaseUpdates

RECORDS_ANSWER_WITHIN = timedelta(seconds=2)
"""After that the case goes on, and the steps reach the records later."""

DRAIN = timedelta(minutes=1)
"""How long a run waits for activities before it hands them to the next run."""

NOT_OPEN_YET = "the case is being opened; ask again in a moment"


@workflow.defn(dynamic=True)
class CaseWorkflow(CaseUpdates):
    """A case of any SOP.

    Updates: see `workflows.updates`. Signals: `event`, every declared event, `case.*`. Queries: `case`, `tasks`,
    `clocks`, `timeline`.
    """

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        self._state: CaseState | None = None
        self._procedure: Procedure | None = None
        self._packed = b""
        self._heard: list[Callable[[], None]] = []
        """Signals that came before the case was loaded."""
        self._steps: list[StepView] = []
        self._closed_tasks: dict[str, None] = {}
        self._commands: list[Command] = []
        self._published = 0
        self._late: list[PublishInput] = []
        self._attributes: tuple[str | None, str, str] | None = None
        self._armed: tuple[datetime, asyncio.Task[None]] | None = None
        self._fell_due = False
        self._beside: set[asyncio.Task[None]] = set()
        self._carried: tuple[Pending, ...] = ()
        self._updates = 0
        self._runs = 1
        self._errands = Errands(workflow.info().workflow_type, self._report)
        self._opening = read_start(args)
        if isinstance(self._opening, ContinuedCase):
            self._continue(self._opening)

    def _continue(self, carried: ContinuedCase) -> None:
        self._packed = carried.bundle
        self._procedure = PRESENT.procedure(carried.bundle)
        self._state = carried.state
        self._published = carried.state.step
        self._attributes = carried.attributes
        self._runs = carried.runs + 1
        self._late = list(carried.late)
        self._carried = carried.pending

    # -- the life of a case --------------------------------------------------------------------------------------------

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> CaseResult:
        if self._state is None:
            await self._open()
        else:
            for pending in self._carried:
                self._errands.give_out(pending.command, pending.key)
            self._bring_late()
        state, procedure = self._loaded()
        for name in procedure.definition.events:
            workflow.set_signal_handler(name, self._declared(name))
        for tell in self._heard:
            tell()
        while True:
            try:
                await self._live()
                break
            except asyncio.CancelledError:
                # `temporal workflow cancel` means the SOP's own cancellation.
                self._hear(None, _cancelled_from_outside)
        state, _ = self._loaded()
        return CaseResult(
            case_id=state.case_id,
            outcome=str(state.outcome),
            status=state.status,
            closed_at=state.closed_at or workflow.now(),
        )

    async def _open(self) -> None:
        info = workflow.info()
        opening = read_opening(self._opening)
        given = LoadInput(sop=info.workflow_type, version=opening.version, opened_at=workflow.now())
        try:
            self._packed = await workflow.execute_local_activity(
                LOAD_PROCEDURE,
                given,
                result_type=bytes,
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=PATIENT,
            )
        except ActivityError as error:
            raise error.cause or error from None
        procedure = PRESENT.procedure(self._packed)
        if procedure.bundle.engine_version not in KNOWN_VERSIONS:
            raise RuntimeError(f"this worker does not know engine version {procedure.bundle.engine_version}")
        try:
            turn = open_case(procedure, info.workflow_id, opening, workflow.now())
        except SopError as error:
            raise to_failure(error) from None
        except (DefinitionError, *CHART_FAILURES) as error:
            raise ApplicationError(
                f"{procedure.sop} cannot be opened: {error}", type="Definition", non_retryable=True
            ) from None
        self._procedure = procedure
        self._accept(turn)

    async def _live(self) -> None:
        """Publishes steps, carries out commands, keeps the one timer; ends when the case is closed and nothing runs."""
        while True:
            self._let_pass()
            if self._steps:
                await self._publish()
                continue
            commands, self._commands = self._commands, []
            for command in commands:
                self._errands.give_out(command)
            self._arm_timer()
            if self._is_over() and workflow.all_handlers_finished():
                return
            if self._should_continue():
                await self._continue_as_new()
                continue
            await workflow.wait_condition(
                lambda: (
                    bool(self._steps or self._commands or self._fell_due)
                    or (self._is_over() and workflow.all_handlers_finished())
                    or self._should_continue()
                )
            )

    def _has_work(self) -> bool:
        return bool(self._steps or self._commands or self._fell_due)

    def _is_over(self) -> bool:
        state, _ = self._loaded()
        return state.is_closed and not (self._steps or self._commands or self._errands.pending or self._late)

    def _let_pass(self) -> None:
        """Handles what fell due, when the timer says so."""
        if self._fell_due:
            self._fell_due = False
            state, procedure = self._loaded()
            if not state.is_closed:
                self._accept(casework.wake(procedure, state, workflow.now()))

    # -- publishing ----------------------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        """Writes all waiting steps, and the whole present state, in one local activity of the same workflow task."""
        state, procedure = self._loaded()
        steps, self._steps = tuple(self._steps), []
        closed, self._closed_tasks = tuple(self._closed_tasks), {}
        info = workflow.info()
        given = publication(procedure, state, steps, closed, info.first_execution_run_id, workflow.now())
        try:
            await workflow.execute_local_activity(
                PUBLISH_STEPS,
                given,
                schedule_to_close_timeout=RECORDS_ANSWER_WITHIN,
                retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_attempts=5),
            )
        except ActivityError:
            self._late.append(given)
            self._bring_late(given)
        if decisive(given.case) != self._attributes:
            self._attributes = decisive(given.case)
            workflow.upsert_search_attributes(attributes_of(given.case))
        self._published = steps[-1].step
        workflow.set_current_details(case_card(procedure, state))

    def _bring_late(self, only: PublishInput | None = None) -> None:
        """Steps that records did not take in time go by a regular activity, however long it takes."""
        for given in [only] if only is not None else list(self._late):
            self._background(self._bring(given))

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something beside the main loop; the reference keeps it from being collected."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _bring(self, given: PublishInput) -> None:
        await workflow.execute_activity(
            PUBLISH_STEPS,
            given,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=PATIENT,
            summary="late steps",
        )
        self._late.remove(given)

    # -- the one timer -------------------------------------------------------------------------------------------------

    def _arm_timer(self) -> None:
        """Starts the timer for the earliest deadline. A later one lets the present timer fire and look again."""
        state, procedure = self._loaded()
        ahead = casework.next_instant(state)
        if ahead is None or (self._armed is not None and self._armed[0] <= ahead[0]):
            return
        if self._armed is not None:
            self._armed[1].cancel()
        at, name = ahead
        title = procedure.title_of(name.split("#")[0]).both() if name != "delay" else "Waiting 等待"
        self._armed = (at, asyncio.create_task(self._sleep_until(at, title)))

    async def _sleep_until(self, at: datetime, title: str) -> None:
        await workflow.sleep(max(at - workflow.now(), timedelta(milliseconds=1)), summary=title[:60])
        self._armed = None
        self._fell_due = True

    # -- continue as new -----------------------------------------------------------------------------------------------

    def _should_continue(self) -> bool:
        state, procedure = self._loaded()
        if state.is_closed:
            return False
        return workflow.info().is_continue_as_new_suggested() or self._updates >= procedure.bundle.continue_after

    async def _continue_as_new(self) -> None:
        """Drains handlers and activities, then goes on in a new run; comes back where something happened meanwhile."""
        try:
            await workflow.wait_condition(
                lambda: (
                    self._has_work()
                    or (workflow.all_handlers_finished() and not self._errands.pending and not self._late)
                ),
                timeout=DRAIN,
                timeout_summary="Finishing what is under way",
            )
        except TimeoutError:
            await workflow.wait_condition(lambda: self._has_work() or workflow.all_handlers_finished())
        if self._has_work():
            return
        state, _ = self._loaded()
        workflow.continue_as_new(
            ContinuedCase(
                state=state,
                bundle=self._packed,
                pending=self._errands.carried(),
                late=tuple(self._late),
                attributes=self._attributes,
                runs=self._runs,
            )
        )

    # -- people: updates -----------------------------------------------------------------------------------------------

    def validate(self, name: str, body: RawValue | None) -> None:
        """Refuses an act before it reaches history. One that comes before the load is let through and checked later."""
        try:
            act = casework.read_act(name, read_body(body))
            if self._state is not None and self._procedure is not None and PRESENT.organization is not None:
                casework.check(self._procedure, self._state, name, act, PRESENT.organization, workflow.now())
        except SopError as error:
            raise to_failure(error) from None

    async def act(self, name: str, body: RawValue | None) -> ActResult:
        """Carries out an act and answers when its step is published."""
        self._updates += 1
        try:
            act = casework.read_act(name, read_body(body))
        except SopError as error:
            raise to_failure(error) from None
        info = workflow.current_update_info()
        if act.id is None and info is not None:
            act = act.model_copy(update={"id": info.id})
        if self._state is None:
            organization = Organization.model_validate(
                await workflow.execute_local_activity(
                    LOAD_ORGANIZATION,
                    result_type=dict,
                    start_to_close_timeout=timedelta(seconds=10),
                    retry_policy=PATIENT,
                )
            )
            await workflow.wait_condition(lambda: self._state is not None)
            state, procedure = self._loaded()
            try:
                permit(organization, Turn(procedure, state, workflow.now()), name, act)
            except SopError as error:
                raise to_failure(error) from None
        state, procedure = self._loaded()
        try:
            turn, answer = casework.perform(procedure, state, name, act, workflow.now())
        except SopError as error:
            raise to_failure(error) from None
        self._accept(turn)
        step = turn.state.step
        await workflow.wait_condition(lambda: self._published >= step)
        if isinstance(answer, SopError):
            raise to_failure(answer)
        return answer

    # -- machines: signals ---------------------------------------------------------------------------------------------

    @workflow.signal(
        name="event",
        description='Example: {"name": "customs.released", "data": {"release_no": "R-1"}, "id": "customs-77"}',
    )
    def event_signal(self, body: RawValue = None) -> None:  # type: ignore[assignment]
        message, why = read_event(body)
        if message is None:
            self._hear(None, lambda turn: reports.unreadable(turn, "event", why))
        else:
            self._hear(message.id, lambda turn: reports.signal(turn, message))

    @workflow.signal(dynamic=True, description="Any declared event by its own name; the body is its data")
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        self._named_signal(name, args[0] if args else None)

    def _declared(self, name: str) -> Callable[[RawValue], None]:
        def handler(body: RawValue = None) -> None:  # type: ignore[assignment]
            self._named_signal(name, body)

        return handler

    def _named_signal(self, name: str, raw: RawValue | None) -> None:
        body = read_body(raw)
        if name == CHILD_REPORT:
            try:
                report = ChildReport.model_validate(body)
            except ValidationError as error:
                why = str(error)
                self._hear(None, lambda turn: reports.unreadable(turn, CHILD_REPORT, why))
                return
            self._hear(None, lambda turn: reports.child_reported(turn, report))
        elif name in (HOLD, RESUME, CANCEL):
            told = body if isinstance(body, Mapping) else {}
            self._hear(None, lambda turn: reports.told_by_parent(turn, name, told))
        elif name == REFERENCE_DATA:
            self._background(self._reload())
        else:
            message, why = event_of(name, body)
            if message is None:
                self._hear(None, lambda turn: reports.unreadable(turn, name, why))
            else:
                self._hear(message.id, lambda turn: reports.signal(turn, message))

    async def _reload(self) -> None:
        """Takes over corrected calendars and rules; open deadlines are counted again."""
        await workflow.wait_condition(lambda: self._state is not None)
        state, procedure = self._loaded()
        given = LoadInput(sop=state.sop, version=state.version, opened_at=state.opened_at)
        packed = await workflow.execute_local_activity(
            LOAD_PROCEDURE, given, result_type=bytes, start_to_close_timeout=timedelta(seconds=10), retry_policy=PATIENT
        )
        fresh = PRESENT.procedure(packed)
        self._packed, self._procedure = packed, fresh
        self._hear(None, lambda turn: take_reference_data(turn, procedure))

    def _hear(self, message_id: str | None, tell: Callable[[Turn], None]) -> None:
        """Lets a machine tell the case something, now or as soon as the case is loaded."""
        if self._state is None or self._procedure is None:
            self._heard.append(lambda: self._hear(message_id, tell))
            return
        turn = casework.hear(self._procedure, self._state, workflow.now(), message_id, tell)
        if turn is not None:
            self._accept(turn)

    def _report(self, tell: Callable[[Turn], None]) -> None:
        self._hear(None, tell)

    # -- state ---------------------------------------------------------------------------------------------------------

    def _accept(self, turn: Turn) -> None:
        """Makes a turn's outcome the case's state; its steps and commands wait for the main loop."""
        self._state = turn.state
        self._steps += turn.steps
        self._closed_tasks |= turn.touched_tasks
        self._commands += turn.commands

    def _loaded(self) -> tuple[CaseState, Procedure]:
        if self._state is None or self._procedure is None:
            raise ApplicationError(NOT_OPEN_YET, type="Refused", non_retryable=True)
        return self._state, self._procedure

    # -- queries -------------------------------------------------------------------------------------------------------

    @workflow.query(name="case", description="The whole case: states, data, tasks, clocks, children, documents")
    def query_case(self) -> CaseView:
        state, procedure = self._loaded()
        return case_view(procedure, state, workflow.now())

    @workflow.query(name="tasks", description="The open tasks with their forms and outcomes")
    def query_tasks(self) -> list[TaskView]:
        state, procedure = self._loaded()
        return [task_view(procedure, state, task) for task in state.open_tasks()]

    @workflow.query(name="clocks", description="The clocks: status, due instant, used and remaining time")
    def query_clocks(self) -> list[ClockView]:
        state, procedure = self._loaded()
        return [clock_view(procedure, running, workflow.now()) for running in state.clocks.values()]

    @workflow.query(name="timeline", description="The last 50 steps of the journal")
    def query_timeline(self) -> list[StepView]:
        return list(self._loaded()[0].timeline)


def _cancelled_from_outside(turn: Turn) -> None:
    reports.told_by_parent(turn, CANCEL, {"actor": "temporal", "reason": "cancelled through Temporal"})
