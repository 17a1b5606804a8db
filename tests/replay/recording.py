"""Records the histories that every later version must replay: `make record`. See README.md beside this file."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

import worker
from activities.work import WorkActivities
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.written.engine_version import ENGINE_VERSION
from sop_engine.cases.written.file_samples import sample_content
from sop_engine.console.playing import Player
from sop_engine.content.library import content_root, load_library
from sop_engine.temporal.files_gateway import FilesGateway
from sop_engine.temporal.queues import REFERENCE_DATA
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.shipment import completion, export_example, intake_acts, opening_data
from tests.replay.capture import Recorded, listening
from tests.replay.keeping import keep_history, runs_in_turn, started, write
from tests.replay.recording_own import OWN_RECORDINGS
from tests.workflows.harness import time_skipping_house

HISTORIES = Path(__file__).parent / "histories"


class FailsOnce(WorkActivities):
    """The screening of goods fails for good the first time."""

    failed = False

    @activity.defn(name="cargo_acceptance")
    def cargo_acceptance(self, given: WorkInput) -> WorkResult:
        if not FailsOnce.failed:
            FailsOnce.failed = True
            raise ApplicationError("the list of prohibited goods is not there", type="WorkInput", non_retryable=True)
        return super().cargo_acceptance(given)


@asynccontextmanager
async def running(**choices: Any) -> AsyncIterator[Installation]:
    with tempfile.TemporaryDirectory() as folder:
        async with installation(Path(folder), **choices) as house, house.worker():
            yield house


async def record_complaint(recorded: Recorded) -> None:
    """From the receipt to the end, the first response too late, with every timer of the main path."""
    with tempfile.TemporaryDirectory() as folder:
        async with time_skipping_house(Path(folder)) as house:
            await house.open("Complaint", "complaint", dict(COMPLAINT))
            await house.pass_time(timedelta(hours=3))
            for act in ACTS[:7]:
                await house.act("complaint", "complete_task", **act)
            await house.pass_time(timedelta(days=20))
            for act in ACTS[7:]:
                await house.act("complaint", "complete_task", **act)
            await keep(house.client, "complaint", recorded)


async def record_hold(recorded: Recorded) -> None:
    """Held with an event kept for later, resumed, told odd things, cancelled through Temporal."""
    async with running() as house:
        await house.open("Complaint", "hold", COMPLAINT)
        await house.act("hold", "claim_task", actor="li.na", task="registered")
        await house.act("hold", "hold", actor="zhao.min", reason="waiting for the insurer")
        await house.signal("hold", "complainant.informed", message_id="i-1", progress="we wait")
        await house.signal("hold", "complainant.informed", message_id="i-1", progress="we wait")
        await house.handle("hold").signal("event", 17)
        await house.handle("hold").signal("registered.acknowledged")
        await house.act("hold", "comment", actor="li.na", text="the insurer answered")
        await house.act("hold", "resume", actor="zhao.min")
        await house.handle("hold").cancel()
        await house.handle("hold").result()
        await keep(house.client, "hold", recorded)


async def record_continued(recorded: Recorded) -> None:
    """Two runs of one complaint: open tasks and clocks are carried over."""
    async with running(continue_after=3) as house:
        await house.open("Complaint", "continued", COMPLAINT)
        for act in ACTS[:3]:
            await house.act("continued", "complete_task", **act)

        async def has_moved() -> bool:
            described = await house.handle("continued").describe()
            return described.raw_description.workflow_execution_info.first_run_id != described.run_id

        await until(has_moved, "the second run")
        await house.act("continued", "complete_task", **ACTS[3])
        await house.act("continued", "cancel", actor="zhao.min", reason="customer withdrew")
        await house.handle("continued").result()
        await keep(house.client, "continued", recorded)


async def record_incident(recorded: Recorded) -> None:
    """Automated work fails for good, a person has it tried again; a parent with a child besides."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "WorkActivities", FailsOnce)
        async with running() as house:
            await house.open("FreightShipment", "incident", opening_data())
            for act in intake_acts()[:2]:
                await task_opens(house, "incident.intake", act.target)
                await house.act("incident.intake", "complete_task", **await completion(act, house.gateway))

            async def is_blocked() -> bool:
                return (await house.view("incident.intake")).status == "blocked"

            await until(is_blocked, "the incident")
            await house.act(
                "incident.intake",
                "resolve_incident",
                actor="zhou.jie",
                incident="screening#1",
                how="retry",
                reason="the list is back",
            )
            await task_opens(house, "incident.intake", "reviewing")
            await house.act("incident.intake", "complete_task", **await completion(intake_acts()[2], house.gateway))
            await house.handle("incident.intake").result()
            await keep(house.client, "incident.intake", recorded)


