"""A stream whose file was removed while a case watches it: log, owner of the case, list and doctor say so."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sop_engine.cases.contracts.streams import WatchStreamsInput
from sop_engine.console.doctor import check_streams
from sop_engine.temporal.queues import STREAMS, streams_id
from sop_engine.temporal.streams_gateway import StreamsGateway
from tests.integration.installation import installation, until
from tests.unit.content.stream_samples import stream_library

EVENT = "streams.temperatures.undeclared"


async def test_who_looks_after_the_case_hears_that_its_stream_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = stream_library(tmp_path / "content", is_whole=True)
    async with installation(tmp_path / "house") as house:
        queue = house.settings.task_queue
        async with house.worker(library):
            sealed_at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
            await house.open("Cooling", "CO-1", {"containers": ["MSKU1"], "sealed_at": sealed_at})
            await house.published_journal("CO-1")
            assert (await check_streams(house.gateway)).verdict == "warning", "nobody looks for silence"
        with caplog.at_level(logging.WARNING):
            async with house.worker(replace(library, streams={})):
                await house.client.start_workflow(
                    STREAMS, WatchStreamsInput(task_queue=queue), id=streams_id(queue), task_queue=queue
                )

                async def told() -> list[str]:
                    steps = await house.timeline("CO-1")
                    return [step.kind for step in steps if step.name == EVENT]

                assert await until(told, "that the case is told") == ["event_unheard"]
                assert any("watch the stream temperatures, which no file declares" in each for each in caplog.messages)
                assert (await StreamsGateway(house.gateway).streams()).undeclared == {"temperatures": 1}
                found = await check_streams(house.gateway)
                assert found.verdict == "warning"
                assert found.what == "temperatures: 1 open cases watch it, and no file declares it"
        async with house.worker(library):
            assert (await check_streams(house.gateway)).verdict == "ok"
