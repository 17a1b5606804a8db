"""How a case ends, and what it asks of others on the way: cancellation, effects and their undoing."""

from datetime import UTC, datetime

import pytest

from sop_engine.basis.faults import Refused
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import CancelWork, ReportToParent, StartCase, TellCase
from sop_engine.cases.running.effects.document import MakeDocument
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.effects.post import Post
from tests.unit.cases.casework_samples import MONDAY, Played

UNDOING = """
events: {stop: }
data:
  email: {type: text}
  fee: {type: money}
  note: {type: text, default: first}
  broken: {type: integer}
clocks: {whole: {within: 9 hours, start: opened}, part: {within: 9 hours, start: opened, stop: b.done}}
states:
  a:
    task: {form: [note]}
    on:
      a.done:
        to: b
        do:
          - {notify: email, template: told, undo: {notify: email, template: untold, with: {why: note}}}
          - {post: fee, with: {amount: fee}, undo: [{post: unfee, with: {amount: fee}}, {document: slip}]}
  b:
    parallel: true
    states:
      l: {states: {lt: {task: {within: 5 hours}, on: {lt.done: le}}, le: {final: true}}}
      m: {states: {mw: {work: {activity: x}, on: {mw.done: me}}, me: {final: true}}}
      r: {states: {rc: {case: {sop: Child}, on: {rc.ok: re}}, re: {final: true}}}
    on: {stop: end}
  end: {final: ended, with: {fee: fee}}
cancel: [{notify: owner, template: cancelled}]
"""


def test_cancelling_undoes_the_latest_first_and_closes_what_is_open() -> None:
    case = Played(UNDOING, email="a@b.example", fee="CNY 5.50", parent=ParentRef(case_id="TOP", key="k#1"))
    case.complete()
    case.start_children()
    done = len(case.commands)
    case.act("cancel", "dan", reason="withdrawn")
    asked = case.commands[done:]
    assert [getattr(c, "entry", getattr(c, "template", c.kind)) for c in asked] == [
        *("slip", "unfee", "untold", "cancelled"),
        *("cancel_work", "tell_case", "report"),
    ]
    assert case.asked(Notify)[1].address == "a@b.example"
    assert case.asked(Notify)[1].values == {"why": "first"}
    assert case.asked(Notify)[-1].recipient == "manager"
    assert case.asked(Post)[-1].values == {"amount": {"amount": "5.50", "currency": "CNY"}}
    assert (case.asked(TellCase)[0].signal, case.asked(CancelWork)[0].key) == ("case.cancel", "mw#1")
    assert case.asked(ReportToParent)[0].report.outcome == "cancelled"
    assert (case.state.status, case.tasks, case.state.works) == ("cancelled", {}, {})
    assert {running.clock.status for running in case.state.clocks.values()} == {"cancelled"}
    with pytest.raises(Refused, match="closed"):
        case.act("cancel", "dan", reason="again")
    case.child_report("rc#1", "ok")
    case.signal("late.news")
    assert case.journal("event_refused")[0].note == "the case is closed"


def test_completing_meets_the_clocks_that_run_to_the_end() -> None:
    case = Played(UNDOING)
    case.complete()
    case.signal("stop")
    assert (case.state.status, case.state.outcome, case.state.incidents) == ("completed", "ended", {})
    statuses = {key: running.clock.status for key, running in case.state.clocks.items()}
    assert statuses == {"whole#1": "met", "part#1": "cancelled", "lt#1": "met"}
    assert [step.kind for step in case.steps[-2:]] == ["event", "closed"]


def test_what_cannot_be_undone_refuses_the_cancellation() -> None:
    text = UNDOING.replace("with: {why: note}", "with: {why: broken + 1}")
    case = Played(text, email="a@b.example")
    case.complete()
    with pytest.raises(Refused, match="cannot be undone"):
        case.act("cancel", "dan", reason="r")
    case.act("amend", "dan", data={"broken": 1}, reason="r")
    case.act("cancel", "dan", reason="r")