async def record_shipment(recorded: Recorded) -> None:
    """The export example from the commission to the money."""
    async with running() as house:
        player = Player(house.gateway, export_example().model_copy(update={"id": "shipment"}), lambda view: None)
        await player.open()
        for act in player.example.script:
            await player.ready(act)
            await player.play(act)
        await asyncio.wait_for(house.handle("shipment").result(), 60)
        await keep(house.client, "shipment", recorded)


async def record_files(recorded: Recorded) -> None:
    """A file from the opening, one that is attached and comes again, and one that a machine only names."""
    async with running() as house:
        bring = FilesGateway(house.gateway).bring_content
        letter = await bring("letter.pdf", lambda: BytesIO(sample_content("letter.pdf")))
        await house.open("Complaint", "files", {**COMPLAINT, "recording": letter})
        for content in ("the first", "the second"):
            photo = await bring("box.jpg", partial(BytesIO, sample_content("box.jpg", content)))
            await house.act("files", "attach", actor="li.na", **photo)
        await house.act("files", "cancel", actor="zhao.min", reason="customer withdrew")
        await house.handle("files").result()
        await keep(house.client, "files", recorded)


async def record_corrected(recorded: Recorded) -> None:
    """Told twice of corrected reference data: it is what the case has, then a worker came that has another holiday."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "content"
        copytree(content_root(), root)
        async with installation(Path(folder)) as house:
            async with house.worker():
                await house.open("Complaint", "corrected", COMPLAINT)
                await house.handle("corrected").signal(REFERENCE_DATA)
                await house.act("corrected", "comment", actor="li.na", text="nothing was corrected")
            holidays = root / "calendars" / "cn_holidays" / "2027.yaml"
            holidays.write_text(holidays.read_text("utf-8").replace('to: "2027-01-01"', 'to: "2027-01-03"'), "utf-8")
            async with house.worker(library=load_library(root)):
                await house.handle("corrected").signal(REFERENCE_DATA)
                await until(lambda: has_steps(house, "corrected", 3), "the step of the correction")
                await house.act("corrected", "cancel", actor="zhao.min", reason="customer withdrew")
                await house.handle("corrected").result()
                await keep(house.client, "corrected", recorded)


async def has_steps(house: Installation, case_id: str, count: int) -> bool:
    return (await house.view(case_id)).step >= count


async def task_opens(house: Installation, case_id: str, state: str) -> None:
    async def is_open() -> bool:
        return any(task.state == state for task in (await house.view(case_id)).tasks)

    await until(is_open, f"the task {state}")


async def keep(client: Client, case_id: str, recorded: Recorded) -> None:
    """Writes the history of each run of a case, and beside it what the run published."""
    runs = await runs_in_turn(client, case_id)
    for number, history in enumerate(runs, 1):
        published = recorded[started(history).original_execution_run_id]
        suffix = f"-run{number}" if len(runs) > 1 else ""
        stem = f"v{ENGINE_VERSION}-{case_id.replace('.', '-')}{suffix}"
        keep_history(HISTORIES / f"{stem}.json", history)
        write(HISTORIES / f"{stem}.steps.json", published)
        print(f"{stem}: {len(history.events)} events, {len(published)} writes")


RECORDINGS: dict[str, Callable[[Recorded], Awaitable[None]]] = {
    "complaint": record_complaint,
    "hold": record_hold,
    "continued": record_continued,
    "incident": record_incident,
    "shipment": record_shipment,
    "files": record_files,
    "corrected": record_corrected,
}


async def main(names: list[str]) -> None:
    for name in names or (*RECORDINGS, *OWN_RECORDINGS):
        if name in OWN_RECORDINGS:
            await OWN_RECORDINGS[name]()
        else:
            with listening() as recorded:
                await RECORDINGS[name](recorded)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
