"""What a case believes of its relatives: their own words, each once and in order, and nobody else's."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.proof import Claim, Told, Word
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.told import engine_words
from sop_engine.cases.told.messages import EngineWord, ProvenWords
from sop_engine.cases.written.engine_version import FOUNDATION, HARDENED
from tests.unit.cases.casework_samples import MONDAY, Played

PARENT = ParentRef(case_id="FILE-1", key="walking#1")

WAITING = """
events:
  news: {roles: [clerk]}
  tide: {roles: [clerk], machines: true}
  rain: {}
states:
  waiting: {task: {}, on: {waiting.done: over, news: over, tide: over, rain: over}}
  over: {final: true}
"""

BOOKING = """
states:
  booking:
    case: {sop: Booking, id: book}
    on: {booking.confirmed: booked, booking.cancelled: booked}
  booked: {final: true}
"""


def told(number: int, signal: str, **body: Any) -> Word:
    """The parent's word, the `number`-th event of its history."""
    return Word(signal=signal, body=body, digest=f"{signal} {number}", run_started_at=MONDAY, event=number)


def claim(word: Word, sender: str = "FILE-1") -> Claim:
    return Claim(signal=word.signal, sender=sender, digest=word.digest, arrived=MONDAY)


def waiting(version: int = HARDENED) -> Played:
    return Played(WAITING, parent=PARENT, bundle_changes={"engine_version": version})


def listen(
    case: Played, claims: list[Claim], words: tuple[Word, ...], *, dropped: int = 0, is_gone: bool = False
) -> None:
    """Takes the answer of a look into the sender's history."""
    sender = claims[0].sender
    proven = tuple(one.digest for one in claims if one.digest in {word.digest for word in words})
    answer = Told(words=words, proven=proven, is_gone=is_gone)
    case.hear(ProvenWords(sender, tuple(claims), answer, dropped))


def test_the_words_of_the_parent_are_taken_once_and_in_order() -> None:
    case = waiting()
    hold, resume = told(5, "case.hold", actor="boss", reason="wait"), told(9, "case.resume", actor="boss")
    listen(case, [claim(hold)], (hold, resume))
    assert (case.state.status, case.state.last_told) == ("open", resume.mark)
    assert [(step.kind, step.actor) for step in case.steps[1:]] == [("hold", "boss"), ("resume", "boss")]
    (asked,) = engine_words.asked(case.state, [claim(hold)])
    assert (asked.case_id, asked.runs, asked.after) == ("FILE-1", (None,), resume.mark)
    before = len(case.steps)
    case.hear(ProvenWords("FILE-1", (claim(hold),), Told(proven=(hold.digest,)), 0))
    assert len(case.steps) == before, "a word that comes twice is the same word"


def test_a_word_without_a_person_is_the_parents_own() -> None:
    case = waiting()
    cancel = told(5, "case.cancel", reason="left")
    listen(case, [claim(cancel)], (cancel,))
    assert case.state.status == "cancelled"
    assert case.steps[1].actor == "case FILE-1"


def test_what_the_parent_never_said_is_refused_and_the_owner_hears_of_it_now_and_then() -> None:
    case = waiting()
    for number in range(1, 121):
        listen(case, [claim(told(number, "case.cancel"))], ())
    assert case.state.status == "open"
    assert len(case.journal("event_refused")) == 120
    notices = [command for command in case.commands if isinstance(command, Notify)]
    assert [notice.values["count"] for notice in notices] == [1, 10, 100]
    assert {(notice.template, notice.recipient) for notice in notices} == {("message_refused", "manager")}


def test_many_refused_at_once_are_one_step_that_says_how_many() -> None:
    case = waiting()
    listen(case, [claim(told(number, "case.hold")) for number in range(20)], (), dropped=280)
    (step,) = case.journal("event_refused")
    assert "(300 messages)" in str(step.note)


def test_a_case_of_the_first_rung_takes_none_of_its_old_words_again() -> None:
    """It held and resumed before words were proven, so no mark says how far it listened."""
    case = waiting(FOUNDATION)
    old = [told(5, "case.hold", reason="wait"), told(9, "case.resume")]
    for word in old:
        case.hear(EngineWord(word.signal, word.body))
    new = told(14, "case.hold", reason="again")
    listen(case, [claim(new)], (*old, new))
    assert [step.kind for step in case.steps[1:]] == ["hold", "resume", "hold"]
    assert case.state.last_told == new.mark


def test_only_a_relative_can_have_sent_a_message() -> None:
    alone = Played(WAITING, bundle_changes={"engine_version": HARDENED})
    assert engine_words.sender_of(alone.state, "case.cancel", {}) is None
    assert engine_words.sender_of(waiting().state, "case.cancel", {}) == "FILE-1"
    parent = Played(BOOKING, bundle_changes={"engine_version": HARDENED})
    report = {"key": "booking#1", "case_id": "CASE-1.book", "run_id": "run"}
    assert engine_words.sender_of(parent.state, "case.child", report) == "CASE-1.book", "its start is not told yet"
    parent.start_children()
    assert engine_words.sender_of(parent.state, "case.child", report) == "CASE-1.book"
    for wrong in ({"key": "booking#2"}, {"case_id": "OTHER"}, {"run_id": "another"}):
        assert engine_words.sender_of(parent.state, "case.child", {**report, **wrong}) is None


def test_a_child_whose_history_is_gone_is_an_incident() -> None:
    parent = Played(BOOKING, bundle_changes={"engine_version": HARDENED})
    parent.start_children()
    said = Claim(signal="case.child", sender="CASE-1.book", digest="x", arrived=MONDAY + timedelta(days=40))
    listen(parent, [said], (), is_gone=True)
    assert list(parent.state.incidents) == ["booking#1"]
    assert "its history is gone" in parent.state.incidents["booking#1"].message


@pytest.mark.parametrize(
    ("name", "version", "is_taken"),
    [
        ("news", HARDENED, False),
        ("tide", HARDENED, True),
        ("rain", HARDENED, True),
        ("news", FOUNDATION, True),
    ],
)
def test_an_event_with_roles_is_one_of_people_unless_it_says_otherwise(name: str, version: int, is_taken: bool) -> None:
    case = waiting(version)
    case.hear(EventSignal(name=name, actor="ann"))
    assert case.state.is_closed is is_taken
    step = case.steps[1]
    assert step.actor == "machine"
    assert (step.kind == "event_refused") is not is_taken
    if is_taken:
        assert step.note == "says it is 'ann'"
    else:
        assert "only people report it (clerk)" in str(step.note)
