"""Every scenario beside the procedures holds; every rung, delay and end that a procedure promises is named by one."""

from datetime import UTC, datetime

import pytest

from sop_engine.cases.scenarios.model import Scenario
from sop_engine.content.scenario_files import ScenarioFile
from tests.scenarios.shipped import played, shipped, theatre

OPENED = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(("file", "scenario"), shipped(), ids=[f"{file.sop}-{each.name}" for file, each in shipped()])
def test_a_shipped_scenario_holds(file: ScenarioFile, scenario: Scenario) -> None:
    found = played(file.sop, scenario.name)
    assert [f"{file.place(each.path)} {each.message}" for each in found.verdicts if not each.holds] == []
    assert found.verdicts, f"{file.place(scenario.path)} expects nothing"


@pytest.mark.parametrize("sop", theatre().library.sops)
def test_every_promise_is_named_by_a_scenario(sop: str) -> None:
    """`sop definition coverage --missing` says where each stands."""
    found = theatre().coverage(sop, [played(file.sop, each.name) for file, each in shipped()], OPENED)
    assert [f"{each.kind} {each.name}" for each in found.unnamed] == []


def test_every_ladder_goes_on_after_its_last_rung() -> None:
    assert [ladder.name for ladder in theatre().library.ladders.values() if ladder.every is None] == []
