"""The embedded server: durable in its folder, on the same ports again, and plain about what is in its way."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from sop_engine.temporal.attributes import SEARCH_ATTRIBUTES, SOP_STAGE
from sop_engine.temporal.client import UnreachableError, connect_to
from sop_engine.temporal.folder_lock import FolderLock
from sop_engine.temporal.server import EmbeddedServer, free_or_any, free_or_any_address, free_port


async def test_a_killed_server_knows_its_cases_when_it_is_started_again(tmp_path: Path) -> None:
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        address = server.address
        client = await connect_to(address)
        await client.start_workflow("Anything", id="kept", task_queue="nobody")
        await server.kill()
        await server.start()
        assert server.address == address
        described = await client.get_workflow_handle("kept").describe()
        assert described.status is WorkflowExecutionStatus.RUNNING


async def test_a_new_server_has_the_attributes_and_keeps_closed_cases(tmp_path: Path) -> None:
    async with EmbeddedServer(data_dir=tmp_path, retention=timedelta(days=7)) as server:
        client = await connect_to(server.address)
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
        assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=7)
        listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
        assert {name for name, _ in SEARCH_ATTRIBUTES} <= set(listed.custom_attributes)
        assert server.ui_url.startswith("http://127.0.0.1:")


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    async with EmbeddedServer(data_dir=tmp_path / "first", ui=False) as server:
        port = int(server.address.partition(":")[2])
        assert free_or_any(port) == 0
        with pytest.raises(UnreachableError, match=f"Another program has taken port {port}"):
            await EmbeddedServer(data_dir=tmp_path / "second", port=port, ui=False).start()


async def test_a_server_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "temporal.db").mkdir()
    with pytest.raises(UnreachableError, match=r"(?s)The embedded Temporal server ended with code 1\n.+"):
        await EmbeddedServer(data_dir=tmp_path, ui=False).start()


async def test_a_server_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        address = server.address
    with pytest.raises(UnreachableError, match=f"Temporal does not answer at {address}"):
        await connect_to(address)


async def test_two_servers_never_run_on_one_folder(tmp_path: Path) -> None:
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        port = server.address.partition(":")[2]
        refused = f"{tmp_path} already: process {os.getpid()}, port {port}"
        with pytest.raises(UnreachableError, match=refused):
            await EmbeddedServer(data_dir=tmp_path, ui=False).start()
        await connect_to(server.address)
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        await connect_to(server.address)


async def test_a_server_that_outlives_its_starter_keeps_its_folder(tmp_path: Path) -> None:
    """Only Linux ends a server with its starter; elsewhere the folder stays taken until the server is gone."""
    lock = FolderLock(tmp_path)
    lock.take(7233)
    server = await asyncio.create_subprocess_exec("sleep", "600", pass_fds=lock.inherited)
    lock.free()
    with pytest.raises(UnreachableError, match="A server runs on the folder"):
        FolderLock(tmp_path).take(7234)
    server.send_signal(signal.SIGKILL)
    await server.wait()
    FolderLock(tmp_path).take(7234)


async def test_a_folder_of_an_older_release_gets_the_attributes_it_lacks(tmp_path: Path) -> None:
    later = [name for name, _ in SEARCH_ATTRIBUTES if name != "SopStatus"]
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        operator = (await connect_to(server.address)).operator_service
        await operator.remove_search_attributes(
            RemoveSearchAttributesRequest(namespace="default", search_attributes=later)
        )
    async with EmbeddedServer(data_dir=tmp_path, ui=False) as server:
        client = await connect_to(server.address)
        listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
        assert {name for name, _ in SEARCH_ATTRIBUTES} <= set(listed.custom_attributes)
        stage = TypedSearchAttributes([SearchAttributePair(SOP_STAGE, "handling")])
        await client.start_workflow("Anything", id="staged", task_queue="nobody", search_attributes=stage)


@pytest.mark.parametrize("words", [("-m", "cli", "worker"), ("-m", "worker")])
async def test_a_worker_without_a_server_says_so_in_words_by_either_name(words: tuple[str, ...]) -> None:
    environment = {**os.environ, "TEMPORAL_ADDRESS": free_or_any_address(0)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=environment, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    assert (process.returncode, told.decode().partition(" at ")[0]) == (4, "error: Temporal does not answer")


def test_the_port_of_a_server_that_is_down_is_given_to_no_outgoing_connection() -> None:
    outgoing = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()
    assert 1_024 < free_port() < int(outgoing[0])
