"""Promises of every SOP on a server whose time is skipped: scenarios that are played in memory, in a year far ahead.

All cases open in the same minute and fall silent; then time is skipped for all, and each is judged when its silence was
long enough, and ended, for it would remind of itself for the rest. Monday 1 March 2094 takes the
place of Monday 2 March 2026; no holiday is near either. The rungs come as counted by hand, and "breached" at the very
instant at which the clock said it was due.
"""

import asyncio
from datetime import datetime, timedelta

from sop_engine.cases.scenarios.model import NEVER, ClockExpected, DelayExpected, Scenario
from sop_engine.timekeeping.ladders import STILL_OVERDUE
from tests.scenarios.served import far, opened_at, perform, silent_until
from tests.scenarios.shipped import named, theatre
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.harness import House

SERVED = (
    ("CommissionIntake", "nobody_reviews"),
    ("CommissionIntake", "the_customer_does_not_answer"),
    ("Booking", "the_carrier_does_not_answer"),
    ("DocumentPreparation", "the_customer_sends_no_papers"),
    ("FreightShipment", "no_milestone_moves"),
    ("GoodsPickup", "nobody_agrees_a_time"),
    ("ServiceRequest", "nobody_registers_a_call"),
    ("WarehouseStorage", "nobody_chooses_a_warehouse"),
    ("KeyAccountTracking", "nobody_sends_the_pre_alert"),
    ("CargoTracking", "nobody_sets_the_tracking_up"),
    ("Delivery", "the_vehicle_does_not_arrive"),
    ("Delivery", "the_second_delivery_is_late"),
    ("DomesticDispatch", "the_stock_does_not_come"),
    ("ReturnReceipt", "nobody_sends_the_receipt_back"),
    ("GoodsReturn", "a_key_account_s_refused_goods_are_forgotten"),
    ("ShipmentException", "nobody_does_anything"),
    ("CustomsDeclaration", "an_export_is_not_declared"),
    ("CustomsDeclaration", "a_returned_declaration_is_not_corrected"),
    ("CustomsInspection", "nobody_tells_of_an_inspection"),
    ("CustomsInspection", "the_cargo_is_not_moved_into_place"),
    ("CustomsRelease", "nobody_tells_of_the_release"),
    ("CustomsRelease", "free_time_runs_out"),
    ("TaxPayment", "nobody_pays"),
    ("TaxAdjustment", "a_refund_is_not_claimed"),
    ("Invoicing", "nobody_sends_the_invoice"),
    ("CreditTerms", "nobody_proposes_the_terms"),
    ("CodSettlement", "the_receiver_is_not_told_his_rights"),
    ("CostAccounting", "nobody_collects_the_costs"),
    ("Collection", "nobody_books_the_money"),
    ("ReceiptAllocation", "nobody_identifies_the_payer"),
    ("SupplierSettlement", "nobody_decides_on_the_difference"),
    ("MonthEnd", "nobody_prepares_the_month"),
    ("Complaint", "nobody_answers"),
    ("Complaint", "nobody_investigates"),
    ("Call", "nobody_calls"),
    ("Letter", "nobody_writes"),
    ("AdHocTask", "nobody_does_it"),
    ("CustomerVisit", "nobody_gets_ready"),
    ("VisitFollowUp", "nobody_follows_a_visit_up"),
    ("VisitQuestion", "nobody_answers_a_question"),
    ("CustomerClassification", "nobody_opens_the_file"),
    ("SatisfactionSurvey", "nobody_plans"),
    ("SopRevision", "nobody_assesses_a_suggestion"),
)


async def play(house: House, number: int, scenario: Scenario) -> Desk:
    desk = Desk(house, f"CASE-{number}")
    opener = scenario.given.by if scenario.sop == "AdHocTask" else None  # nobody else's opener must stand above anybody
    await house.open(scenario.sop, desk.case_id, dict(scenario.given.data), opener)
    await perform(desk, scenario)
    return desk


def _off(sop: str, reached: datetime, counted: datetime) -> timedelta:
    """How far a rung lies from its instant; one at the very end of a day comes in the next morning, for its clock began
    a moment late.
    """
    calendar = theatre().library.sop_calendars()[sop]
    return min(reached - counted, reached - calendar.next_opening(counted), key=abs)


async def test_rungs_and_delays_come_at_their_instants(house: House) -> None:
    scenarios = [far(named(*which)) for which in SERVED]
    by_themselves = {name for name, each in theatre().library.sops.items() if each.outer is None}
    assert by_themselves <= {scenario.sop for scenario in scenarios}
    (start,) = {opened_at(scenario) for scenario in scenarios}
    await house.pass_until(start)
    desks = await asyncio.gather(*(play(house, number, scenario) for number, scenario in enumerate(scenarios)))
    # People need a moment for their acts, and clocks count from it: no instant is off by more than twice that moment.
    moment = await house.now() - start
    assert moment < timedelta(minutes=1)
    views = [{clock.clock: clock for clock in (await desk.view()).clocks} for desk in desks]
    played = sorted(zip(scenarios, desks, views, strict=True), key=lambda entry: silent_until(entry[0]))
    for scenario, desk, clocks in played:
        # Past what is due at this very instant: no time is skipped while an activity runs, and a case that is ended
        # with one under way keeps the server's clock from ever being skipped again.
        await house.pass_until(silent_until(scenario) + timedelta(minutes=1))
        for expected in scenario.expectations:
            match expected:
                case ClockExpected(clock=clock, reaches=reaches, case=below):
                    where = desk if below is None else await child_of(desk, below)
                    reached = await where.rungs(clock)
                    once = {rung: at for rung, at in reaches.items() if rung != STILL_OVERDUE and NEVER not in at}
                    counted = {rung: china(*at) for rung, at in once.items()}
                    assert set(reached) == set(counted), scenario.name
                    off = {rung: _off(scenario.sop, reached[rung], at) for rung, at in counted.items()}
                    assert max(map(abs, off.values())) <= 2 * moment, (scenario.name, clock, off)
                    due_at = clocks[f"{clock}#1"].due_at if below is None else (await where.clock(f"{clock}#1")).due_at
                    assert reached["breached"] == due_at, (scenario.name, clock)
                case DelayExpected(delay=name, at=instants):
                    passed = [step.at for step in await desk.journal() if step.name == name]
                    assert len(passed) == len(instants), (scenario.name, name, passed)
                    off_by = [at - china(counted) for at, counted in zip(passed, instants, strict=True)]
                    assert max(map(abs, off_by)) <= 2 * moment, (scenario.name, name, off_by)
                case other:
                    raise AssertionError(f"{scenario.name} expects what is not looked at here: {other}")
        await silenced(desk)


async def child_of(desk: Desk, state: str) -> Desk:
    """The first case that a state started."""
    children = (await desk.view()).children
    return Desk(desk.house, next(child.case_id for child in children if child.key.split("#")[0] == state))


async def silenced(desk: Desk) -> None:
    """Ends a case and those below it."""
    view = await desk.view()
    for child in view.children:
        await silenced(Desk(desk.house, child.case_id))
    if view.outcome is None:
        await desk.house.client.get_workflow_handle(desk.case_id).terminate("its silence was long enough")
