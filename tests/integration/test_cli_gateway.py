"""The gateway against a real server: what a caller sees when a case answers, refuses, is closed, or nobody is there."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from sop_engine.basis.faults import InvalidInput, NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.acts import ActResult, CommentInput, HoldInput
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.temporal import gateway as gateway_module
from sop_engine.temporal import standalone
from sop_engine.temporal.client import UnreachableError, connect_to
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.server import EmbeddedServer

TOO_LATE = "[TMPRL1101] Potential deadlock detected: workflow didn't yield within 2 second(s)."
"""The SDK's words, as they were seen."""
QUEUE = "gateway-tests"


class Echo(Contract):
    text: str


@workflow.defn(name="Echo")
class EchoWorkflow:
    """Answers as a case does, with as little of a case as the gateway needs."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed = False

    @workflow.run
    async def run(self, opening: OpenCaseInput) -> None:
        if "bad" in opening.data:
            fault = {"where": "bad", "what": "unknown field", "allowed": "text"}
            raise ApplicationError(
                "No", "The data cannot be used", [fault], [], type="InvalidInput", non_retryable=True
            )
        await workflow.wait_condition(lambda: self.closed)

    @workflow.update
    def comment(self, act: CommentInput) -> ActResult:
        self.heard.append(act.text)
        return ActResult(case_id=workflow.info().workflow_id, step=len(self.heard), status="open", states=(), tasks=())

    @workflow.update
    def hold(self, act: HoldInput) -> ActResult:
        raise ApplicationError("No", "The case is held already", [], ["resume"], type="Refused")

    @workflow.update
    def cancel(self, act: HoldInput) -> ActResult:
        raise ApplicationError("No", "Only a manager may", [], [], type="NotPermitted")

    @workflow.signal
    def event(self, event: EventSignal) -> None:
        self.heard.append(event.name)
        self.closed = event.name == "close"

    @workflow.query(name="case")
    def case(self) -> dict[str, object]:
        return {"heard": self.heard}

    @workflow.query
    def timeline(self) -> list[str]:
        return self.heard


@activity.defn
def echo(question: Echo) -> Echo:
    if question.text == "missing":
        raise ApplicationError("No", "There is no such thing", [], [], type="NotFound", non_retryable=True)
    return question


@pytest_asyncio.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with EmbeddedServer(data_dir=Path(tmp_path_factory.mktemp("server")), ui=False) as server:
        yield await connect_to(server.address)


@pytest_asyncio.fixture(scope="module")
async def gateway(client: Client) -> AsyncIterator[CaseGateway]:
    with ThreadPoolExecutor(2) as pool:
        # The plugin's sandbox is for the engine's own workflows; this one stands in a test module.
        plain = await Client.connect(client.service_client.config.target_host, data_converter=pydantic_data_converter)
        worker = Worker(
            plain,
            task_queue=QUEUE,
            workflows=[EchoWorkflow],
            activities=[echo],
            activity_executor=pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with worker:
            yield CaseGateway(client, QUEUE, ui_url="http://ui")


async def opened(gateway: CaseGateway, case_id: str) -> str:
    await gateway.client.start_workflow("Echo", OpenCaseInput(), id=case_id, task_queue=QUEUE)
    return case_id


async def test_an_act_is_answered_and_the_same_id_runs_once(gateway: CaseGateway) -> None:
    case_id = await opened(gateway, "answered")
    act = CommentInput(actor="li.na", text="hello", id="my-own-id")
    first = await gateway.update(case_id, "comment", act)
    again = await gateway.update(case_id, "comment", act)
    assert (first.step, again.step) == (1, 1)
    assert await gateway.query(case_id, "timeline", list[str]) == ["hello"]


async def test_a_refusal_comes_back_as_what_it_was(gateway: CaseGateway) -> None:
    case_id = await opened(gateway, "refusing")
    with pytest.raises(Refused) as refused:
        await gateway.update(case_id, "hold", HoldInput(actor="li.na", reason="wait"))
    assert refused.value.text() == "The case is held already\nallowed now: resume"
    with pytest.raises(NotPermitted, match="Only a manager may"):
        await gateway.update(case_id, "cancel", HoldInput(actor="li.na", reason="wait"))


async def test_a_question_that_a_busy_machine_was_too_slow_for_is_asked_again(
    gateway: CaseGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await opened(gateway, "slow")
    late = [TOO_LATE, TOO_LATE]
    ask = WorkflowHandle.query

    async def slow_twice(handle: WorkflowHandle[Any, Any], *asked: Any, **how: Any) -> Any:
        if late:
            raise WorkflowQueryFailedError(late.pop())
        return await ask(handle, *asked, **how)

    monkeypatch.setattr(WorkflowHandle, "query", slow_twice)
    assert await gateway.query(case_id, "timeline", list[str]) == []
    assert late == []


async def test_a_server_that_leaves_between_two_questions_is_named(
    gateway: CaseGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a call came to is asked for by another, and the server may be gone by then."""

    async def gone(*_: object, **__: object) -> None:
        raise RPCError("transport error", RPCStatusCode.UNAVAILABLE, b"")

    monkeypatch.setattr(gateway.client.workflow_service, "describe_workflow_execution", gone)
    for call in (
        gateway.case("nobody"),
        gateway.update("nobody", "comment", CommentInput(actor="li.na", text="hello")),
        gateway.is_running("nobody"),
        gateway.start_case("Echo", "left-alone", OpenCaseInput()),
    ):
        with pytest.raises(UnreachableError, match="Temporal does not answer"):
            await call


