"""Child cases: started, reported, failed, several at a time, and told what their parent cannot take."""

from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import ReportToParent, StartCase, TellCase
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.told.messages import EngineWord
from sop_engine.cases.written.engine_version import HARDENED
from tests.unit.cases.casework_samples import Played

ONE = """
events: {away: , child.news: {data: {n: {type: decimal}}}}
data: {n: {type: integer, default: 1}, fee: {type: money}}
states:
  booking:
    case: {sop: Booking, id: book, with: {count: n + 1}, store: {fee: cost}}
    on: {booking.confirmed: booked, booking.refused: booking, booking.cancelled: gone, away: gone}
  booked: {final: true, with: {fee: fee}}
  gone: {task: {}, on: {gone.done: booked}}
"""


def one(**changes: Any) -> Played:
    case = Played(ONE, bundle_changes=changes)
    case.start_children()
    return case


def test_a_child_starts_reports_and_is_numbered_by_round() -> None:
    case = one()
    (start,) = case.asked(StartCase)
    assert (start.case_id, start.sop, start.data, start.detached) == ("CASE-1.book", "Booking", {"count": 2}, False)
    case.child_report("booking#1", "refused")
    assert case.asked(StartCase)[1].case_id == "CASE-1.book.2"
    case.start_children()
    case.child_report("booking#2", "confirmed", cost={"amount": "12.50", "currency": "EUR"})
    assert str(case.data["fee"]["amount"]) == "12.50"
    assert case.state.outcome == "booked"


def test_a_report_counts_once_from_the_right_run_and_in_time() -> None:
    case = one()
    case.child_report("booking#1", "confirmed", run_id="another")
    wrong = ChildReport(key="booking#1", case_id="OTHER", run_id="run", outcome="confirmed")
    case.hear(EngineWord("case.child", wrong.model_dump(mode="json")))
    assert case.states == ("booking",)
    assert len(case.journal("event_refused")) == 2
    case.child_report("booking#1", "refused")
    case.child_report("booking#1", "refused")
    assert len(case.asked(StartCase)) == 2
    case.start_children()
    case.signal("away")
    case.child_report("booking#2", "confirmed")
    assert case.states == ("gone",)
    assert case.asked(TellCase)[-1].signal == "case.cancel"


def test_a_child_that_could_not_start_is_started_again() -> None:
    case = Played(ONE)
    case.failed("booking#1", "no such SOP")
    assert case.state.status == "blocked"
    case.act("resolve_incident", "dan", incident="booking#1", how="correct", data={"n": 8}, reason="r")
    again = case.asked(StartCase)[1]
    assert (again.case_id, again.data) == ("CASE-1.book", {"count": 9})


def test_a_child_that_ran_is_started_again_under_another_id() -> None:
    case = one()
    for attempt in (2, 3):
        case.failed("booking#1", "terminated")
        case.act("resolve_incident", "dan", incident="booking#1", how="retry", reason="r")
        assert case.asked(StartCase)[-1].case_id == f"CASE-1.book.try{attempt}"
        case.start_children()
    case.child_report("booking#1", "confirmed")
    assert case.state.status == "completed"


def test_going_on_without_a_child_names_its_outcome() -> None:
    case = one()
    case.failed("booking#1", "terminated")
    with pytest.raises(InvalidInput, match="confirmed, refused, cancelled"):
        case.act("resolve_incident", "dan", incident="booking#1", how="skip", reason="r")
    given = {"outcome": "confirmed", "cost": "EUR 3.10"}
    case.act("resolve_incident", "dan", incident="booking#1", how="skip", data=given, reason="r")
    assert (case.state.outcome, str(case.data["fee"]["amount"])) == ("booked", "3.10")


def test_leaving_the_state_forgets_a_failed_child() -> None:
    case = one()
    case.failed("booking#1", "terminated")
    case.signal("away")
    assert (case.state.status, case.state.incidents) == ("open", {})


def test_a_result_that_does_not_fit_is_an_incident_taken_again() -> None:
    case = one()
    case.child_report("booking#1", "confirmed", cost="plenty")
    assert (case.states, list(case.state.incidents)) == (("booking",), ["booking#1"])
    case.act("resolve_incident", "dan", incident="booking#1", how="skip", data={"outcome": "confirmed"}, reason="r")
    assert case.state.status == "completed"


MANY = """
data:
  names: {type: list, item: {type: text, title: {en: N, zh: 名}}}
  got: {type: list, item: {type: text, title: {en: N, zh: 名}}}
states:
  asking:
    case: {sop: Quote, for_each: names, until: UNTIL, with: {supplier: item}}
    on: {asking.all: {to: end, do: [{set: {got: "_event.data.results | map(attribute='outcome') | list"}}]}}
  end: {final: true, with: {got: got}}
"""


