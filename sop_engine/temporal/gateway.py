"""What the command line, the demonstration and other programs call: cases by id, in the engine's own contracts.

Every refusal comes back as the `SopError` it was; whoever calls knows nothing of Temporal's failures.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
)
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.exceptions import TerminatedError, TimeoutError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.basis.faults import (
    NOT_OPEN_YET,
    USED_ID,
    InvalidInput,
    NotFound,
    Refused,
    SopError,
    Stale,
)
from sop_engine.cases.contracts.acts import Act, ActResult
from sop_engine.cases.contracts.limits import ACT_BYTES, START_BYTES, too_large
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.reading import CaseList, ListCasesInput
from sop_engine.cases.contracts.signals import ROW_CHANGED, EventSignal
from sop_engine.cases.contracts.views import CaseView
from sop_engine.cases.told.case_ids import refuse_long_id, refuse_own_id
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.ends import end_of
from sop_engine.temporal.executions import Executions
from sop_engine.temporal.failures import refusal
from sop_engine.temporal.guard import ASK_AGAIN
from sop_engine.temporal.queues import REFUSAL
from sop_engine.temporal.standalone import ANSWERED_WITHIN, Standalone, unreachable
from sop_engine.temporal.starting import start_case
from sop_engine.temporal.stuck import StuckCase, stuck_case

UPDATE_TIMEOUT = timedelta(seconds=10)
QUERY_TIMEOUT = timedelta(seconds=10)
UPDATE_ATTEMPTS = 3
QUERY_ATTEMPTS = 6
TOO_SLOW = "[TMPRL1101]"
"""How the SDK begins its answer where a busy machine let a workflow run for too short a time."""

ASKED_AGAIN_AFTER = 0.2
"""Seconds before the second attempt of a query that a case told to wait; before each later one twice as long."""
GIVEN_BACK = (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED, RPCStatusCode.RESOURCE_EXHAUSTED)
"""The server could not bring an act to its case just then: its run was ending, or ten others were under way."""
GIVEN_BACK_FOR = 0.2
"""Seconds to wait before it is brought again."""
GIVEN_BACK_MOST = 50
"""How often it is brought again."""
READ_AGAIN_AFTER = 0.2
"""Seconds that a case has to read again what is too old, the first time; each later time twice as long."""
READ_AGAIN_MOST = 5
"""How often it is told to."""
OPENED_WITHIN = 15.0
"""Seconds that a new case has to load its procedure."""
POLL_INTERVAL = 0.1
ENDED_BADLY = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT,
)


class NotOpened(Refused):
    """A case of that id was started last and refused; one that had the id before may be in the records."""


class StuckError(UnreachableError):
    """The case stands still, since its workflow task keeps failing: a bug of ours, or a worker too old for it."""

    kind = "Stuck"
    exit_code: ClassVar[int] = 4


Say = Callable[[str], None]
View = TypeVar("View")
Result = TypeVar("Result", bound=BaseModel)


def _silent(_: str) -> None:
    pass


class CaseGateway:
    """Opens cases, carries acts and events to them, and reads them.

    Every method may raise `UnreachableError` (no server, no worker) and the `SopError` that the case answered.
    `say` hears what a person at a screen should know while a call takes long.
    """

    def __init__(self, client: Client, task_queue: str, *, ui_url: str = "", say: Say = _silent) -> None:
        self.client = client
        self.task_queue = task_queue
        self.ui_url = ui_url
        self._say = say
        self._standalone = Standalone(client, task_queue)

    async def start_case(self, sop: str, case_id: str, opening: OpenCaseInput, title: str = "") -> CaseView:
        """Opens a case and returns it as it stands once its procedure is loaded.

        Raises `Refused` when the id was ever used or the server ended the case at once, `InvalidInput` for an id of
        the engine's own or too long, and with every fault of unknown SOP or data.
        """
        refuse_own_id(case_id)
        refuse_long_id(case_id)
        await self._measure(f"the start of {case_id}", opening, START_BYTES)
        try:
            handle = await start_case(self.client, self.task_queue, sop, case_id, opening, title)
        except WorkflowAlreadyStartedError:
            raise Refused(USED_ID.format(case_id=case_id)) from None
        except RPCError as error:
            raise self._unreachable(error) from None
        deadline = asyncio.get_running_loop().time() + OPENED_WITHIN
        while True:
            try:
                answer = await self._ask(handle, "case", dict[str, Any])
                break
            except Refused:
                await self._raise_failure(handle)
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(POLL_INTERVAL)
        await self._raise_failure(handle)
        return CaseView.model_validate(answer)

    async def update(self, case_id: str, name: str, act: Act | EventSignal) -> ActResult:
        """Carries a person's act to a case, or what a machine brings, and waits for the answer.

        An act that ran into a timeout may still be carried out, so it is repeated under the same id, which runs once;
        so is one that the server gives back because the run that it was for ends. Where the case has read something
        too long ago to decide by, it is told to read it again first.
        """
        await self._measure(f"{name} of {case_id}", act, ACT_BYTES)
        handle = self.client.get_workflow_handle(case_id)
        identifier = act.id or str(uuid4())
        unanswered = given_back = read_again = 0
        while unanswered < UPDATE_ATTEMPTS:
            try:
                answer: ActResult = await handle.execute_update(
                    name, act, id=identifier, result_type=ActResult, rpc_timeout=UPDATE_TIMEOUT
                )
                return answer
            except WorkflowUpdateFailedError as error:
                refused = refusal(error.cause)
                if not isinstance(refused, Stale) or read_again == READ_AGAIN_MOST:
                    raise refused from None
                # An act that was refused once is refused for ever under its id.
                read_again, identifier = read_again + 1, str(uuid4())
                await self._have_read_again(handle, refused, READ_AGAIN_AFTER * 2 ** (read_again - 1))
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                unanswered += 1
                is_last = unanswered == UPDATE_ATTEMPTS
                silent = await (self._why_silent(handle) if is_last else self._why_stuck(handle))
                if silent is not None:
                    later = f"The act may still be carried out later; its id is {identifier}"
                    raise type(silent)(f"{silent.message}. {later}") from None
                self._say(f"No answer yet from {case_id}; asking again under the same id {identifier}")
            except RPCError as error:
                given_back += 1
                if error.status not in GIVEN_BACK or given_back > GIVEN_BACK_MOST:
                    raise await self._explain(error, handle) from None
                await asyncio.sleep(GIVEN_BACK_FOR)
        raise AssertionError("the last attempt answers or raises")

    async def _have_read_again(self, handle: WorkflowHandle[Any, Any], stale: Stale, pause: float) -> None:
        """Has a case read what is too old, and gives it time."""
        try:
            await handle.signal(ROW_CHANGED, {"reads": [fault.where for fault in stale.faults]})
        except RPCError as error:
            raise await self._explain(error, handle) from None
        await asyncio.sleep(pause)

    async def query(self, case_id: str, name: str, result_type: type[View]) -> View:
        """Asks a workflow; a case answers as it stood when it was last awake, even where it was terminated since."""
        return await self._ask(self.client.get_workflow_handle(case_id), name, result_type)

    async def refusal_of(self, case_id: str, name: str, act: Act) -> str:
        """Why a case would refuse a person's act as it stands now; empty where it would take it. Nothing is done."""
        return await self._ask(self.client.get_workflow_handle(case_id), REFUSAL, str, name, act)

    async def case(self, case_id: str, *seal: str) -> CaseView:
        """A case as it stands; closed, with who ended it, where it was ended past the engine.

        Without a seal, which workers make, nothing that is classified shows.
        """
        view = await self._ask(self.client.get_workflow_handle(case_id), "case", CaseView, *seal)
        try:
            end = await end_of(self.client, await Executions(self.client).describe(case_id))
        except RPCError as error:
            raise self._unreachable(error) from None
        return view if end is None else view.ended(end)

    async def signal(self, case_id: str, event: EventSignal) -> None:
        """Tells a case what happened outside, as another system would; nobody answers. Raises `NotFound`."""
        await self._measure(f"{event.name} for {case_id}", event, ACT_BYTES)
        handle = self.client.get_workflow_handle(case_id)
        try:
            await handle.signal("event", event)
        except RPCError as error:
            raise await self._explain(error, handle) from None

    async def read(
        self, activity: str, question: BaseModel, result_type: type[Result], *, within: timedelta = ANSWERED_WITHIN
    ) -> Result:
        """Runs one reading activity on a worker, so that no operator's machine needs the database."""
        return await self.run(activity, [question], result_type, within=within)

    async def run(
        self,
        activity: str,
        given: Sequence[Any],
        result_type: type[View] | None,
        *,
        within: timedelta = ANSWERED_WITHIN,
    ) -> View:
        """Runs one activity of no case on a worker. Nothing of it stays on the server: what it was given and answered
        would be readable there for a month."""
        return await self._standalone.run(activity, given, result_type, within)

    async def is_running(self, workflow_id: str) -> bool:
        """Whether a workflow runs; one of the engine's own, as well as a case."""
        return await self._status(self.client.get_workflow_handle(workflow_id)) is WorkflowExecutionStatus.RUNNING

    async def _measure(self, what: str, message: BaseModel, most: int) -> None:
        """Raises `InvalidInput` for a message that is too large: sent, it could keep its case from everybody."""
        (payload,) = await self.client.data_converter.encode([message])
        if (size := payload.ByteSize()) > most:
            raise InvalidInput(too_large(what, size, most))

    def ui_link(self, case_id: str) -> str:
        """Where the Web UI shows the case: its latest run."""
        return web_link(self.ui_url, self.client.namespace, case_id)

    async def _ask(self, handle: WorkflowHandle[Any, Any], name: str, result_type: type[View], *given: Any) -> View:
        """Repeats a query that a case's guard told to wait, or that a busy machine was too slow for; no other refusal
        is worth a second try.

        Raises NotOpened where the case was refused when it was started.
        """
        attempt, pause = 1, ASKED_AGAIN_AFTER
        while True:
            try:
                view: View = await handle.query(name, args=given, result_type=result_type, rpc_timeout=QUERY_TIMEOUT)
                return view
            except WorkflowQueryFailedError as error:
                if not error.message.startswith((ASK_AGAIN, TOO_SLOW)) or attempt == QUERY_ATTEMPTS:
                    await self._raise_not_opened(handle, error.message)
                    raise Refused(f"The case {handle.id} cannot answer yet: {error}") from None
            except RPCError as error:
                raise await self._explain(error, handle) from None
            await asyncio.sleep(pause)
            attempt, pause = attempt + 1, pause * 2

    async def _raise_failure(self, handle: WorkflowHandle[Any, Any]) -> None:
        """A case with an unknown SOP or unusable data ends at once, and what no server takes ends it; it says why."""
        if await self._status(handle) not in ENDED_BADLY:
            return
        try:
            await handle.result()
        except RPCError as error:
            raise self._unreachable(error) from None
        except WorkflowFailureError as error:
            if isinstance(error.cause, TerminatedError | TimeoutError):
                raise Refused(f"Temporal ended the case {handle.id} as it was opened: {error.cause}") from None
            raise refusal(error.cause) from None

    async def _raise_not_opened(self, handle: WorkflowHandle[Any, Any], answer: str) -> None:
        """Where no run can answer any more, since the last start ended before the case was open."""
        status = await self._status(handle)
        if status is not WorkflowExecutionStatus.FAILED and answer != NOT_OPEN_YET:
            return
        try:
            await self._raise_failure(handle)
        except UnreachableError:
            raise
        except SopError as why:
            told = f"The last start of {handle.id} was refused: {why.message}"
            raise NotOpened(told, why.faults, why.allowed) from None

    async def _explain(self, error: RPCError, handle: WorkflowHandle[Any, Any]) -> SopError:
        if error.status is RPCStatusCode.UNAVAILABLE:
            return self._unreachable(error)
        if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
            return await self._why_silent(handle)
        if error.status is not RPCStatusCode.NOT_FOUND:
            return await self._why_stuck(handle) or self._unreachable(error)
        try:
            status = await self._status(handle)
        except UnreachableError as unreachable:
            return unreachable
        if status is None:
            return NotFound(f"There is no case {handle.id}")
        return Refused(f"The case {handle.id} is closed ({status.name.lower()}); a closed case takes no more acts")

    async def _status(self, handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionStatus | None:
        """None where the server knows no such workflow. Raises `UnreachableError`.

        Asked for alone: the test server keeps an attribute that was unset as a null, which nobody can decode.
        """
        execution = WorkflowExecution(workflow_id=handle.id)
        request = DescribeWorkflowExecutionRequest(namespace=self.client.namespace, execution=execution)
        try:
            described = await self.client.workflow_service.describe_workflow_execution(request)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise self._unreachable(error) from None
        return WorkflowExecutionStatus(described.workflow_execution_info.status)

    async def _why_silent(self, handle: WorkflowHandle[Any, Any]) -> UnreachableError:
        """Why a case gives no answer: it stands still, no worker answers, or it is only slow."""
        stuck = await self._why_stuck(handle)
        if stuck is not None:
            return stuck
        try:
            await self.read("list_cases", ListCasesInput(limit=1), CaseList)
        except UnreachableError as error:
            return error
        except SopError as error:
            return UnreachableError(f"A worker answers, but not with records: {error.message}")
        return UnreachableError(
            f"The case {handle.id} gives no answer in time, though a worker answers: it has much to do, or was "
            "just lost with another worker; try again in a moment"
        )

    async def _why_stuck(self, handle: WorkflowHandle[Any, Any]) -> UnreachableError | None:
        try:
            stuck = await stuck_case(self.client, handle.id)
        except RPCError as error:
            return self._unreachable(error)
        return StuckError(told(stuck)) if stuck is not None else None

    def _unreachable(self, error: RPCError) -> UnreachableError:
        return unreachable(self.client, error)


def told(stuck: StuckCase) -> str:
    """What a person is told of a case that stands still."""
    return f"{stuck}. Nothing of it is lost; `sop incident list` shows it to supervisors until a mended worker takes it"


def web_link(ui_url: str, namespace: str, case_id: str | None = None) -> str:
    """The Web UI's list of cases, or one case. Ids are encoded once: twice does not resolve."""
    cases = f"{ui_url}/namespaces/{namespace}/workflows"
    return f"{cases}/{quote(case_id, safe='')}" if case_id else cases
