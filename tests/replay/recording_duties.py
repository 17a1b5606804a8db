"""Records the runs of the duties that every later version must replay: `python -m tests.replay.recording_duties`."""

import asyncio
import json
import tempfile
from pathlib import Path

from temporalio.client import WorkflowHistory

from sop_engine.cases.contracts.duties import PauseDutyInput, ResumeDutyInput
from sop_engine.temporal.queues import POKE
from tests.replay.recording import started, without_place, write
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.duty_house import CLERK, Duties, library_of_chores
from tests.workflows.harness import time_skipping_house
from tests.workflows.instants import PUBLISHED, library_with

FOLDER = Path(__file__).parent / "duties"


async def chain(duties: Duties) -> list[WorkflowHistory]:
    """Each run, from the first to the one that sleeps."""
    runs = [await duties.handle.fetch_history()]
    while before := started(runs[0]).continued_execution_run_id:
        handle = duties.house.client.get_workflow_handle(duties.handle.id, run_id=before)
        runs.insert(0, await handle.fetch_history())
    return runs


async def main() -> None:
    """Nothing applied, acts of people, a poke, a timer that rang; the last run sleeps."""
    with tempfile.TemporaryDirectory() as folder:
        library = library_of_chores(library_with(PUBLISHED, Path(folder)).root)
        async with time_skipping_house(Path(folder), library=library) as house:
            await house.pass_until(china("2093-12-28 08:00"))
            duties = Duties(house)
            await duties.begin()
            await duties.at_rest()
            await duties.apply()
            await duties.at_rest()
            await duties.gateway.pause(PauseDutyInput(actor=CLERK, duty="weekly", reason="stocktaking"))
            await duties.at_rest()
            await duties.handle.signal(POKE)
            await house.pass_until(china("2093-12-28 12:00"))
            await duties.gateway.resume(ResumeDutyInput(actor=CLERK, duty="weekly"))
            await duties.at_rest()
            FOLDER.mkdir(exist_ok=True)
            for number, history in enumerate(await chain(duties), 1):
                started(history).workflow_id = duties.handle.id  # the server that skips time leaves it out
                write(FOLDER / f"run{number}.json", without_place(json.loads(history.to_json())))
                print(f"run{number}: {len(history.events)} events")


if __name__ == "__main__":
    asyncio.run(main())
