"""What a case takes and what it does not: refused before it reaches the state, and whatever was taken has room."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput, Refused
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import CommentInput
from sop_engine.cases.contracts.limits import DATA_BYTES, HELD_BYTES, HELD_EVENTS, STATE_BYTES, cut
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.told.opening import open_case
from tests.unit.cases.casework_samples import MONDAY, Played

SOP = """
data:
  first: {type: long_text}
  second: {type: long_text}
  note: {type: text}
  goods: {type: list, max_items: 3, item: {type: text, title: {en: Goods, zh: 货物}}}
events:
  told: {store: true, data: {note: {type: text}, first: {type: long_text}, second: {type: long_text}}}
states:
  working:
    task: {outcomes: [done], form: [note, goods]}
    on: {working.done: closed, told: {do: [{milestone: told}]}}
  closed: {final: true}
"""
TEXT = "货" * 20_000
"""Sixty thousand bytes."""


def case(**data: Any) -> Played:
    return Played(SOP, bundle_changes={"engine_version": 2}, **data)


def test_comments_and_the_timeline_do_not_travel() -> None:
    played = case()
    before = played.state.weighed()
    for number in range(81):
        played.act("comment", text="言" * 5_000, id=f"c-{number}")
    assert played.state.weighed() < before + 81 * 40
    assert len(played.journal("comment")[80].note or "") == 5_000


def test_what_happened_lately_is_shown_with_its_long_texts_cut() -> None:
    recent = Recent()
    played = case()
    for number in range(81):
        act = CommentInput(actor="ann", text=f"{number} " + "言" * 4_000)
        turn, _ = casework.perform(played.procedure, played.state, "comment", act, played.now)
        recent.take(turn)
    assert len(recent.timeline) == 50
    assert len(json.dumps(recent.comments)) < 40_000
    assert recent.comments[-1]["text"].startswith("80 言")
    assert str(recent.timeline[-1].note).startswith("80 言")


def test_the_data_of_a_case_has_a_size() -> None:
    played = case(first=TEXT)
    with pytest.raises(Refused) as refused:
        played.act("amend", "dan", data={"second": TEXT}, reason="more")
    assert f"up to {DATA_BYTES:,}" in refused.value.message
    played.act("amend", "dan", data={"first": None, "second": TEXT}, reason="instead")
    assert played.data["second"] == TEXT


def test_a_machine_that_tells_more_than_there_is_room_for_is_recorded_as_refused() -> None:
    played = case(first=TEXT)
    played.signal("told", second=TEXT)
    (step,) = played.journal("event_refused")
    assert "bytes" in str(step.note)
    assert played.state.incidents == {}


def test_a_case_is_not_opened_with_more_than_it_can_keep() -> None:
    opening = OpenCaseInput(data={"first": TEXT, "second": TEXT})
    with pytest.raises(InvalidInput) as refused:
        open_case(case().procedure, "CASE-2", opening, MONDAY)
    assert f"up to {DATA_BYTES:,}" in refused.value.text()


def test_a_list_has_as_many_entries_as_its_definition_allows() -> None:
    with pytest.raises(InvalidInput) as refused:
        case().complete(goods=["a", "b", "c", "d"])
    assert "4 entries are too many (allowed: up to 3)" in refused.value.text()


def test_a_held_case_keeps_two_hundred_events_and_its_owner_hears_of_the_first_it_cannot_keep() -> None:
    played = case()
    played.act("hold", "dan", reason="customer asks to wait")
    for number in range(HELD_EVENTS + 5):
        played.signal("told", message_id=f"m-{number}", note=f"news {number}")
    assert len(played.state.held_events) == HELD_EVENTS
    assert len(played.journal("event_refused")) == 5
    (notice,) = played.asked(Notify)
    assert (notice.recipient, notice.template) == ("manager", "events_refused")
    with pytest.raises(Refused, match="keeps 200 events"):
        played.act("event", "dan", name="told", data={"note": "by hand"})
    played.act("resume", "dan")
    assert (played.data["note"], played.state.held_events) == (f"news {HELD_EVENTS - 1}", ())


def test_a_held_case_keeps_so_many_bytes_of_events() -> None:
    played = case()
    played.act("hold", "dan", reason="customer asks to wait")
    for _ in range(10):
        played.signal("told", first=TEXT)
    kept = sum(len(held.model_dump_json().encode()) for held in played.state.held_events)
    assert HELD_BYTES - 2 * 60_500 < kept <= HELD_BYTES
    assert len(played.journal("event_refused")) == 10 - len(played.state.held_events)


def test_the_weight_of_a_case_is_known_without_weighing_it() -> None:
    played = case(first=TEXT)
    for number in range(30):
        played.act("amend", "dan", data={"note": "x" * number}, reason="again", id=f"{number}")
        assert played.state.weight >= played.state.weighed() - 200
    assert played.state.weighed() < STATE_BYTES


def test_a_long_id_is_remembered_all_the_same() -> None:
    played = case()
    played.act("comment", text="once", id="单" * 60)
    assert played.act("comment", text="twice", id="单" * 60).duplicate
    assert all(len(known) <= 64 for known in played.state.seen)


def test_a_state_of_the_first_form_is_read() -> None:
    state = json.loads(case(note="old").state.model_dump_json())
    step = {"step": 1, "at": "2026-03-02T01:00:00Z", "actor": "ann", "kind": "comment", "name": "comment"}
    old = {**state, "format": 1, "comments": [{"text": "x"}], "attachments": [], "documents": [], "timeline": [step]}
    del old["weight"]
    read = CaseState.model_validate_json(json.dumps(old))
    assert read.format == 2
    assert read.model_copy(update={"weight": state["weight"]}).model_dump(mode="json") == state


@pytest.mark.parametrize(
    ("text", "most", "left"), [("abc", 2, "ab"), ("单据", 4, "单"), ("单", 2, ""), ("\ud800x", 5, "?x")]
)
def test_a_text_is_cut_by_bytes(text: str, most: int, left: str) -> None:
    assert cut(text, most) == left
