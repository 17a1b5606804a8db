"""Cases that were opened before messages were proven: they ask for proof from the next message on, and still replay."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.worker import Replayer

from sop_engine.cases.written.engine_version import FOUNDATION
from sop_engine.content import library
from sop_engine.temporal.plugin import sop_plugin
from tests.integration.forger import arrives, refused, report, stands, tell, walking
from tests.integration.installation import Installation, installation, until
from tests.integration.outing import OPERATOR, outing_library
from workflows.case import CaseWorkflow
from workflows.rungs import Rung


@pytest.fixture(autouse=True)
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """New cases are loaded as of the first rung."""
    monkeypatch.setattr(library, "ENGINE_VERSION", FOUNDATION)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path / "house") as running:
        yield running


async def test_a_forged_report_to_an_older_case_moves_nothing(house: Installation, tmp_path: Path) -> None:
    async with house.worker(outing_library(tmp_path)):
        run_id = await walking(house, "older")
        await tell(house, "older", "case.child", report("older", run_id))
        await refused(house, "older")
        await stands(house, "older")
        await arrives(house, "older")
    await replays(house, "older")


async def test_a_case_that_once_believed_asks_for_proof_from_the_next_message_on(
    house: Installation, tmp_path: Path
) -> None:
    """One run has both: the answer of the older worker must not stand for all of it."""
    content = outing_library(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rung, "is_taken", lambda *_: False)
        async with house.worker(content):
            await walking(house, "both")
            await house.act("both", "hold", actor=OPERATOR, reason="wait")
            await until(lambda: "hold" in kinds(house, "both.walk"), "the hold")
            await house.act("both", "resume", actor=OPERATOR)
            await until(lambda: "resume" in kinds(house, "both.walk"), "the resume")
    assert await markers(house, "both.walk") == 0
    async with house.worker(content):
        await tell(house, "both.walk", "case.cancel", {"actor": OPERATOR, "reason": "forged"})
        await refused(house, "both.walk")
        await stands(house, "both.walk")
        await house.act("both", "hold", actor=OPERATOR, reason="again")
        await until(lambda: kinds(house, "both.walk").count("hold") == 2, "the second hold")
        await house.act("both", "resume", actor=OPERATOR)
        await until(lambda: kinds(house, "both.walk").count("resume") == 2, "the second resume")
        assert [kind for kind in kinds(house, "both.walk") if kind != "event_refused"] == [
            "opened",
            *("hold", "resume") * 2,
        ]
        assert await markers(house, "both.walk") == 1
        await arrives(house, "both")
    await replays(house, "both")
    await replays(house, "both.walk")


def kinds(house: Installation, case_id: str) -> list[str]:
    return [row.kind for row in house.unbroken_journal(case_id)]


async def markers(house: Installation, case_id: str) -> int:
    """How often the case's history says that a rung was taken."""
    events = (await house.history(case_id)).events
    marked = [event for event in events if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED]
    return sum(event.marker_recorded_event_attributes.marker_name == "core_patch" for event in marked)


async def replays(house: Installation, case_id: str) -> None:
    """Fails where the present code does not follow the case's history."""
    await Replayer(workflows=[CaseWorkflow], plugins=[sop_plugin()]).replay_workflow(await house.history(case_id))
