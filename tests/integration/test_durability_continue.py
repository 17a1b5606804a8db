"""A case goes on in a fresh run: with open children, tasks, clocks, an activity in flight and acts arriving at once."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio import activity

import worker
from activities.work import WorkActivities
from sop_engine.cases.contracts.acts import ActResult, CommentInput
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.contracts.views import ClockView
from sop_engine.console.playing import Player
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.shipment import export_example
from workflows import leaving

CONTINUE_AFTER = 4


class SlowScreening:
    """The activity `cargo_acceptance`, held until the test lets it go; it remembers the keys it was called with."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.keys: list[str] = []


@pytest.fixture(scope="module")
def screening() -> Iterator[SlowScreening]:
    slow = SlowScreening()

    class SlowWork(WorkActivities):
        @activity.defn(name="cargo_acceptance")
        def cargo_acceptance(self, given: WorkInput) -> WorkResult:
            slow.keys.append(given.key)
            slow.may_end.wait(30)
            return super().cargo_acceptance(given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "WorkActivities", SlowWork)
        patch.setattr(leaving, "DRAIN", timedelta(seconds=1))
        yield slow


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, screening: SlowScreening) -> AsyncIterator[Installation]:
    folder = Path(tmp_path_factory.mktemp("house"))
    async with installation(folder, continue_after=CONTINUE_AFTER) as running, running.worker():
        yield running


async def shipment(house: Installation, case_id: str) -> Player:
    """A shipment whose first child, the intake, is open."""
    player = Player(house.gateway, export_example().model_copy(update={"id": case_id}), lambda view: None)
    await player.open()
    await player.until(f"{case_id}.intake", "its first task", lambda view: bool(view.tasks))
    return player


async def run_id(house: Installation, case_id: str) -> str:
    return str((await house.handle(case_id).describe()).run_id)


async def in_next_run(house: Installation, case_id: str) -> str:
    """Comments until the case has gone on in a fresh run; gives the run that was left."""
    left = await run_id(house, case_id)
    for number in range(CONTINUE_AFTER):
        await house.act(case_id, "comment", actor="zhou.jie", text=f"{left} {number}", id=f"{left} {number}")

    async def has_moved() -> bool:
        return await run_id(house, case_id) != left

    await until(has_moved, f"a fresh run of {case_id}")
    return left


def promises(clocks: tuple[ClockView, ...]) -> list[tuple[str, str, object]]:
    return [(clock.clock, clock.status, clock.due_at) for clock in clocks]


async def test_tasks_clocks_and_children_are_what_they_were(house: Installation) -> None:
    await shipment(house, "SHP-1")
    before = await house.view("SHP-1")
    child_before = await house.view("SHP-1.intake")
    await in_next_run(house, "SHP-1")
    await in_next_run(house, "SHP-1.intake")
    after, child_after = await house.view("SHP-1"), await house.view("SHP-1.intake")
    assert promises(after.clocks) == promises(before.clocks)
    assert promises(child_after.clocks) == promises(child_before.clocks)
    assert child_after.tasks == child_before.tasks
    assert after.children == before.children
    assert after.data == before.data
    assert (after.step, after.states) == (before.step + CONTINUE_AFTER, before.states)
    for case_id in ("SHP-1", "SHP-1.intake"):
        assert len({row.first_run_id for row in await house.published_journal(case_id)}) == 1


async def test_a_child_reports_to_the_run_that_goes_on(house: Installation, screening: SlowScreening) -> None:
    screening.may_end.set()
    player = await shipment(house, "SHP-2")
    await in_next_run(house, "SHP-2")
    for act in player.example.script[:3]:
        await player.ready(act)
        await player.play(act)
    view = await player.until("SHP-2", "the booking", lambda view: "booking" in view.states)
    assert [(child.key, child.status, child.outcome) for child in view.children] == [
        ("intake#1", "completed", "accepted"),
        ("booking#1", view.children[1].status, None),
    ]
    rows = await house.published_journal("SHP-2")
    assert [row.name for row in rows].count("intake.accepted") == 1


async def test_a_report_with_a_wrong_run_id_is_refused(house: Installation) -> None:
    await shipment(house, "SHP-3")
    report = {"key": "intake#1", "case_id": "SHP-3.intake", "outcome": "accepted", "result": {}}
    await in_next_run(house, "SHP-3")
    await house.handle("SHP-3").signal("case.child", {**report, "run_id": "somebody-else"})
    rows = await until(lambda: [row for row in house.journal("SHP-3") if row.kind == "event_refused"], "the refusal")
    assert rows[0].name == "case.child"
    assert "intake" in (await house.view("SHP-3")).states


async def test_an_activity_in_flight_is_started_again_under_the_same_key(
    house: Installation, screening: SlowScreening
) -> None:
    screening.may_end.clear()
    screening.keys.clear()
    player = await shipment(house, "SHP-4")
    for act in player.example.script[:2]:
        await player.ready(act)
        await player.play(act)
    await until(lambda: screening.keys, "the screening")
    await in_next_run(house, "SHP-4.intake")
    await until(lambda: len(screening.keys) == 2, "the screening in the fresh run")
    screening.may_end.set()
    await player.until("SHP-4.intake", "the review", lambda view: "reviewing" in view.states)
    assert len(set(screening.keys)) == 1
    rows = await house.published_journal("SHP-4.intake")
    assert [row.name for row in rows].count("screening.done") == 1


async def test_acts_that_arrive_while_runs_change_are_carried_out_once(house: Installation) -> None:
    await house.open("Complaint", "busy", COMPLAINT)
    texts = [f"comment {number}" for number in range(40)]
    answers = await asyncio.gather(*(house.act("busy", "comment", actor="li.na", text=text, id=text) for text in texts))
    rows = await house.published_journal("busy")
    assert sorted(str(row.note) for row in rows if row.kind == "comment") == sorted(texts)
    # Where the server loses an answer, the client asks again, perhaps in the next run, and hears that it is done.
    noted = {row.step: row.note for row in rows}
    assert all(answer.duplicate or noted[answer.step] == text for answer, text in zip(answers, texts, strict=True))
    assert len({row.first_run_id for row in rows}) == 1


async def test_no_id_is_forgotten(house: Installation) -> None:
    await house.open("Complaint", "memory", COMPLAINT)
    act = CommentInput(actor="li.na", text="once")
    first = await house.handle("memory").execute_update("comment", act, id="update-1", result_type=ActResult)
    await house.signal("memory", "moon.rose", message_id="signal-1")
    await in_next_run(house, "memory")
    again = await house.handle("memory").execute_update("comment", act, id="update-1", result_type=ActResult)
    await house.signal("memory", "moon.rose", message_id="signal-1")
    await house.act("memory", "comment", actor="li.na", text="last")
    assert (first.duplicate, again.duplicate) == (False, True)
    rows = await house.published_journal("memory")
    assert [row.note for row in rows].count("once") == 1
    assert [row.name for row in rows].count("moon.rose") == 1


async def test_a_case_ends_well_after_many_runs(house: Installation) -> None:
    await house.open("Complaint", "long", COMPLAINT)
    for act in ACTS[:7]:
        await house.act("long", "complete_task", **act)
    await house.signal("long", "complainant.withdrew")
    result = await house.handle("long").result()
    assert result["outcome"] == "withdrawn"
    rows = house.unbroken_journal("long")
    assert [row.name for row in rows[1:8]] == [f"{act['task']}.{act['outcome']}" for act in ACTS[:7]]
