"""Whatever is sent to a case: it is taken, refused with a reason, or left in the journal or an incident. Nothing else
may come of it, since an error that goes on fails the workflow task, and the message comes again with each attempt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine.basis.faults import InvalidInput, SopError
from sop_engine.cases import casework
from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.watching import CaseEnded
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import EngineWord, Unreadable
from sop_engine.cases.told.opening import open_case
from sop_engine.temporal.queues import CANCEL, CHILD_FAILED, CHILD_REPORT, HOLD, RESUME
from tests.unit.cases.casework_samples import MONDAY, Played, organization
from workflows.reading import word_of

SOP = """
data:
  subject: {type: text}
  story: {type: long_text}
  due_on: {type: date}
  due_at: {type: datetime}
  count: {type: integer}
  price: {type: money}
  period: {type: duration}
  partner: {type: reference}
  goods:
    type: list
    fields:
      name: {type: text, title: {en: Name, zh: 名称}}
      weight: {type: decimal, title: {en: Weight, zh: 重量}}
  paper: {type: file}
events:
  goods.arrived: {store: true, data: {count: {type: integer}, due_on: {type: date}, due_at: {type: datetime}}}
  partner.named: {store: true, data: {partner: {type: reference}}}
clocks:
  promise: {within: 2 working days, start: opened, stop: [checking.done]}
  ship: {until: due_on, start: opened, stop: [checking.done]}
  call: {until: due_at, start: goods.arrived, stop: [checking.done], pause: [goods.arrived]}
states:
  checking:
    task:
      outcomes: [done, again]
      form: [subject, story, due_on, due_at, count, price, period, goods, paper]
    on:
      checking.done: each
      goods.arrived: {do: [{notify: manager, template: any, with: {count: count}}]}
      partner.named: {do: [{tell: partner, event: goods.arrived, with: {count: count}}]}
    after:
      3 days: each
  each:
    task: {for_each: goods, outcomes: [done]}
    on: {each.all: child}
  child:
    case: {sop: Other, with: {subject: subject, goods: goods}, store: {count: count}}
    on: {child.completed: closed, child.cancelled: closed}
  closed: {final: true}
