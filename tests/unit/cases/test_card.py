"""The card in the Web UI: what is open, until when in local time, and what to type next; nobody's name or price."""

from sop_engine.cases.seen.card import case_card
from tests.unit.content.complaint_samples import CASE, OPENING, registered


def test_the_card_says_what_to_do_next_and_until_when_locally() -> None:
    house = registered()
    card = case_card(house.procedure("Complaint"), house.states[CASE])
    assert card.startswith("### Complaint · 客户投诉")
    assert "- **State** Being classified · 定级中 (`classified`)" in card
    assert "+08:00" in card
    assert f"sop task show {CASE} classified#1" in card


def test_the_card_names_no_customer() -> None:
    house = registered()
    card = case_card(house.procedure("Complaint"), house.states[CASE])
    assert not any(str(value) in card for value in OPENING.values())