async def test_bad_opening_data_is_told_with_every_fault(gateway: CaseGateway) -> None:
    with pytest.raises(InvalidInput, match=r"bad: unknown field \(allowed: text\)"):
        await gateway.start_case("Echo", "bad-data", OpenCaseInput(data={"bad": 1}))


async def test_an_id_is_used_once(gateway: CaseGateway) -> None:
    await opened(gateway, "used")
    await gateway.signal("used", EventSignal(name="close"))
    await gateway.client.get_workflow_handle("used").result()
    with pytest.raises(Refused, match="every id is used once"):
        await gateway.start_case("Echo", "used", OpenCaseInput())


async def test_a_closed_case_refuses_and_an_unknown_one_is_not_found(gateway: CaseGateway) -> None:
    case_id = await opened(gateway, "closing")
    await gateway.signal(case_id, EventSignal(name="close"))
    await gateway.client.get_workflow_handle(case_id).result()
    act = CommentInput(actor="li.na", text="late")
    with pytest.raises(Refused, match="is closed"):
        await gateway.update(case_id, "comment", act)
    with pytest.raises(Refused, match="is closed"):
        await gateway.signal(case_id, EventSignal(name="late"))
    for call in (
        gateway.update("nowhere", "comment", act),
        gateway.signal("nowhere", EventSignal(name="late")),
        gateway.case("nowhere"),
    ):
        with pytest.raises(NotFound, match="There is no case nowhere"):
            await call


async def test_a_read_answers_or_says_why_not(gateway: CaseGateway) -> None:
    assert await gateway.read("echo", Echo(text="hello"), Echo) == Echo(text="hello")
    with pytest.raises(NotFound, match="There is no such thing"):
        await gateway.read("echo", Echo(text="missing"), Echo)


async def test_without_a_worker_every_call_ends_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "UPDATE_TIMEOUT", timedelta(milliseconds=300))
    monkeypatch.setattr(gateway_module, "QUERY_TIMEOUT", timedelta(milliseconds=300))
    monkeypatch.setattr(standalone, "PICKED_UP_WITHIN", timedelta(milliseconds=300))
    heard: list[str] = []
    lonely = CaseGateway(client, "nobody-polls-this", say=heard.append)
    await client.start_workflow("Echo", OpenCaseInput(), id="lonely", task_queue="nobody-polls-this")
    act = CommentInput(actor="li.na", text="hello", id="kept-id")
    for call in (
        lonely.update("lonely", "comment", act),
        lonely.case("lonely"),
        lonely.read("echo", Echo(text="hello"), Echo),
    ):
        with pytest.raises(UnreachableError, match="No worker answers on the task queue 'nobody-polls-this'"):
            await call
    assert heard == ["No answer yet from lonely; asking again under the same id kept-id"] * 2


def test_a_link_leads_to_the_case(gateway: CaseGateway) -> None:
    assert gateway.ui_link("SHP-1/x.booking") == "http://ui/namespaces/default/workflows/SHP-1%2Fx.booking"