EFFECTS = """
data: {email: {type: text}, at: {type: datetime}, day: {type: date}, about: {type: reference}, manager: {type: text}}
states:
  a:
    task: {outcomes: [done, again]}
    on:
      a.again:
        do:
          - {notify: assignee, template: t}
          - {notify: email, template: t}
          - {notify: manager, template: t}
          - {document: paper, with: {day: day}}
          - {milestone: left, at: at, kind: planned}
          - {milestone: left, at: day, kind: estimated, publish: true}
          - {tell: about, event: x.y, with: {d: day}}
          - {tell: parent, event: x.z}
      a.done: {to: end, do: [{milestone: left}]}
  end: {final: true}
"""


OTHERWISE = """
data:
  email: {type: text}
  party: {type: record, fields: {email: {type: text, title: {en: E, zh: 邮}}}}
  unit: {type: text}
states:
  a:
    task: {}
    on:
      a.done:
        do:
          - {notify: email, template: t, otherwise: auditor}
          - {notify: party, template: t, otherwise: assignee}
          - {notify: unit, template: t, otherwise: owner}
"""


def test_a_notice_without_an_addressee_goes_to_who_is_named_otherwise() -> None:
    case = Played(OTHERWISE, party={"email": None})
    case.complete("done", "bob")
    assert [(n.recipient, n.people, n.address) for n in case.asked(Notify)] == [
        ("auditor", (), None),
        ("assignee", ("bob",), None),
        ("manager", (), None),
    ]
    case = Played(OTHERWISE, email="a@b.example", party={"email": "p@b.example"}, unit="clerk")
    case.complete("done", "bob")
    assert [(n.recipient, n.address) for n in case.asked(Notify)] == [
        ("email", "a@b.example"),
        ("party", "p@b.example"),
        ("clerk", None),
    ]


def test_effects_become_commands_and_what_has_no_address_is_left_out() -> None:
    case = Played(EFFECTS, day="2026-03-05", manager="Somebody")
    case.complete("again", "bob")
    assert [(n.recipient, n.people, n.address) for n in case.asked(Notify)] == [
        ("assignee", ("bob",), None),
        ("manager", (), None),
    ]
    assert case.asked(MakeDocument)[0].values == {"day": "2026-03-05"}
    assert case.asked(TellCase) == []
    left = case.state.milestones["left"]
    assert (left.planned_at, left.estimated_at) == (None, datetime(2026, 3, 4, 16, tzinfo=UTC))
    case.act("amend", "dan", data={"about": "OTHER-1", "at": "2026-03-03T09:00+08:00"}, reason="r")
    case.complete("again", "bob")
    case.complete("again", "bob")
    told = case.asked(TellCase)
    assert [(t.case_id, t.body["id"], t.body["data"]) for t in told] == [
        ("OTHER-1", "CASE-1.tell.1", {"d": "2026-03-05"}),
        ("OTHER-1", "CASE-1.tell.2", {"d": "2026-03-05"}),
    ]
    case.complete("done")
    left = case.state.milestones["left"]
    assert (left.planned_at, left.actual_at, left.published) == (datetime(2026, 3, 3, 1, tzinfo=UTC), MONDAY, True)


def test_a_child_tells_its_parent() -> None:
    case = Played(EFFECTS, parent=ParentRef(case_id="TOP", key="k#1"))
    case.complete("again")
    assert [(t.case_id, t.body["name"]) for t in case.asked(TellCase)] == [("TOP", "x.z")]


def test_the_cases_of_a_closed_case_are_told() -> None:
    case = Played(
        """
events: {stop: }
states: {a: {case: {sop: Child}, on: {a.ok: b, stop: b}}, b: {final: true}}
"""
    )
    assert len(case.asked(StartCase)) == 1
    case.signal("stop")
    assert case.asked(TellCase)[0].body == {"reason": "CASE-1 left a"}
