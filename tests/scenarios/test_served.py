"""A rehearsal and the interpreter are one: sixty days of a receivable in memory, and on a server that skips time."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import cli
from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.scenarios.moving import course
from sop_engine.console.context import Session
from sop_engine.console.served import serve_scenario
from sop_engine.content.scenario_files import Theatre
from sop_engine.settings import Settings
from tests.scenarios.served import far, opened_at, perform, silent_until
from tests.scenarios.shipped import named, played, theatre
from tests.unit.timekeeping.timekeeping_samples import china
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


async def test_a_scenario_with_acts_events_and_children_is_the_same_on_a_server(tmp_path: Path) -> None:
    """Each question of a visit goes its own way: one is answered, one returned, and one settled by an event."""
    session = Session(Settings(data_directory=tmp_path), serve=cli.serve)
    served = await serve_scenario(session, theatre(), played("VisitFollowUp", "each_question_goes_its_own_way"))
    assert served.differs == ()
    assert served.days % 7 == 0
    assert served.most_off <= MOMENT
    assert served.steps > 20


@pytest.mark.parametrize(
    ("sop", "name"),
    [
        ("CreditTerms", "terms_are_agreed"),
        ("VisitFollowUp", "a_visit_that_is_followed_up_already"),
        ("Delivery", "no_register_of_vehicles_holds_nobody_up"),
        ("Delivery", "the_vehicle_stands_and_its_tracker_falls_silent"),
    ],
)
async def test_what_a_scenario_answers_is_answered_on_a_server_too(tmp_path: Path, sop: str, name: str) -> None:
    """Work, a read, a unique value that another case has, work that fails for good, episodes of streams."""
    session = Session(Settings(data_directory=tmp_path), serve=cli.serve)
    served = await serve_scenario(session, theatre(), played(sop, name))
    assert served.differs == ()
    assert served.most_off <= MOMENT


async def test_a_child_that_is_faked_is_not_played_on_a_server(tmp_path: Path) -> None:
    session = Session(Settings(data_directory=tmp_path), serve=cli.serve)
    with pytest.raises(InvalidInput) as refused:
        await serve_scenario(session, theatre(), played("FreightShipment", "it_does_not_leave"))
    assert "given.children.delivering: is faked (allowed: really played)" in str(refused.value)


def test_a_scenario_is_moved_to_days_that_are_like_its_own() -> None:
    """2 March 2026 is a Monday; the weeks up to Spring Festival 2027 hold the year's turn and the festival itself."""
    short = played("CreditTerms", "nobody_proposes_the_terms")
    found = theatre().later(short, china("2026-12-24 09:00"))
    assert found is not None
    days, later = found
    assert (later.opened_at - short.opened_at).days == days
    assert later.opened_at > china("2027-01-01 09:00"), "New Year's Day lies in the week before"
    assert later.holds
    assert course(later) == course(short)
