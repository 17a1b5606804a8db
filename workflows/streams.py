"""What looks after streams: silence begins without a reading, and what a case was not told is told.

One per task queue, started by the workers. A run is one round and knows nothing of the one before: what was found
stands in the records.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from sop_engine.cases.contracts.streams import StreamRound, StreamRoundInput, WatchStreamsInput
from sop_engine.temporal.queues import STREAM_ROUND, STREAMS
from workflows.errands import PATIENT

ROUND_WITHIN = timedelta(minutes=10)


@workflow.defn(name=STREAMS)
class StreamsWorkflow:
    """Ends never."""

    @workflow.run
    async def run(self, given: WatchStreamsInput) -> None:
        now = workflow.now()
        done: StreamRound = await workflow.execute_activity(
            STREAM_ROUND,
            StreamRoundInput(now=now),
            result_type=StreamRound,
            start_to_close_timeout=ROUND_WITHIN,
            retry_policy=PATIENT,
            summary=f"{now:%Y-%m-%d %H:%M} UTC",
        )
        missing = f"; no file declares {', '.join(done.undeclared)}" if done.undeclared else ""
        workflow.set_current_details(
            f"{done.watches} rules of open cases watched; {done.told} times told; {done.forgotten} readings forgotten"
            + missing
        )
        await workflow.sleep(max(done.next_at - workflow.now(), timedelta(seconds=1)), summary="the next round")
        workflow.continue_as_new(given)
