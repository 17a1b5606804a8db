"""Scenarios on a server that skips time: its clock starts today and only goes forward, so they are moved there."""

from datetime import date, datetime

from sop_engine.cases.scenarios import model
from sop_engine.cases.scenarios.instants import read_instant, read_step
from sop_engine.cases.scenarios.model import Scenario
from sop_engine.cases.scenarios.moving import moved
from tests.scenarios.shipped import theatre
from tests.workflows.desk import Desk
from tests.workflows.instants import FAR_YEAR

LATER = date(FAR_YEAR, 3, 1) - date(2026, 3, 2)
"""From Monday to Monday: Monday 1 March 2094 takes the place of Monday 2 March 2026."""


def far(scenario: Scenario) -> Scenario:
    """The same scenario with every day in it so many years later."""
    return moved(scenario, LATER.days)


def opened_at(scenario: Scenario) -> datetime:
    return read_instant(scenario.given.at, theatre().library.sop_calendars()[scenario.sop])


def silent_until(scenario: Scenario) -> datetime:
    """Until when nobody does anything, at the end of a scenario."""
    last = scenario.steps[-1]
    assert isinstance(last, model.Silence)
    return read_instant(last.silence, theatre().library.sop_calendars()[scenario.sop])


async def perform(desk: Desk, scenario: Scenario) -> None:
    """Does on a server what happens in a scenario, at its instants; silence is left to whoever asked for it."""
    calendar = theatre().library.sop_calendars()[scenario.sop]
    now = opened_at(scenario)
    for step in scenario.steps:
        if isinstance(step, model.Silence):
            continue
        assert isinstance(step, model.Step)
        assert step.case is None, "a case below is served by itself"
        if step.at is not None:
            now = read_step(step.at, calendar, now)
            await desk.house.pass_until(now)
        match step:
            case model.Completes():
                state, _, outcome = step.completes.rpartition(".")
                await desk.do(step.person, state, outcome, **step.with_)
            case model.Reports():
                await desk.report(step.person, step.reports, **step.with_)
            case model.Does():
                await desk.house.act(desk.case_id, step.does, actor=step.person, **step.with_)
            case model.Hears():
                await desk.hear(step.machine, **step.with_)
            case other:
                raise AssertionError(f"a server cannot be made to do {other}")
