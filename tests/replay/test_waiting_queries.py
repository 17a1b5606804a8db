"""Histories of cases that were asked while no worker polled replay as they were lived: the same steps, at the same
instants, in the same order. Without the guard before a run nearly all of them are lost."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from sop_engine.temporal import gateway, sandbox
from sop_engine.temporal.guard import ASK_AGAIN, Guard, refused
from tests.integration.installation import Installation, installation
from tests.replay.capture import Published, Recorded, listening
from tests.replay.replayed_histories import replayed
from tests.replay.waiting import AGAIN, RECIPES, Recipe, ask_before_it_happens, lose_a_task, shift_of

CASES = int(os.environ.get("RECIPE_CASES", "5"))
"""Of each recipe."""

LOST, MOST_LOST = 4, 24
"""Cases whose task a worker takes with it: so many at once, and again until by chance a question outlives it."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question waits longer than the recipe takes for many cases on a busy machine."""
    monkeypatch.setattr(gateway, "QUERY_TIMEOUT", timedelta(seconds=60))
    monkeypatch.setattr(gateway, "QUERY_ATTEMPTS", 10)
    monkeypatch.setattr(gateway, "UPDATE_TIMEOUT", timedelta(seconds=60))
    monkeypatch.setattr(gateway, "OPENED_WITHIN", 60.0)


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the guard refused something, by run."""
    counted: Counter[str] = Counter()

    def counting(run_id: str) -> object:
        counted[run_id] += 1
        return refused(run_id)

    monkeypatch.setattr(sandbox, "refused", counting)
    return counted


def many(recipes: dict[str, Recipe], cases: int) -> dict[str, Recipe]:
    return {f"{name} {number}": recipe for name, recipe in recipes.items() for number in range(cases)}


async def histories(house: Installation, case_ids: Sequence[str]) -> list[WorkflowHistory]:
    return [await house.history(case_id) for case_id in case_ids]


def standing(writes: list[Published]) -> list[Published]:
    """The writes that stand, in the order of their steps. One that was made again with another came to nothing."""
    found: list[Published] = []
    seen: set[int] = set()
    for written in reversed(writes):
        numbers = {step["step"] for step in written["steps"]}
        if not numbers & seen and written not in found:
            found.append(written)
        seen |= numbers
    return sorted(found, key=lambda written: json.dumps(written["steps"]))


def compare(folder: Path, lived: Sequence[WorkflowHistory], recorded: Recorded) -> None:
    """Fails unless each history replays in a fresh process and publishes what its run published."""
    paths = {folder / f"{number}.json": history for number, history in enumerate(lived)}
    for path, history in paths.items():
        path.write_text(history.to_json(), encoding="utf-8")
    answer = replayed(list(paths))
    assert answer.returncode == 0, answer.stderr[-3_000:]
    published: dict[str, list[Published]] = json.loads(answer.stdout)
    for path, history in paths.items():
        run_id = history.events[0].workflow_execution_started_event_attributes.original_execution_run_id
        assert standing(published[path.name]) == standing(recorded[run_id]), history.workflow_id


async def test_what_was_asked_before_it_happened_replays_as_it_was_lived(
    tmp_path: Path, refusals: Counter[str]
) -> None:
    cases = many(dict(RECIPES), CASES)
    with listening() as recorded:
        async with installation(tmp_path / "house") as house:
            shift = shift_of(house, tmp_path)
            first = await ask_before_it_happens(shift, cases)
            second = await ask_before_it_happens(shift, dict.fromkeys(cases, AGAIN))
            taken = await histories(house, list(cases))
    assert ASK_AGAIN not in " ".join((*first, *second))  # the gateway asked again until it was answered
    assert len(refusals) > len(cases) / 2  # else the questions came too late to show anything
    compare(tmp_path, taken, recorded)


async def test_a_task_that_a_lost_worker_had_begun_replays_as_it_was_lived(
    tmp_path: Path, refusals: Counter[str]
) -> None:
    """Its start stands in the history, at an instant that no replay gives."""
    cases: list[str] = []
    with listening() as recorded:
        async with installation(tmp_path / "house") as house:
            shift = shift_of(house, tmp_path)
            while not refusals and len(cases) < MOST_LOST:
                more = [f"lost {len(cases) + number}" for number in range(LOST)]
                await asyncio.gather(*(lose_a_task(shift.at(case_id), case_id) for case_id in more))
                cases += more
            taken = await histories(house, cases)
    compare(tmp_path, taken, recorded)
    assert refusals


async def test_without_the_guard_histories_are_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, the SDK keeps no run any more that only a query loaded, and the guard may go."""
    monkeypatch.setattr(Guard, "refuses", lambda self, activation: False)
    cases = many({"signal": RECIPES["signal"]}, 6)
    async with installation(tmp_path / "house") as house:
        await ask_before_it_happens(shift_of(house, tmp_path), cases)
        taken = await histories(house, list(cases))
    for history in taken:
        (tmp_path / f"{history.workflow_id}.json").write_text(history.to_json(), encoding="utf-8")
    assert any(replayed([tmp_path / f"{case_id}.json"]).returncode != 0 for case_id in cases)