"""

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            *("", " ", "\x00", "\x1b[2J", "a" * 101, "单" * 700, "x" * 30_000, "9999-12-31", "0001-01-01", "1e999999"),
            *(
                "CNY 1e30",
                "P99999999D",
                "9999-12-31T23:59:59-12:00",
                "2026-03-02T00:00:00",
                "checking",
                "promise",
                "ann",
            ),
            *("dan", "case.cancel", "goods.arrived", "done", "promise#1", "checking#1", "$decimal", "-1"),
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**30), 2**63, float("nan"), float("inf"), 1e308])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXTS, inner, max_size=4),
        st.fixed_dictionaries({"$decimal": TEXTS}),
        st.fixed_dictionaries({"$instant": TEXTS}),
        st.fixed_dictionaries({"amount": NUMBERS, "currency": TEXTS}),
    ),
    max_leaves=8,
)
FIELDS = ("subject", "story", "due_on", "due_at", "count", "price", "period", "partner", "goods", "paper", "nothing")
DATA = st.one_of(VALUES, st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=5))

GOOD: Mapping[str, Mapping[str, Any]] = {
    "complete_task": {"outcome": "done"},
    "assign_task": {"to": "bob"},
    "delegate_task": {"to": "bob"},
    "skip_task": {"outcome": "done", "reason": "by phone"},
    "suspend_task": {"until": "2026-03-04T09:00+08:00", "reason": "away"},
    "event": {"name": "goods.arrived", "data": {"count": 1}},
    "amend": {"data": {"count": 1}, "reason": "told so"},
    "comment": {"text": "seen"},
    "attach": {"name": "a.pdf", "sha256": "0", "size": 1, "type": "application/pdf"},
    "hold": {"reason": "wait"},
    "cancel": {"reason": "withdrawn"},
    "move_deadline": {"clock": "promise", "to": "2026-03-05T09:00+08:00", "reason": "agreed"},
    "resolve_incident": {"incident": "step#2", "how": "retry", "reason": "mended"},
}
FUZZED = settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def case(**data: Any) -> Played:
    return Played(SOP, subject="Pumps", goods=[{"name": "Pump"}], **data)


def told(played: Played, name: str, body: Any) -> None:
    """Lets a case hear a signal as the interpreter does, and then lives for some weeks."""
    now = played.now + timedelta(minutes=1)
    said = word_of(name, body)
    assert not isinstance(said, CaseEnded)
    turn = casework.hear(played.procedure, played.state, now, said)
    assert turn is not None
    assert turn.state.step > played.state.step or turn.state.status != played.state.status, "it left a trace"
    casework.wake(played.procedure, turn.state, now + timedelta(days=40))


@FUZZED
@given(data=st.data())
@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_taken_or_refused(name: str, data: st.DataObject) -> None:
    played = case()
    body = {"actor": "dan", **GOOD.get(name, {})}
    for key in data.draw(st.lists(st.sampled_from(sorted(ACTS[name].model.model_fields)), max_size=2, unique=True)):
        body[key] = data.draw(DATA if key == "data" else VALUES, label=key)
    try:
        act = casework.read_act(name, body)
        casework.check(played.procedure, played.state, name, act, organization(), played.now)
        turn, _ = casework.perform(played.procedure, played.state, name, act, played.now)
    except SopError:
        return
    casework.wake(played.procedure, turn.state, played.now + timedelta(days=40))


@FUZZED
@given(body=VALUES, name=st.one_of(TEXTS, st.sampled_from([HOLD, RESUME, CANCEL, CHILD_REPORT, CHILD_FAILED])))
def test_a_signal_is_taken_or_recorded(name: str, body: Any) -> None:
    told(case(), name, body)


@FUZZED
@given(
    name=st.sampled_from(["goods.arrived", "partner.named"]),
    values=st.dictionaries(st.sampled_from(["count", "due_on", "due_at", "partner"]), VALUES),
    at=VALUES,
)
def test_a_declared_event_is_taken_or_recorded(name: str, values: dict[str, Any], at: Any) -> None:
    told(case(), name, {"data": values, "at": at})


@FUZZED
@given(report=st.fixed_dictionaries({"outcome": TEXTS, "result": st.dictionaries(TEXTS, VALUES)}))
def test_a_report_of_a_child_is_taken_or_recorded(report: dict[str, Any]) -> None:
    played = case()
    played.complete(subject="Pumps", goods=[])
    assert played.states == ("child",)
    told(played, CHILD_REPORT, {"key": "child#1", "case_id": "CASE-1.child", "run_id": "run", **report})


@FUZZED
@given(DATA)
def test_a_start_opens_a_case_or_is_refused(values: Any) -> None:
    played = case()
    try:
        opening = OpenCaseInput(data=values if isinstance(values, dict) else {"subject": values})
        turn = open_case(played.procedure, "CASE-2", opening, MONDAY)
    except SopError:
        return
    casework.wake(played.procedure, turn.state, MONDAY + timedelta(days=40))


# -- what was seen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [HOLD, RESUME, CANCEL])
def test_a_parent_of_an_endless_name_is_recorded_as_refused(what: str) -> None:
    played = case()
    played.hear(EngineWord(what, {"actor": "a" * 101}))
    (step,) = played.journal("event_refused")
    assert "at most 100 characters" in str(step.note)
    assert played.state.status == "open"


@pytest.mark.parametrize("to", ["9999-12-31T23:00Z", "9999-12-31T23:00-05:00", "2100-01-01T00:00Z"])
def test_a_deadline_beyond_all_calendars_is_refused_with_what_is_allowed(to: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        case().act("move_deadline", "dan", clock="promise", to=to, reason="for ever")
    (fault,) = refused.value.faults
    assert fault.where == "to"
    assert "2099-12-31" in fault.what + fault.allowed or "9999" in fault.what


def test_the_latest_deadline_is_counted_in_no_time() -> None:
    played = case()
    played.act("move_deadline", "dan", clock="promise", to="2099-12-31T23:00Z", reason="for good")
    assert played.clock("promise#1").due_at == datetime(2099, 12, 31, 23, tzinfo=UTC)


def test_an_event_of_the_first_day_of_all_is_counted_as_heard_now() -> None:
    played = case()
    played.signal("goods.arrived", at=datetime(1, 1, 1, tzinfo=UTC), due_at="2026-03-09T09:00+08:00")
    assert played.clock("call#1").clock.opened_at == played.now


def test_nobody_is_told_under_an_id_that_no_case_can_have() -> None:
    played = case()
    played.signal("partner.named", partner="单" * 400)
    (step,) = played.journal("not_told")
    assert "there is no case" in str(step.note)


def test_a_slip_of_the_engine_leaves_an_incident_and_the_case_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def slip(turn: Turn, message: Unreadable) -> None:
        turn.state.hold_reason = "half done"
        raise RuntimeError("nobody thought of this")

    played = case()
    monkeypatch.setattr(casework, "MESSAGES", {Unreadable: slip})
    played.hear(Unreadable("goods.arrived", "nobody reads it"))
    (incident,) = played.state.incidents.values()
    assert "RuntimeError: nobody thought of this" in incident.message
    assert played.state.hold_reason is None
