"""What one workflow told another, by the sender's own history: nobody but the sender's worker can put it there."""

from collections.abc import AsyncIterator
from hashlib import sha256

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.cases.contracts.proof import Word
from sop_engine.temporal.executions import Run


async def words_of(client: Client, sender: str, run: Run, receiver: str, signals: frozenset[str]) -> list[Word]:
    """The signals of these names that the run of `sender` gave to `receiver`, oldest first.

    What a reset copied from the run before it is left out: that run sent it.
    """
    words: list[Word] = []
    async for event in _events(client, sender, run.run_id):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            cause = event.workflow_task_failed_event_attributes.cause
            if cause == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW:
                words.clear()
        if event.event_type != EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
            continue
        sent = event.signal_external_workflow_execution_initiated_event_attributes
        if sent.workflow_execution.workflow_id != receiver or sent.signal_name not in signals:
            continue
        payloads = list(sent.input.payloads)
        codec = client.data_converter.payload_codec
        if codec is not None:
            payloads = await codec.decode(payloads)
        words.append(
            Word(
                signal=sent.signal_name,
                body=client.data_converter.payload_converter.from_payload(payloads[0]),
                digest=sha256(payloads[0].data).hexdigest(),
                run_started_at=run.started_at,
                event=event.event_id,
            )
        )
    return words


async def _events(client: Client, workflow_id: str, run_id: str) -> AsyncIterator[HistoryEvent]:
    request = GetWorkflowExecutionHistoryRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id)
    )
    while True:
        try:
            page = await client.workflow_service.get_workflow_execution_history(request)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return
            raise
        for event in page.history.events:
            yield event
        if not page.next_page_token:
            return
        request.next_page_token = page.next_page_token
