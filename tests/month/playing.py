"""Plays the month's shipments side by side through the gateway, each by the firm's people in turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, repeat
from uuid import uuid4

from sop_engine.basis.faults import NotFound, Refused, SopError
from sop_engine.cases.contracts.acts import CompleteTaskInput, EventInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.playing import PlayedAct, PlayError, with_made_files, worked_out
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import CaseGateway
from tests.month.carriage import carriage, opening
from tests.month.money import money
from tests.month.planning import Plan

IN_FLIGHT = 12
"""Shipments played at once."""
PATIENCE = 180.0
"""Seconds that an act may wait for its case before the play has failed."""
PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks at a case that is not there yet; the last one again and again."""


@dataclass(frozen=True)
class PlayedShipment:
    """A shipment after its acts."""

    plan: Plan
    due_on: date | None
    """When its invoice is due, as the case says; none where the play failed."""
    margin: Decimal | None = None
    """As the closed case says; none while it is open."""
    failure: str | None = None


async def play_month(
    gateway: CaseGateway, plans: Sequence[Plan], day: date, told: Callable[[PlayedShipment], None]
) -> list[PlayedShipment]:
    """Plays every shipment; `told` hears each that is through."""
    free = asyncio.Semaphore(IN_FLIGHT)

    async def one(plan: Plan) -> PlayedShipment:
        async with free:
            played = await _play(gateway, plan, day)
        told(played)
        return played

    return await asyncio.gather(*(one(plan) for plan in plans))


async def _play(gateway: CaseGateway, plan: Plan, day: date) -> PlayedShipment:
    act: PlayedAct | None = None
    try:
        data = worked_out(opening(plan), datetime.now(UTC))
        await gateway.start_case("FreightShipment", plan.case_id, OpenCaseInput(data=data, actor="zhou.jie"))
        for act in [*carriage(plan, day.year), *money(plan, day)]:
            await _perform(gateway, plan, act)
        shipment = await _until(gateway, plan.case_id, lambda view: _is_through(plan, view), "its end")
        due_on = shipment.data.get("due_on")
        margin = Decimal(shipment.data["margin"]["amount"]) if plan.is_closed else None
        return PlayedShipment(plan, date.fromisoformat(str(due_on)) if due_on else None, margin)
    except SopError as error:
        at = f" at {act.case or 'the shipment'} {act.target}" if act else ""
        return PlayedShipment(plan, None, None, f"{plan.case_id} ({plan.lane.name}, {plan.story}){at}: {error.text()}")


def _is_through(plan: Plan, view: CaseView) -> bool:
    if plan.is_closed:
        return view.outcome == "paid"
    return view.status == "open"


async def _perform(gateway: CaseGateway, plan: Plan, act: PlayedAct) -> None:
    """Carries an act out as soon as its case is ready for it."""
    case_id = f"{plan.case_id}.{act.case}" if act.case else plan.case_id
    data = await with_made_files(gateway, worked_out(act.data, datetime.now(UTC)))
    if act.is_task:
        done = CompleteTaskInput(
            actor=act.person or "",
            task=act.target,
            outcome=act.outcome or "",
            data=data,
            checklist=act.checklist,
            reason=act.reason,
        )
        await _when_ready(
            lambda identifier: gateway.update(case_id, "complete_task", done.model_copy(update={"id": identifier}))
        )
        return
    await _until(gateway, case_id, lambda view: act.target in view.events, f"the event {act.target}")
    if act.signal:
        await gateway.signal(case_id, EventSignal(name=act.signal, data=data))
    else:
        await gateway.update(case_id, "event", EventInput(actor=act.person or "", name=act.target, data=data))


async def _when_ready(act: Callable[[str], Awaitable[object]]) -> None:
    """Acts again and again while the case has not come to the task, or a busy machine is too slow to answer: then
    under the same id, for it may have been done.

    Raises what the case answers to anything else, and at last to this.
    """
    waits = _waits()
    identifier = str(uuid4())
    while True:
        try:
            await act(identifier)
            return
        except (NotFound, Refused, UnreachableError) as error:
            if not await anext(waits, False):
                raise error
            if not isinstance(error, UnreachableError):
                identifier = str(uuid4())


async def _until(gateway: CaseGateway, case_id: str, holds: Callable[[CaseView], bool], what: str) -> CaseView:
    """Looks at a case until it is as expected, on a busy machine too. Raises PlayError where it never is."""
    stands = "it does not exist"
    async for _ in _waits():
        try:
            view = await gateway.case(case_id)
        except (NotFound, Refused):  # not started, or not loaded yet
            continue
        except UnreachableError as busy:
            stands = busy.message
            continue
        if holds(view):
            return view
        stuck = "".join(f"; {incident.get('message')}" for incident in view.incidents)
        stands = f"it is {view.status} in {', '.join(view.states)}{stuck}"
    raise PlayError(f"{case_id} did not come to {what}: {stands}")


async def _waits() -> AsyncIterator[bool]:
    """Grows slower, and ends when patience does."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    yield True
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(pause)
        yield True
