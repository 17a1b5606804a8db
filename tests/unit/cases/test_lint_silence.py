"""Lint of silence: states that wait while nothing runs, and the reasons that are given for it."""

import pytest

from tests.unit.cases.lint_samples import found_by

REASON = "no_clock: {en: As long as it takes, zh: 不限时}"

WAITING = """
data: {{limit_at: {{type: datetime}}, sure_at: {{type: datetime, required: true}}}}
events: {{news: , stop: , go: }}
clocks:
  plan: {{title: {{en: Plan, zh: 方案}}, within: 2 hours, start: opened, stop: [second.done, stop]}}
initial: first
states:
  first: {{task: {{}}, on: {{first.done: second, stop: third}}}}
  second: {{task: {{}}, on: {{second.done: third, stop: third}}}}
  third: {{{third}, on: {{third.done: end, news: end}}}}
  end: {{final: true}}
"""


def silent(text: str) -> list[str]:
    return [".".join(map(str, finding.path)) for finding in found_by(text, "silence")]


@pytest.mark.parametrize(
    "third",
    [
        "task: {within: 2 hours}",
        "task: {}, clocks: {own: {within: 2 hours}}",
        "task: {}, clocks: {own: {until: sure_at - 2 hours}}",
        "task: {}, after: {2 days: end}",
        f"task: {{}}, {REASON}",
        "work: {activity: sums, with: {base: 1}}",
        "always: end",
    ],
)
def test_what_is_timed_or_does_not_wait_or_says_why_is_not_silent(third: str) -> None:
    assert silent(WAITING.format(third=third)) == []


@pytest.mark.parametrize("third", ["task: {}", "task: {}, clocks: {own: {until: limit_at}}"])
def test_a_state_that_waits_without_a_clock_is_found_with_its_way_and_mend(third: str) -> None:
    (finding,) = found_by(WAITING.format(third=third), "silence")
    assert (finding.path, finding.severity) == (("states", "third"), "warning")
    assert finding.text.startswith("nothing runs while 'third' waits (after stop); give it a clock (`within`")


def test_a_clock_of_the_sop_watches_until_it_stops() -> None:
    assert silent(WAITING.format(third="task: {within: 1 hour}")) == []
    unheard = WAITING.replace("first.done: second, stop: third", "first.done: second")
    assert silent(unheard.format(third="task: {within: 1 hour}")) == ["states.first"], "stop may come and leads nowhere"
    restarted = WAITING.replace("start: opened", "start: go").replace(
        "first.done: second,", "first.done: second, go: second,"
    )
    assert silent(restarted.format(third="task: {within: 1 hour}")) == ["states.first", "states.second"]


def test_a_clock_that_another_region_may_stop_watches_nothing() -> None:
    text = """
clocks: {plan: {title: {en: P, zh: 方}, within: 2 hours, start: opened, stop: left.done}}
states:
  both:
    parallel: true
    states:
      one: {states: {left: {task: {}, on: {left.done: left_end}}, left_end: {final: true}}}
      two: {states: {right: {task: {}, on: {right.done: right_end}}, right_end: {final: true}}}
    done: end
  end: {final: true}
"""
    assert silent(text) == ["states.both.states.two.states.right"]


def test_a_clock_around_it_watches_a_state() -> None:
    text = """
states:
  box:
    clocks: {whole: {within: 2 hours}}
    states: {inner: {task: {}, on: {inner.done: end}}}
  end: {final: true}
"""
    assert silent(text) == []
    assert silent(text.replace("clocks: {whole: {within: 2 hours}}", REASON)) == []


@pytest.mark.parametrize(
    "third", [f"task: {{within: 2 hours}}, {REASON}", f"work: {{activity: sums, with: {{base: 1}}}}, {REASON}"]
)
def test_a_reason_that_silences_nothing_is_found(third: str) -> None:
    (finding,) = found_by(WAITING.format(third=third), "silence")
    assert (finding.path, finding.severity) == (("states", "third", "no_clock"), "error")
    assert "silences nothing" in finding.message


FILLED = """
data:
  name: {type: text, required: true}
  email: {type: text}
  fee: {type: integer}
  limit_at: {type: datetime}
initial: asking
states:
  asking:
    task:
      within: 1 hour
      form: [{field: fee, required: true}, email, limit_at]
      outcomes: {told: {}, none: {require: []}}
    on:
      asking.told: {to: paying, do: [{notify: clerk, template: hello}]}
      asking.none: paying
  paying:
    task: {within: 1 hour}
    on:
      paying.done: [{when: fee is not none and fee > 3, to: end}, {to: end}]
  end: {final: true}
"""


def test_what_is_guarded_on_all_ways_passes() -> None:
    assert found_by(FILLED, "filled") == []


@pytest.mark.parametrize(
    ("right", "wrong", "path", "what"),
    [
        (
            "when: fee is not none and fee > 3",
            "when: fee > 3",
            "states.paying.on.paying.done.0",
            "'fee' may be empty, and `fee > 3` cannot do without it (after asking.told > ",
        ),
        (
            "notify: clerk, template: hello",
            "notify: email, template: hello",
            "states.asking.on.asking.told.do.0",
            "'email' may be empty, and then nobody hears of 'hello'; name in `otherwise`",
        ),
        (
            "paying:\n    task: {within: 1 hour}",
            "paying:\n    clocks: {limit: {until: limit_at}}\n    task: {within: 1 hour}",
            "states.paying.clocks.limit.until",
            "'limit_at' may be empty, and then the clock never starts",
        ),
        (
            "template: hello}]}",
            "template: hello}, {set: {fee: fee + 1}}]}",
            "states.asking.task.outcomes.told",
            "skipped, 'asking' leaves 'fee' empty, which the chart then needs; name in `skip`",
        ),
    ],
)
def test_what_may_be_empty_where_it_is_needed_is_found(right: str, wrong: str, path: str, what: str) -> None:
    assert right in FILLED
    findings = found_by(FILLED.replace(right, wrong), "filled")
    assert [finding.severity for finding in findings if ".".join(map(str, finding.path)) == path] == ["warning"]
    assert what.split(" (after", maxsplit=1)[0] in findings[0].text


def test_what_silences_a_field_is_taken() -> None:
    told = FILLED.replace("notify: clerk, template", "notify: email, otherwise: clerk, template")
    assert found_by(told, "filled") == []
    skipped = FILLED.replace("template: hello}]}", "template: hello}, {set: {fee: fee + 1}}]}")
    said = skipped.replace("      outcomes: {told", "      skip: [told]\n      outcomes: {told")
    assert found_by(said, "filled") == []
    clock = FILLED.replace("paying:\n", "paying:\n    clocks: {limit: {until: limit_at, expects: maybe}}\n")
    assert found_by(clock, "filled") == []
    (finding,) = found_by(
        clock.replace("limit_at: {type: datetime}", "limit_at: {type: datetime, required: true}"), "filled"
    )
    assert (finding.severity, finding.path[-1]) == ("error", "expects")
