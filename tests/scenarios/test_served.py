"""A rehearsal and the interpreter are one: sixty days of a receivable in memory, and on a server that skips time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sop_engine.cases.contracts.views import StepView
from sop_engine.content.scenario_files import Theatre
from tests.scenarios.served import far, opened_at, perform, silent_until
from tests.scenarios.shipped import named
from tests.workflows.desk import Desk
from tests.workflows.harness import time_skipping_house
from tests.workflows.instants import ESTIMATED, library_with

MOMENT = timedelta(minutes=1)
"""By how much an instant on a server may be off: people's acts reach it late, and clocks count from them."""


def instants_of(steps: Iterable[StepView]) -> dict[tuple[str, str], list[datetime]]:
    """Kind and name of steps -> the instants at which they came."""
    found: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for step in steps:
        found[(step.kind, step.name)].append(step.at)
    return {key: sorted(instants) for key, instants in found.items()}


async def test_a_receivable_that_nobody_pays_has_the_same_steps_on_a_server(tmp_path: Path) -> None:
    library = library_with(ESTIMATED, tmp_path)
    scenario = far(named("Collection", "the_customer_never_pays"))
    rehearsal = Theatre(library).play(scenario).rehearsal
    counted = instants_of(step for turn in rehearsal.turns for step in turn.steps)
    async with time_skipping_house(tmp_path, library=library) as house:
        await house.pass_until(opened_at(scenario))
        desk = await Desk.open(house, scenario.sop, rehearsal.root, **scenario.given.data)
        await perform(desk, scenario)
        # Past what is due at this very instant, for no time is skipped while an activity runs.
        await house.pass_until(silent_until(scenario) + MOMENT)
        served = instants_of(await desk.journal())
    assert {key: len(instants) for key, instants in served.items()} == {
        key: len(instants) for key, instants in counted.items()
    }
    off = {
        key: max(abs(here - there) for here, there in zip(served[key], instants, strict=True))
        for key, instants in counted.items()
    }
    assert max(off.values()) <= MOMENT, off
