"""Lint of ends: states that no way leads out of, circles that turn by themselves, and clocks that count as met."""

import pytest

from tests.unit.cases.lint_samples import found_by

LOOP = """
events: {out: , news: }
initial: one
states:
  one: {task: {within: 1 hour}, on: {one.done: two}}
  two: {task: {within: 1 hour}, on: {two.done: three}}
  three: {task: {within: 1 hour}, on: {three.done: two, out: end}}
  end: {final: true}
"""


def test_a_state_without_a_way_to_an_end() -> None:
    assert found_by(LOOP, "ends") == []
    closed = LOOP.replace(", out: end", ", out: two, news: three").replace("one.done: two}", "one.done: two, out: end}")
    wrong = found_by(closed, "ends")
    assert [(finding.path[-1], finding.severity, finding.way) for finding in wrong] == [
        ("two", "error", ("one.done",)),
        ("three", "error", ("one.done", "two.done")),
    ]


def test_a_region_that_never_ends_is_left_with_the_others() -> None:
    text = """
states:
  both:
    parallel: true
    states:
      one: {states: {left: {task: {within: 1 hour}, on: {left.done: end}}}}
      two: {states: {right: {task: {within: 1 hour}, on: {right.done: again}}, again: {always: right}}}
  end: {final: true}
"""
    assert found_by(text, "ends") == []


@pytest.mark.parametrize(
    ("two", "circles"),
    [("{always: three}", 1), ("{always: [{when: now is none, to: three}, end]}", 0), ("{always: box}", 1)],
)
def test_a_circle_that_turns_by_itself(two: str, circles: int) -> None:
    text = f"""
initial: one
states:
  one: {{task: {{within: 1 hour, outcomes: [done, other]}}, on: {{one.done: two, one.other: box}}}}
  two: {two}
  three: {{always: two, on: {{one.done: end}}}}
  box: {{states: {{inner: {{always: three}}}}}}
  end: {{final: true}}
"""
    turning = [finding for finding in found_by(text, "ends") if "turns without an end" in finding.message]
    assert len(turning) == circles


RETURNED = """
data: {{}}
initial: telling
states:
  telling:
    task: {{within: 2 hours, outcomes: {{told: {{}}, returned: {{{clock}}}}}}}
    on: {{telling.told: end, telling.returned: {target}}}
  mending: {{task: {{within: 1 hour}}, on: {{mending.done: {back}}}}}
  end: {{final: true}}
"""


def test_an_outcome_that_leads_back_says_what_it_makes_of_the_clock() -> None:
    (finding,) = found_by(RETURNED.format(clock="", target="mending", back="telling"), "promises")
    assert finding.path == ("states", "telling", "task", "outcomes", "returned")
    assert (finding.severity, "begins anew" in finding.message) == ("warning", True)
    for said in ("met", "ended", "goes_on"):
        assert found_by(RETURNED.format(clock=f"clock: {said}", target="mending", back="telling"), "promises") == []
    (pointless,) = found_by(RETURNED.format(clock="clock: goes_on", target="mending", back="end"), "promises")
    assert (pointless.severity, pointless.path[-1]) == ("error", "clock")


TWO_WAYS = """
initial: telling
states:
  telling:
    task: {{within: 2 hours, outcomes: [told, unclear]}}
    on: {{telling.told: agreeing, telling.unclear: mending}}
  agreeing:
    task: {{within: 1 hour, outcomes: {{yes: {{}}, no: {{clock: ended}}}}}}
    on: {{agreeing.yes: end, agreeing.no: {no}}}
  mending:
    task: {{within: 1 hour, outcomes: [done, dropped]}}
    on: {{mending.done: {back}, mending.dropped: dropped}}
  end: {{final: told}}
  dropped: {{final: dropped}}
"""


@pytest.mark.parametrize(
    ("no", "back", "found"),
    [
        ("telling", "telling", ["told", "unclear"]),
        ("mending", "telling", ["unclear"]),
        ("mending", "agreeing", []),
    ],
)
def test_only_an_outcome_that_closes_off_an_end_is_asked(no: str, back: str, found: list[str]) -> None:
    """What leads on to every end as well as the others do may come back later, as new work."""
    findings = found_by(TWO_WAYS.format(no=no, back=back), "promises")
    assert [finding.path[-1] for finding in findings if "telling" in finding.path] == found


PLANNED = """
events: {{accepted: }}
clocks: {{plan: {{title: {{en: P, zh: 方}}, within: 1 day, start: asking.done, stop: {stop}}}}}
initial: asking
states:
  asking: {{task: {{within: 1 hour}}, on: {{asking.done: planning}}}}
  planning:
    task: {{within: 1 hour, outcomes: {{told: {{}}, none: {{clock: ended}}}}}}
    on: {{planning.told: judging, planning.none: asking}}
  judging:
    task: {{within: 1 hour, outcomes: {{taken: {{}}, back: {{clock: ended}}}}}}
    on: {{judging.taken: end, accepted: end, judging.back: asking}}
  end: {{final: true}}
"""


def test_a_clock_of_the_sop_that_is_met_and_begins_anew() -> None:
    (finding,) = found_by(PLANNED.format(stop="[planning.told, planning.none]"), "promises")
    assert (finding.path, finding.severity) == (("clocks", "plan", "stop"), "warning")
    assert found_by(PLANNED.format(stop="{met: [planning.told], ended: [planning.none]}"), "promises") == []


def test_a_clock_that_hears_the_machine_and_not_the_person() -> None:
    (finding,) = found_by(PLANNED.format(stop="accepted"), "promises")
    assert "'accepted' stops 'plan', and 'judging.taken'" in finding.message
    for stop in ("[accepted, judging.taken]", "[accepted, in end]"):
        assert [each for each in found_by(PLANNED.format(stop=stop), "promises") if "just so" in each.message] == []
