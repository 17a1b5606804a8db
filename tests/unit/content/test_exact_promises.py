"""Every clock, every rung of its ladder and every delay of every shipped SOP, each at its instant to the second.

The scenarios count the instants by hand. What an SOP promises is read from its definition, so that a promise without a
scenario fails here. Clocks of states that are written alike are one promise.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.written.procedure import Procedure
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
    alike = clocks_alike(procedure)
    wanted = {*rungs_of(procedure), *delays_of(procedure)}
    assert {_of_one(name, alike) for name in covered} == {_of_one(name, alike) for name in wanted}


def clocks_alike(procedure: Procedure) -> Mapping[str, str]:
    """Each clock of a state that promises a length of time -> the first one that is written as it is."""
    first: dict[str, str] = {}
    own = [clock for shape in procedure.shapes.values() for clock in shape.clocks if clock[1].within is not None]
    return {name: first.setdefault(spec.model_dump_json(exclude={"title"}), name) for name, spec in own}


def _of_one(name: str, alike: Mapping[str, str]) -> str:
    clock, _, rung = name.rpartition(".")
    return f"{alike[clock]}.{rung}" if clock in alike else name


# The last rung of the standard ladder sounds on Wednesday 11 March 16:30, and no rest day but the weekend follows. The
# credit stop is Friday 15 May 00:00; a week is 7 days. Free time ended on Thursday 12 March, 24:00; a working day after
# that is Friday, 24:00.
REMINDED = [
    (
        "MonthEnd",
        "nobody prepares the month",
        "preparing",
        [f"2026-03-{day} 16:30" for day in (12, 13, 16, 17, 18, 19)],
        {"finance_clerk", "finance_manager"},
    ),
    (
        "Collection",
        "the customer never pays",
        "receivable",
        ["2026-05-22 00:00", "2026-05-29 00:00"],
        {"finance_clerk", "finance_manager"},
    ),
    (
        "CustomsRelease",
        "free time runs out",
        "free_time",
        [f"2026-03-{day} 00:00" for day in (14, 17, 18, 19, 20, 21, 24, 25)],
        {"operator", "operations_manager"},
    ),
]


@pytest.mark.parametrize(("sop", "name", "clock", "instants", "told"), REMINDED, ids=[row[2] for row in REMINDED])
def test_after_the_last_rung_who_must_act_and_the_role_above_are_told_again(
    sop: str, name: str, clock: str, instants: list[str], told: set[str]
) -> None:
    house = next(found for found in SCENARIOS if (found.sop, found.name) == (sop, name)).run()
    assert house.reminders(clock) == {(at, role) for at in instants for role in told}


def test_every_ladder_goes_on_after_its_last_rung() -> None:
    assert [ladder.name for ladder in shipped_library().ladders.values() if ladder.every is None] == []


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
