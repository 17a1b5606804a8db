"""Every clock, every rung of its ladder and every delay of every shipped SOP, each at its instant to the second.

The scenarios count the instants by hand. What an SOP promises is read from its definition, so that a promise without a
scenario fails here.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.cases.compiling import compile_procedure
from sop_engine.cases.procedure import Procedure
from tests.unit import (
    exact_customs,
    exact_finance,
    exact_freight,
    exact_month_end,
    exact_receipts,
    exact_service,
    exact_shipment,
)
from tests.unit.exact_house import NEVER, Scenario, shipped_library

SCENARIOS: tuple[Scenario, ...] = (
    *exact_freight.SCENARIOS,
    *exact_shipment.SCENARIOS,
    *exact_customs.SCENARIOS,
    *exact_finance.SCENARIOS,
    *exact_month_end.SCENARIOS,
    *exact_receipts.SCENARIOS,
    *exact_service.SCENARIOS,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.sop}: {scenario.name}")
def test_each_rung_and_delay_comes_at_its_instant(scenario: Scenario) -> None:
    house = scenario.run()
    for clock, expected in scenario.rungs.items():
        assert house.rungs(clock) == {rung: at for rung, at in expected.items() if at != NEVER}
    for name, instants in scenario.delays.items():
        assert tuple(house.delays(name)) == instants


@pytest.mark.parametrize("sop", shipped_library().sops)
def test_no_promise_is_left_out(sop: str) -> None:
    covered = {
        f"{clock}.{rung}"
        for scenario in SCENARIOS
        if scenario.sop == sop
        for clock, rungs in scenario.rungs.items()
        for rung in rungs
    }
    covered |= {name for scenario in SCENARIOS if scenario.sop == sop for name in scenario.delays}
    procedure = compile_procedure(shipped_library().bundle(sop, date(2026, 3, 2)))
    assert covered == {*rungs_of(procedure), *delays_of(procedure)}


def rungs_of(procedure: Procedure) -> Iterator[str]:
    """Every rung of every clock, as the event that it raises."""
    clocks = [
        *procedure.definition.clocks.items(),
        *(own for shape in procedure.shapes.values() for own in shape.clocks),
    ]
    for name, spec in clocks:
        for rung in procedure.bundle.ladders[spec.ladder].with_warning(Decimal(spec.warn)).rungs:
            yield f"{name}.{rung.key}"


def delays_of(procedure: Procedure) -> Iterator[str]:
    """Every delayed transition, and every event that is sent with a delay."""
    for state in procedure.chart.states.values():
        for text in state.after:
            yield f"after.{state.id}.{text}"
    yield from _delayed_sends(procedure.definition.states)


def _delayed_sends(written: Any) -> Iterator[str]:
    if isinstance(written, Mapping):
        if "send" in written and "after" in written:
            yield str(written["send"])
        for value in written.values():
            yield from _delayed_sends(value)
    elif isinstance(written, list | tuple):
        for value in written:
            yield from _delayed_sends(value)
