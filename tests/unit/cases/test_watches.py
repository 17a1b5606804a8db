"""What a case says it watches: subjects, figures and span as they stand, and nothing once it is closed."""

from datetime import UTC, datetime
from decimal import Decimal

from sop_engine.cases.seen.views import publication
from sop_engine.cases.seen.watches import watches_of
from tests.unit.cases.casework_samples import Played

SOP = """
title: {en: Cooling, zh: 冷藏}
reference: [number]
retention: 1 year
parameters: {warm_for: {default: 10 minutes, mark: E}}
data:
  number: {type: text}
  containers: {type: list, item: {type: text, title: {en: C, zh: C}}}
  most: {type: decimal, default: 8}
  loaded: {type: boolean, default: true}
  goods: {type: text}
  sealed_at: {type: datetime}
  opened_at: {type: datetime}
events:
  cargo.too_warm: {title: {en: Warm, zh: 超温}, data: {begun_at: {type: datetime}, subject: {type: text}}}
streams:
  temperatures:
    subject: containers
    from: sealed_at
    to: opened_at
    rules:
      warm: {when: "celsius > most and loaded and goods != 'ice'", for: warm_for, tell: {begun: cargo.too_warm}}
      silent: {silent: 2 hours, tell: {begun: cargo.too_warm}}
states:
  open: {task: {outcomes: {done: {require: []}}}, on: {open.done: done, cargo.too_warm: open}}
  done: {final: done}
"""
SEALED_AT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_case_says_what_it_watches_with_the_values_of_its_last_step() -> None:
    case = Played(SOP, containers=["MSKU 1", "", "MSKU 2", "MSKU 1"], sealed_at=SEALED_AT, goods="ice")
    warm, silent, *others = watches_of(case.procedure, case.state)
    assert (warm.stream, warm.subject, warm.rule, warm.seconds) == ("temperatures", "MSKU 1", "warm", 600)
    assert {name: each.value for name, each in warm.given.items()} == {
        "most": Decimal(8),
        "loaded": True,
        "goods": "ice",
    }
    assert (warm.since, warm.until, warm.tell) == (
        SEALED_AT,
        None,
        {"begun": {"cargo.too_warm": ("begun_at", "subject")}},
    )
    assert (silent.when, silent.seconds, silent.given) == (None, 7200, {})
    assert [(each.subject, each.rule) for each in others] == [("MSKU 2", "warm"), ("MSKU 2", "silent")]
    case.act("amend", "dan", data={"most": "5", "opened_at": SEALED_AT.isoformat()}, reason="r")
    warm = watches_of(case.procedure, case.state)[0]
    assert (warm.given["most"].value, warm.until) == (Decimal(5), SEALED_AT)
    assert publication(case.procedure, case.state, (), (), "run", SEALED_AT).watches[0] == warm


def test_nothing_is_watched_before_it_begins_without_a_subject_or_once_the_case_is_closed() -> None:
    assert watches_of((case := Played(SOP, containers=["MSKU 1"])).procedure, case.state) == ()
    assert watches_of((case := Played(SOP, sealed_at=SEALED_AT)).procedure, case.state) == ()
    case = Played(SOP, containers=["MSKU 1"], sealed_at=SEALED_AT)
    assert watches_of(case.procedure, case.state)
    case.complete("done")
    assert watches_of(case.procedure, case.state) == ()
