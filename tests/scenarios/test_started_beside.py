"""What a procedure starts beside itself is there, with all below it: no state waits for it, so no expectation of a
scenario names it."""

import pytest

from tests.scenarios.shipped import played


@pytest.mark.parametrize(
    ("sop", "scenario", "started"),
    [
        ("GoodsPickup", "damaged_cargo_is_fetched_and_a_piece_is_lost", ["ShipmentException", "ShipmentException"]),
        ("Delivery", "goods_that_arrived_broken_are_not_delivered", ["ShipmentException"]),
        ("GoodsReturn", "damaged_goods_come_back_short_and_are_credited", ["ShipmentException"]),
        ("KeyAccountTracking", "a_key_account_s_cargo_is_held_cured_and_delivered", ["ShipmentException"]),
        ("KeyAccountTracking", "the_cargo_is_refused_and_nobody_reviews", ["GoodsReturn"]),
        ("WarehouseStorage", "broken_packing_is_not_tidied", ["ShipmentException"]),
        ("CommissionIntake", "a_commission_is_accepted_after_a_question", ["Booking", "DocumentPreparation"]),
        ("CustomerVisit", "a_visit_is_made_and_followed_up", ["VisitFollowUp", "VisitQuestion"]),
        ("Invoicing", "the_customer_does_not_confirm_the_invoice", ["Collection"]),
        ("ServiceRequest", "a_complaint_is_one_of_its_own", ["Complaint"]),
        ("ServiceRequest", "the_cargo_asked_for_is_damaged", ["ShipmentException"]),
        ("SurveyAnswer", "a_dissatisfied_customer_is_called_back", ["Complaint"]),
    ],
)
def test_what_is_started_beside_a_case_is_played_with_it(sop: str, scenario: str, started: list[str]) -> None:
    rehearsal = played(sop, scenario).rehearsal
    assert sorted(state.sop for case, state in rehearsal.states.items() if case != rehearsal.root) == started
