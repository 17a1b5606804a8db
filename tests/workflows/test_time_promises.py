"""Promises of every SOP on a server whose time is skipped: the scenarios played in memory, in a year far ahead.

All cases open in the same minute and fall silent; then time is skipped for all, and each is judged when its silence was
long enough, and ended, for it would remind of itself for the rest. Monday 1 March 2094 takes the
place of Monday 2 March 2026; no holiday is near either. The rungs come as counted by hand, and "breached" at the very
instant at which the clock said it was due.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.unit.content import (
    exact_customs,
    exact_finance,
    exact_freight,
    exact_month_end,
    exact_receipts,
    exact_service,
    exact_shipment,
)
from tests.unit.content.exact_house import NEVER, Scenario, shipped_library
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.harness import House
from tests.workflows.instants import FAR_YEAR

OPENED = "2026-03-02 09:00"
YEARS_LATER = date(FAR_YEAR, 3, 1) - date(2026, 3, 2)
"""From Monday to Monday."""
SERVED = (
    "nobody reviews",
    "the customer does not answer",
    "the carrier does not answer",
    "the customer sends no papers",
    "no milestone moves",
    "an exception is not resolved",
    "the vehicle does not arrive",
    "the second delivery is late",
    "an export is not declared",
    "a returned declaration is not corrected",
    "nobody tells of an inspection",
    "the cargo is not moved into place",
    "nobody tells of the release",
    "free time runs out",
    "nobody pays",
    "a refund is not claimed",
    "nobody sends the invoice",
    "nobody proposes the terms",
    "nobody books the money",
    "nobody identifies the payer",
    "nobody decides on the difference",
    "nobody prepares the month",
    "nobody answers",
    "nobody investigates",
    "nobody follows a visit up",
)
SCENARIOS = {
    scenario.name: scenario
    for module in (
        exact_freight,
        exact_shipment,
        exact_customs,
        exact_finance,
        exact_receipts,
        exact_month_end,
        exact_service,
    )
    for scenario in module.SCENARIOS
}


@dataclass
class Script:
    """Takes down what a scenario does in memory, to be done on a server."""

    now: datetime = field(default_factory=lambda: china(OPENED))
    lines: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def complete(self, *words: str, **data: Any) -> None:
        self.lines.append(("do", words, data))

    def signal(self, case_id: str, event: str, data: Mapping[str, Any]) -> None:
        self.lines.append(("hear", (event,), dict(data)))


def later(value: Any) -> Any:
    """The same value with every date in it so many years later."""
    if isinstance(value, str):
        return re.sub(r"202[56]-\d\d-\d\d", lambda found: str(date.fromisoformat(found[0]) + YEARS_LATER), value)
    if isinstance(value, Mapping):
        return {key: later(entry) for key, entry in value.items()}
    return [later(entry) for entry in value] if isinstance(value, list | tuple) else value


async def play(house: House, number: int, scenario: Scenario) -> Desk:
    script = Script()
    scenario.play(script)  # type: ignore[arg-type]
    desk = await Desk.open(house, scenario.sop, f"CASE-{number}", **later(scenario.data))
    for act, words, data in script.lines:
        await getattr(desk, act)(*words, **later(data))
    return desk


async def test_rungs_and_delays_come_at_their_instants(house: House) -> None:
    scenarios = [SCENARIOS[name] for name in SERVED]
    assert {scenario.sop for scenario in scenarios} == set(shipped_library().sops)
    start = china(later(OPENED))
    await house.pass_until(start)
    desks = await asyncio.gather(*(play(house, number, scenario) for number, scenario in enumerate(scenarios)))
    # People need a moment for their acts, and clocks count from it: no instant is off by more than twice that moment.
    moment = await house.now() - start
    assert moment < timedelta(minutes=1)
    views = [{clock.clock: clock for clock in (await desk.view()).clocks} for desk in desks]
    played = sorted(zip(scenarios, desks, views, strict=True), key=lambda entry: entry[0].silent_until)
    for scenario, desk, clocks in played:
        # Past what is due at this very instant: no time is skipped while an activity runs, and a case that is ended
        # with one under way keeps the server's clock from ever being skipped again.
        await house.pass_until(china(later(scenario.silent_until)) + timedelta(minutes=1))
        for clock, expected in scenario.rungs.items():
            reached = await desk.rungs(clock)
            counted = {rung: china(later(at)) for rung, at in expected.items() if at != NEVER}
            assert set(reached) == set(counted), scenario.name
            off = {rung: reached[rung] - at for rung, at in counted.items()}
            assert max(map(abs, off.values())) <= 2 * moment, (scenario.name, clock, off)
            assert reached["breached"] == clocks[f"{clock}#1"].due_at, (scenario.name, clock)
        for name, instants in scenario.delays.items():
            passed = [step.at for step in await desk.journal() if step.name == name]
            assert len(passed) == len(instants), (scenario.name, name, passed)
            off_by = [at - china(later(counted)) for at, counted in zip(passed, instants, strict=True)]
            assert max(map(abs, off_by)) <= 2 * moment, (scenario.name, name, off_by)
        await silenced(desk)


async def silenced(desk: Desk) -> None:
    """Ends a case and those below it."""
    view = await desk.view()
    for child in view.children:
        await silenced(Desk(desk.house, child.case_id))
    if view.outcome is None:
        await desk.house.client.get_workflow_handle(desk.case_id).terminate("its silence was long enough")
