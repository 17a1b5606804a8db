"""A parent's value moves, again and again: its child always ends with the last one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sop_engine.cases.contracts.reading import ListNoticesInput
from sop_engine.records.notices import NoticeRepository
from sop_engine.temporal.replaying import CaseReplayer
from tests.integration.case_status import has_status
from tests.integration.installation import Installation, installation, until
from tests.integration.outing import OPERATOR, go, outing_library
from workflows.case import CaseWorkflow

BOSS = "zhou.jie"


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    library = outing_library(Path(tmp_path_factory.mktemp("content")))
    async with (
        installation(Path(tmp_path_factory.mktemp("house")), continue_after=20) as running,
        running.worker(library),
    ):
        yield running


async def move(house: Installation, case_id: str, leave_by: datetime) -> None:
    await house.act(case_id, "amend", actor=BOSS, data={"leave_by": leave_by.isoformat()}, reason="it moved")


async def test_thirty_moves_end_with_the_last(house: Installation) -> None:
    """Also those while the child is opened, and while it is held; over the ends of runs of both."""
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    await go(house, "moved", "go")
    for hour in range(30):
        if hour == 10:
            await has_status(house, "moved.walk", "open")
            await house.act("moved.walk", "hold", actor=BOSS, reason="a question")
        if hour == 20:
            await house.act("moved.walk", "resume", actor=BOSS)
        await move(house, "moved", first + timedelta(hours=hour))
    last = first + timedelta(hours=29)

    async def has_followed() -> bool:
        view = await house.view("moved.walk")
        (clock,) = view.clocks  # the hold has moved it a little
        is_counted = timedelta() <= clock.due_at - last < timedelta(minutes=2)
        return view.data["leave_by"] == last.isoformat() and is_counted

    await until(has_followed, "the last of the moves")
    for case_id in ("moved", "moved.walk"):
        await house.published_journal(case_id)
        lived = await CaseReplayer(CaseWorkflow).replay(await house.history(case_id))
        assert lived.failure is None, lived.failure


async def test_a_person_s_own_value_is_replaced_aloud(house: Installation) -> None:
    await go(house, "own", "go")
    await has_status(house, "own.walk", "open")
    day = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    await move(house, "own.walk", day)
    await move(house, "own", day + timedelta(hours=1))

    async def is_told() -> bool:
        notices = NoticeRepository(house.engine).list(ListNoticesInput(case_id="own.walk")).notices
        return "value_followed" in [notice.template for notice in notices]

    await until(is_told, "a notice to the owner of the child")
    (step,) = [row for row in house.journal("own.walk") if row.kind == "followed"]
    assert step.actor == "case own"
    assert "was set here" in step.note
    await house.act("own.walk", "complete_task", actor=OPERATOR, outcome="arrived")


async def test_a_moved_value_reaches_every_child_whatever_it_is_doing(house: Installation) -> None:
    """One is held, in one a person has set his own value, one is closed; each clock counts from the moved value."""
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    data = {"destinations": [f"hill {number}" for number in range(6)], "leave_by": first.isoformat()}
    await house.open("Tour", "tour", data)
    children = await until(lambda: _open_children(house, "tour", 6), "six walks")
    held, own, closed, *_ = children
    await house.act(held, "hold", actor=BOSS, reason="a question")
    await move(house, own, first + timedelta(hours=5))
    await house.act(closed, "complete_task", actor=OPERATOR, outcome="arrived")
    await move(house, "tour", first + timedelta(hours=1))
    moved = (first + timedelta(hours=1)).isoformat()
    going_on = [child for child in children if child != closed]

    async def have_followed() -> bool:
        views = [await house.view(child) for child in going_on]
        return all(view.data["leave_by"] == moved for view in views)

    await until(have_followed, "the moved value in every walk")
    for child in going_on:
        rows = await house.published_journal(child)
        assert [row.kind for row in rows].count("followed") == 1, child
        (clock,) = (await house.view(child)).clocks
        assert timedelta() <= clock.due_at - (first + timedelta(hours=1)) < timedelta(minutes=2), child
    replaced = {child for child in going_on if "was set here" in str(_followed(house, child).note)}
    assert replaced == {own}
    assert "followed" not in [row.kind for row in house.journal(closed)]


async def _open_children(house: Installation, case_id: str, wanted: int) -> list[str]:
    found = [child.case_id for child in (await house.view(case_id)).children if child.status == "open"]
    return found if len(found) == wanted else []


def _followed(house: Installation, child: str) -> Any:
    (row,) = [row for row in house.journal(child) if row.kind == "followed"]
    return row
