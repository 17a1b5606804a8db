"""What the command line, the demonstration and other programs call: cases by id, in the engine's own contracts.

Every refusal comes back as the `SopError` it was; whoever calls knows nothing of Temporal's failures.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import (
    ActivityFailureError,
    Client,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, TimeoutError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.acts import Act, ActResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView
from sop_engine.cases.faults import ERRORS, Fault, InvalidInput, NotFound, Refused, SopError
from sop_engine.cases.limits import ACT_BYTES, START_BYTES, too_large
from sop_engine.temporal.client import UnreachableError

UPDATE_TIMEOUT = timedelta(seconds=10)
QUERY_TIMEOUT = timedelta(seconds=10)
UPDATE_ATTEMPTS = 3
GIVEN_BACK = (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.ABORTED, RPCStatusCode.RESOURCE_EXHAUSTED)
"""The server could not bring an act to its case just then: its run was ending, or ten others were under way."""
GIVEN_BACK_FOR = 0.2
"""Seconds to wait before it is brought again."""
GIVEN_BACK_MOST = 50
"""How often it is brought again."""
PICKED_UP_WITHIN = timedelta(seconds=3)
"""How long a read waits for a worker; without one it would wait for ever."""
ANSWERED_WITHIN = timedelta(seconds=30)
OPENED_WITHIN = 15.0
"""Seconds that a new case has to load its procedure."""
POLL_INTERVAL = 0.1

NO_WORKER = "No worker answers on the task queue {queue!r}; start one with `sop worker` or `sop dev`"

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

    async def start_case(self, sop: str, case_id: str, opening: OpenCaseInput, title: str = "") -> CaseView:
        """Opens a case and returns it as it stands once its procedure is loaded.

        Raises `Refused` when the id was ever used, `InvalidInput` with every fault of unknown SOP or data.
        """
        await self._measure(f"the start of {case_id}", opening, START_BYTES)
        try:
            handle = await self.client.start_workflow(
                sop,
                opening,
                id=case_id,
                task_queue=self.task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"{title} {case_id}".strip()[:200],
            )
        except WorkflowAlreadyStartedError:
            raise Refused(f"There is a case {case_id} already; every id is used once") from None
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

    async def update(self, case_id: str, name: str, act: Act) -> ActResult:
        """Carries a person's act to a case and waits for the answer.

        An act that ran into a timeout may still be carried out, so it is repeated under the same id, which runs once;
        so is one that the server gives back because the run that it was for ends.
        """
        await self._measure(f"{name} of {case_id}", act, ACT_BYTES)
        handle = self.client.get_workflow_handle(case_id)
        identifier = act.id or str(uuid4())
        unanswered = given_back = 0
        while unanswered < UPDATE_ATTEMPTS:
            try:
                answer: ActResult = await handle.execute_update(
                    name, act, id=identifier, result_type=ActResult, rpc_timeout=UPDATE_TIMEOUT
                )
                return answer
            except WorkflowUpdateFailedError as error:
                raise refusal(error.cause) from None
            except WorkflowUpdateRPCTimeoutOrCancelledError:
                unanswered += 1
                if unanswered < UPDATE_ATTEMPTS:
                    self._say(f"No answer yet from {case_id}; asking again under the same id {identifier}")
            except RPCError as error:
                given_back += 1
                if error.status not in GIVEN_BACK or given_back > GIVEN_BACK_MOST:
                    raise await self._explain(error, handle) from None
                await asyncio.sleep(GIVEN_BACK_FOR)
        raise UnreachableError(
            f"{NO_WORKER.format(queue=self.task_queue)}. The act may still be carried out later; its id is {identifier}"
        )

    async def query(self, case_id: str, name: str, result_type: type[View]) -> View:
        """Asks a case: `case` gives a CaseView, `tasks`, `clocks` and `timeline` lists of their views."""
        return await self._ask(self.client.get_workflow_handle(case_id), name, result_type)

    async def case(self, case_id: str) -> CaseView:
        return await self.query(case_id, "case", CaseView)

    async def signal(self, case_id: str, event: EventSignal) -> None:
        """Tells a case what happened outside, as another system would; nobody answers. Raises `NotFound`."""
        await self._measure(f"{event.name} for {case_id}", event, ACT_BYTES)
        handle = self.client.get_workflow_handle(case_id)
        try:
            await handle.signal("event", event)
        except RPCError as error:
            raise await self._explain(error, handle) from None

    async def read(self, activity: str, question: BaseModel, result_type: type[Result]) -> Result:
        """Runs one reading activity on a worker, so that no operator's machine needs the database."""
        try:
            answer: Result = await self.client.execute_activity(
                activity,
                question,
                id=f"{activity}-{uuid4()}",
                task_queue=self.task_queue,
                result_type=result_type,
                schedule_to_start_timeout=PICKED_UP_WITHIN,
                start_to_close_timeout=ANSWERED_WITHIN,
                retry_policy=RetryPolicy(maximum_attempts=2),
            )
            return answer
        except ActivityFailureError as error:
            if isinstance(error.cause, TimeoutError):
                raise UnreachableError(NO_WORKER.format(queue=self.task_queue)) from None
            raise refusal(error.cause) from None
        except RPCError as error:
            raise self._unreachable(error) from None

    async def _measure(self, what: str, message: BaseModel, most: int) -> None:
        """Raises `InvalidInput` for a message that is too large: sent, it could keep its case from everybody."""
        (payload,) = await self.client.data_converter.encode([message])
        if (size := payload.ByteSize()) > most:
            raise InvalidInput(too_large(what, size, most))

    def ui_link(self, case_id: str) -> str:
        """Where the Web UI shows the case: its latest run."""
        return web_link(self.ui_url, self.client.namespace, case_id)

    async def _ask(self, handle: WorkflowHandle[Any, Any], name: str, result_type: type[View]) -> View:
        try:
            view: View = await handle.query(name, result_type=result_type, rpc_timeout=QUERY_TIMEOUT)
            return view
        except WorkflowQueryFailedError as error:
            raise Refused(f"The case {handle.id} cannot answer yet: {error}") from None
        except RPCError as error:
            raise await self._explain(error, handle) from None

    async def _raise_failure(self, handle: WorkflowHandle[Any, Any]) -> None:
        """A case with an unknown SOP or unusable data ends at once; its failure says why."""
        if await self._status(handle) is not WorkflowExecutionStatus.FAILED:
            return
        try:
            await handle.result()
        except WorkflowFailureError as error:
            raise refusal(error.cause) from None

    async def _explain(self, error: RPCError, handle: WorkflowHandle[Any, Any]) -> SopError:
        if error.status is not RPCStatusCode.NOT_FOUND:
            return self._unreachable(error)
        try:
            status = (await self._status(handle)).name.lower()
        except RPCError:
            return NotFound(f"There is no case {handle.id}")
        return Refused(f"The case {handle.id} is closed ({status}); a closed case takes no more acts")

    async def _status(self, handle: WorkflowHandle[Any, Any]) -> WorkflowExecutionStatus:
        """Asked for alone: the test server keeps an attribute that was unset as a null, which nobody can decode."""
        execution = WorkflowExecution(workflow_id=handle.id)
        request = DescribeWorkflowExecutionRequest(namespace=self.client.namespace, execution=execution)
        described = await self.client.workflow_service.describe_workflow_execution(request)
        return WorkflowExecutionStatus(described.workflow_execution_info.status)

    def _unreachable(self, error: RPCError) -> UnreachableError:
        if error.status is RPCStatusCode.UNAVAILABLE:
            return UnreachableError(f"Temporal does not answer at {self.client.service_client.config.target_host}")
        return UnreachableError(f"{NO_WORKER.format(queue=self.task_queue)} ({error.message})")


def web_link(ui_url: str, namespace: str, case_id: str | None = None) -> str:
    """The Web UI's list of cases, or one case. Ids are encoded once: twice does not resolve."""
    cases = f"{ui_url}/namespaces/{namespace}/workflows"
    return f"{cases}/{quote(case_id, safe='')}" if case_id else cases


def refusal(cause: BaseException | None) -> SopError:
    """The engine's own error that a failure carries: type = kind, details = [message, faults, allowed]."""
    if not isinstance(cause, ApplicationError):
        return Refused(f"The call failed: {cause}")
    kind = next((error for error in ERRORS if error.kind == cause.type), Refused)
    message, faults, allowed = cause.details if len(cause.details) == 3 else (cause.message, (), ())
    return kind(message, [Fault.model_validate(fault) for fault in faults], allowed)
