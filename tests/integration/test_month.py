"""A few shipments of the month, played on a server: the books are as their figures say, and the month closes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.month.checking import differences
from tests.month.covering import covering
from tests.month.parties import LANES
from tests.month.planning import STORIES, plan_month
from tests.month.running import SEED, run_month
from tests.month.stack import running_firm

PLANNED = 60
"""Shipments to choose a few from that have all between them; `make month` plays 300."""


async def test_the_books_of_a_month_are_as_its_figures_say(tmp_path: Path) -> None:
    async with running_firm(tmp_path) as (gateway, office):
        run = await run_month(gateway, office, covering(plan_month(SEED, PLANNED)))
        assert run.faults == []
        late = {shipment: due_on + timedelta(days=1) for shipment, due_on in run.month.due.items()}
        assert await differences(gateway, replace(run.month, due=late)), "a day more or less makes no difference"
    assert any(plan.customer.is_on_hold for plan in run.month.plans)
    assert {plan.lane for plan in run.month.plans} == set(LANES)
    assert {plan.story for plan in run.month.plans} == set(STORIES)
    assert {plan.cash_is_held for plan in run.month.plans if plan.cash} == {True, False}
    assert {plan.needs_a_manager for plan in run.month.plans} == {True, False}
    assert any(plan.passed_on for plan in run.month.plans)
