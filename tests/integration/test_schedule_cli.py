"""`sop schedule` as typed, on an installation as it is started: what is shown first, who may, what comes of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

import worker
from activities.duties import DutyActivities
from sop_engine.console.stack import worker_beside
from sop_engine.content.library import load_library
from sop_engine.temporal.queues import duties_id
from sop_engine.temporal.writes import HELD_BACK, kind_of
from tests.integration.installation import Installation, installation, until
from tests.integration.ledger_terminal import sop


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: Any) -> AsyncIterator[Installation]:
    async with (
        installation(Path(tmp_path_factory.mktemp("house"))) as running,
        worker_beside(worker.serve, running.client, running.settings),
    ):
        duties = duties_id(running.settings.task_queue)
        await until(lambda: running.gateway.is_running(duties), "the duties that a worker starts")
        yield running


async def line(house: Installation) -> dict[str, Any]:
    code, out, err = await sop(house, "schedule", "list", "--json")
    assert code == 0, err
    return next(dict(found) for found in json.loads(out)["duties"] if found["duty"] == "month_end")


async def duties_are_looked_at(house: Installation) -> bool:
    """Whether the doctor finds nothing amiss; while a round is under way it says so."""
    _, out, _ = await sop(house, "doctor", "--json")
    (duties,) = [each for each in json.loads(out)["findings"] if each["check"] == "duties"]
    return bool(duties["verdict"] == "ok")


async def test_a_duty_is_shown_applied_paused_resumed_and_run_by_hand(house: Installation) -> None:
    assert (await line(house))["status"] == "new"
    code, out, err = await sop(house, "schedule", "apply", "--as", "admin")
    assert (code, "month_end: added" in out, "after: " in out) == (0, True, True)
    assert "nothing was changed; --yes puts it in force" in err
    code, _, err = await sop(house, "schedule", "apply", "--yes", "--as", "li.na")
    assert (code, "li.na is no administrator" in err) == (5, True)
    assert (await line(house))["status"] == "new"
    code, _, err = await sop(house, "schedule", "apply", "--yes", "--as", "admin")
    assert (code, f"{len(load_library().schedules.duties)} duties are in force" in err) == (0, True)
    applied = await line(house)
    assert (applied["status"], applied["next_at"] is not None, applied["started"]) == ("applied", True, 0)
    code, _, err = await sop(house, "schedule", "apply", "--yes", "--as", "admin")
    assert (code, "what is in force is what the file says" in err) == (0, True)

    code, _, err = await sop(house, "schedule", "pause", "month_end", "--reason", "audit", "--as", "li.na")
    assert (code, "it is a duty of finance_clerk" in err) == (5, True)
    code, _, err = await sop(house, "schedule", "pause", "month_end", "--reason", "audit", "--as", "qian.li")
    assert code == 0, err
    assert (await line(house))["note"] == "paused by qian.li: audit"
    await until(lambda: duties_are_looked_at(house), "the round that looks at the duties")
    code, _, err = await sop(house, "schedule", "resume", "month_end", "--as", "qian.li")
    assert (code, "month_end goes on" in err) == (0, True)

    words = ("schedule", "run", "month_end", "--period", "2026-02", "--as", "hu.jing")
    code, _, err = await sop(house, *words)
    assert (code, "month_end-2026-02" in err) == (0, True)
    await until(lambda: house.view("month_end-2026-02"), "the case of February")
    assert (await house.view("month_end-2026-02")).data["month"] == "2026-01"
    code, _, err = await sop(house, *words)
    assert (code, "the case is month_end-2026-02" in err) == (1, True)
    code, _, err = await sop(house, *words[:4], "2026-W07", *words[5:])
    assert (code, "2026-11-30 (a day), 2026-W48" in err) == (2, True)
    assert ((await line(house))["started"], (await line(house))["last_period"]) == (1, "2026-02")


async def test_what_was_ended_is_started_again_by_the_worker(house: Installation) -> None:
    handle = house.handle(duties_id(house.settings.task_queue))
    await handle.terminate("by mistake")
    await until(lambda: house.gateway.is_running(handle.id), "the duties again")


def test_a_round_waits_while_the_records_cannot_be_relied_on() -> None:
    """What people order is kept all the same; nothing of it starts before the next round."""
    assert kind_of(DutyActivities.duty_round) in HELD_BACK
    assert kind_of(DutyActivities.pause_duty) not in HELD_BACK
