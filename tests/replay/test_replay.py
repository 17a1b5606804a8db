"""Every recorded history replays with the present code, and publishes the same steps and deadlines as when recorded."""

import json
import re
from pathlib import Path

import pytest

from sop_engine.cases.written.engine_version import KNOWN_VERSIONS
from tests.replay.capture import Published
from tests.replay.replayed_histories import PROJECT, replayed

HISTORIES = sorted(
    path for path in (PROJECT / "tests" / "replay" / "histories").glob("*.json") if ".steps" not in path.name
)


@pytest.fixture(scope="module")
def published() -> dict[str, list[Published]]:
    """What a fresh process publishes when it replays all histories."""
    answer = replayed(HISTORIES)
    assert answer.returncode == 0, answer.stderr[-3_000:]
    found: dict[str, list[Published]] = json.loads(answer.stdout)
    return found


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_gives_the_recorded_steps_and_deadlines(path: Path, published: dict[str, list[Published]]) -> None:
    expected = json.loads(path.with_suffix(".steps.json").read_text(encoding="utf-8"))
    assert expected
    assert published[path.name] == expected


def test_the_hash_seed_does_not_matter(published: dict[str, list[Published]]) -> None:
    chosen = HISTORIES[:1]
    answer = replayed(chosen, seed="4711")
    assert json.loads(answer.stdout) == {path.name: published[path.name] for path in chosen}


def test_a_history_that_the_code_does_not_follow_is_noticed(tmp_path: Path) -> None:
    """A timer that the case never set: the comparison can fail."""
    history = json.loads(HISTORIES[0].read_text(encoding="utf-8"))
    timer = next(event for event in history["events"] if event["eventType"] == "EVENT_TYPE_TIMER_STARTED")
    timer["eventType"] = "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"
    del timer["timerStartedEventAttributes"]
    timer["activityTaskScheduledEventAttributes"] = {"activityId": "1", "activityType": {"name": "notify"}}
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(history), encoding="utf-8")
    answer = replayed([changed])
    assert answer.returncode != 0
    assert "Nondeterminism" in answer.stderr


def test_every_engine_version_has_a_history() -> None:
    versions = {int(path.name.split("-")[0].removeprefix("v")) for path in HISTORIES}
    assert versions == set(KNOWN_VERSIONS)


def test_no_history_names_the_machine_that_recorded_it() -> None:
    for path in HISTORIES:
        text = path.read_text(encoding="utf-8")
        assert '"identity": "recorder"' in text
        assert str(PROJECT) not in text
        assert re.search(r"\d@", text) is None