@pytest.mark.parametrize(("until", "reports_needed"), [("all", 3), ("any", 1), ("2", 2)])
def test_a_child_for_each(until: str, reports_needed: int) -> None:
    case = Played(MANY.replace("UNTIL", until), names=["a", "b", "c"])
    case.start_children()
    assert [(s.case_id, s.data) for s in case.asked(StartCase)] == [
        (f"CASE-1.asking-{number}", {"supplier": name}) for number, name in enumerate("abc", 1)
    ]
    for number in range(1, reports_needed + 1):
        assert case.states == ("asking",)
        case.child_report(f"asking#1.{number}", "quoted")
    assert case.data["got"] == ["quoted"] * reports_needed
    assert len(case.asked(TellCase)) == 3 - reports_needed, "what is not waited for any more is cancelled"


def test_a_child_that_failed_does_not_count_as_ended() -> None:
    case = Played(MANY.replace("UNTIL", "all"), names=["a", "b"])
    case.failed("asking#1.1", "no")
    case.child_report("asking#1.2", "quoted")
    assert case.states == ("asking",)
    case.act("resolve_incident", "dan", incident="asking#1.1", how="retry", reason="r")
    assert case.asked(StartCase)[-1].data == {"supplier": "a"}
    case.child_report("asking#1.1", "refused")
    assert case.data["got"] == ["refused", "quoted"]


def test_no_children_are_done_at_once() -> None:
    assert Played(MANY.replace("UNTIL", "all"), names=[]).state.status == "completed"


def test_what_no_transition_takes_goes_on_to_the_children_that_declare_it() -> None:
    case = one(child_events={"Booking": ("child.news",)})
    case.signal("child.news", n="1.50", message_id="x")
    case.act("event", "dan", name="child.news", data={"n": 2}, at="2026-03-02T09:00+08:00", reason="r")
    first, second = case.asked(TellCase)
    assert (first.signal, first.body["name"], first.body["data"]) == ("event", "child.news", {"n": "1.50"})
    assert second.body["at"] == "2026-03-02T01:00:00+00:00"
    assert first.body["id"] != second.body["id"]


def test_a_case_reports_to_its_parent_when_it_closes() -> None:
    case = Played(ONE, parent=ParentRef(case_id="TOP", key="p#1"))
    case.start_children()
    case.child_report("booking#1", "confirmed", cost="EUR 1")
    (report,) = case.asked(ReportToParent)
    assert (report.case_id, report.report.key, report.report.outcome) == ("TOP", "p#1", "booked")
    assert str(report.report.result["fee"]["amount"]) == "1"


def test_detached_cases_are_started_and_not_waited_for() -> None:
    case = Played(
        """
events: {go: }
data: {n: {type: integer, default: 3}}
states:
  a: {task: {}, on: {go: {do: [{start: Claim, with: {count: n}}]}, a.done: end}}
  end: {final: true}
"""
    )
    case.signal("go")
    case.signal("go")
    started = case.asked(StartCase)
    assert [(s.case_id, s.detached, s.data) for s in started] == [
        ("CASE-1.claim", True, {"count": 3}),
        ("CASE-1.claim.2", True, {"count": 3}),
    ]
    case.failed(started[0].key, "no")
    case.act("resolve_incident", "dan", incident=started[0].key, how="retry", reason="r")
    assert case.asked(StartCase)[-1].data == {"count": 3}
    case.complete()
    assert case.asked(TellCase) == []


KEYED = """
data: {findings: {type: list, item: {type: integer, title: {en: N, zh: 号}}}}
states:
  mending:
    case: {sop: Finding, for_each: findings, key: no, with: {no: item}}
    on: {mending.all: end}
  end: {final: true}
"""


def keyed() -> Played:
    changes = {"engine_version": HARDENED, "child_events": {"Finding": ("finding.moved",)}}
    case = Played(KEYED, bundle_changes=changes, findings=[4, 7])
    case.start_children()
    return case


@pytest.mark.parametrize(("carried", "told"), [({"no": 7}, ["2"]), ({"no": "4"}, ["1"]), ({"by": "x"}, ["1", "2"])])
def test_an_event_with_a_key_goes_to_the_child_that_has_it(carried: dict[str, Any], told: list[str]) -> None:
    case = keyed()
    case.signal("finding.moved", **carried)
    assert [command.case_id[-1] for command in case.asked(TellCase)] == told
    assert [command.body["data"] for command in case.asked(TellCase)] == [carried] * len(told)


def test_an_event_with_a_key_that_no_open_child_has_is_unheard() -> None:
    case = keyed()
    case.child_report("mending#1.1", "mended")
    case.signal("finding.moved", no=4)
    assert case.asked(TellCase) == []
    assert case.journal("event_unheard")
