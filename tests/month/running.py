"""One run of the month: play, check, close."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sop_engine.console.playing import ZONE
from sop_engine.temporal.gateway import CaseGateway
from tests.integration.ledger_office import Office
from tests.month.checking import Month, differences
from tests.month.finance_office import close_months, hold_customers
from tests.month.planning import Plan
from tests.month.playing import PlayedShipment, play_month

SEED = 2026


@dataclass(frozen=True)
class Run:
    """A month that was played, and everything that went wrong."""

    month: Month
    faults: list[str]


async def run_month(
    gateway: CaseGateway,
    office: Office,
    plans: Sequence[Plan],
    told: Callable[[PlayedShipment], None] = lambda _: None,
) -> Run:
    """Plays the shipments, compares the books with the figures, closes the month, and compares them again."""
    day = datetime.now(ZONE).date()
    hold_customers(office, datetime.now(ZONE))
    played = await play_month(gateway, plans, day, told)
    month = Month([each.plan for each in played], {p.plan.case_id: p.due_on for p in played if p.due_on}, day)
    faults = [each.failure for each in played if each.failure]
    faults += [
        f"{each.plan.case_id} earned {each.margin}, by the figures {each.plan.margin}"
        for each in played
        if each.margin not in (None, each.plan.margin)
    ]
    if not faults:
        faults = await differences(gateway, month)
        faults += close_months(office, day, datetime.now(ZONE).date())
        faults += [f"after the close: {fault}" for fault in await differences(gateway, month)]
    return Run(month, faults)
