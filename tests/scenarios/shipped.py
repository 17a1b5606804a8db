"""The shipped scenarios and what plays them, read once for all tests."""

from functools import cache

from sop_engine.cases.scenarios.model import Scenario
from sop_engine.cases.scenarios.playing import Played
from sop_engine.content.library import load_library
from sop_engine.content.scenario_files import ScenarioFile, Theatre


@cache
def theatre() -> Theatre:
    return Theatre(load_library())


@cache
def shipped() -> tuple[tuple[ScenarioFile, Scenario], ...]:
    """Every shipped scenario with its file."""
    return tuple((file, scenario) for file in theatre().files() for scenario in file.scenarios.values())


def named(sop: str, name: str) -> Scenario:
    return next(scenario for file, scenario in shipped() if (file.sop, scenario.name) == (sop, name))


@cache
def played(sop: str, name: str) -> Played:
    return theatre().play(named(sop, name))


def told(text: str, sop: str = "Collection") -> tuple[ScenarioFile, Played]:
    """The one scenario of a text, played, with its file."""
    file = theatre().read(text, f"{sop}.scenarios.yaml", sop)
    (scenario,) = file.scenarios.values()
    return file, theatre().play(scenario)


def failures(text: str, sop: str = "Collection") -> list[str]:
    """What does not hold of the one scenario of a text, each with its line."""
    file, found = told(text, sop)
    return [f"{file.place(each.path)} {each.message}" for each in found.verdicts if not each.holds]
