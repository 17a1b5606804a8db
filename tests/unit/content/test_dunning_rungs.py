"""After how many days past due a letter goes out is said once, in the ledger's policy; the ladder counts by it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sop_engine.content.dunning_rungs import days_of_levels, placed
from sop_engine.content.library import ContentError, content_root, load_library
from sop_engine.content.rules import load_rules
from sop_engine.freight.subledger.ageing import days_past_due
from sop_engine.freight.subledger.posting import LedgerRules
from tests.unit.content.exact_finance import COLLECTION_DATA
from tests.unit.content.exact_house import ExactHouse

POLICY = load_rules(content_root() / "ledger.yaml", LedgerRules).policy
LADDER = {"rungs": {"first": {"at": "0 days"}, "second": {"dunning": 2, "notify": ["finance_clerk"]}}}


def test_a_level_becomes_the_beginning_of_its_day() -> None:
    faults: list[str] = []
    ladder = placed("l", LADDER, {2: 7}, lambda place, fault: faults.append(fault))
    assert ladder["rungs"]["second"] == {"at": "+6 days", "notify": ["finance_clerk"]}
    assert (ladder["rungs"]["first"], faults) == ({"at": "0 days"}, [])


@pytest.mark.parametrize(
    ("rung", "said"),
    [({"dunning": 9}, "no level 9 of dunning; allowed: 2"), ({"dunning": 2, "at": "0 days"}, "beside")],
)
def test_a_level_that_is_not_known_or_not_alone_is_a_fault(rung: dict[str, Any], said: str) -> None:
    faults: list[tuple[tuple[str | int, ...], str]] = []
    placed("l", {"rungs": {"x": rung}}, {2: 7}, lambda place, fault: faults.append((place, fault)))
    ((place, fault),) = faults
    assert place == ("l", "rungs", "x", "dunning")
    assert said in fault


def test_each_letter_sounds_as_its_days_past_due_begin() -> None:
    house = ExactHouse("2026-03-02 09:00")
    house.start("Collection", **COLLECTION_DATA)
    house.at("2026-06-01 09:00")
    reached = house.rungs("receivable")
    names = {"reminder": "breached"}
    due_on = date.fromisoformat(COLLECTION_DATA["due_on"])
    for level in POLICY.dunning:
        day, _, time = reached[names.get(level.name, level.name)].partition(" ")
        assert (days_past_due(due_on, date.fromisoformat(day)), time) == (level.days, "00:00"), level


def test_credit_stops_with_the_level_that_says_so() -> None:
    assert days_of_levels(yaml.safe_load((content_root() / "ledger.yaml").read_text("utf-8")))[5] == 45
    assert POLICY.credit_stop_days == 45


def test_a_ladder_without_its_ledger_is_refused_with_its_line(tmp_path: Path) -> None:
    for path in content_root().rglob("*.*"):
        if "__pycache__" not in path.parts and path.name != "ledger.yaml" and path.is_file():
            copy = tmp_path / path.relative_to(content_root())
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    with pytest.raises(
        ContentError, match=r"ladders.yaml:\d+:\d+: collection.rungs.second_reminder.dunning: no level 2"
    ):
        load_library(tmp_path)
