"""Lint of silence: states that wait while nothing runs, and the reasons that are given for it."""

import pytest

from sop_engine.cases.lint.linting import lint
from sop_engine.cases.running.compiling import compile_procedure
from tests.unit.cases.casework_samples import bundle
from tests.unit.cases.lint_samples import around, found_by

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


def test_a_clock_that_what_comes_of_a_notice_may_stop_watches_nothing() -> None:
    text = """
addressees: {somebody: {called: "'Somebody'", email: "'who@example.test'"}}
clocks: {plan: {title: {en: P, zh: 方}, within: 2 hours, start: opened, stop: told.kept}}
states:
  first: {task: {}, on: {first.done: {to: second, do: [{notify: somebody, as: told, template: hello}]}}}
  second: {task: {}, on: {second.done: end}}
  end: {final: true}
"""
    assert silent(text) == ["states.first", "states.second"]
    assert silent(text.replace("second.done: end", "second.done: end, told: end")) == ["states.first"]


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
    ("pause", "third"), [("in second", []), ("second.done", ["states.third"]), ("in third", ["states.third"])]
)
def test_a_pause_by_a_state_ends_with_it(pause: str, third: list[str]) -> None:
    paused = WAITING.replace("stop: [second.done, stop]", f"stop: in end, pause: {pause}")
    waiting = paused.replace("second: {{task: {{}}", "second: {{task: {{within: 1 hour}}")
    assert silent(waiting.format(third="task: {}")) == third


@pytest.mark.parametrize(
    ("until", "start", "third"),
    [
        ("limit_at | default(sure_at)", "opened", []),
        ("limit_at | default(none)", "opened", ["states.first", "states.second", "states.third"]),
        ("limit_at if limit_at is not none else sure_at", "opened", []),
        ("sure_at if limit_at is none else none", "opened", ["states.first", "states.second", "states.third"]),
        ("limit_at", "in first", ["states.first", "states.second", "states.third"]),
        ("told_at", "in second", ["states.first"]),
    ],
)
def test_a_clock_watches_only_where_it_is_sure_to_have_an_instant(until: str, start: str, third: list[str]) -> None:
    text = f"""
data: {{limit_at: {{type: datetime}}, sure_at: {{type: datetime, required: true}}, told_at: {{type: datetime}}}}
clocks:
  plan: {{title: {{en: Plan, zh: 方案}}, until: {until}, expects: maybe, start: {start}, stop: in end}}
initial: first
states:
  first: {{task: {{form: [{{field: told_at, required: true}}]}}, on: {{first.done: second}}}}
  second: {{task: {{}}, on: {{second.done: third}}}}
  third: {{task: {{}}, on: {{third.done: end}}}}
  end: {{final: true}}
"""
    assert silent(text) == third


OPENS = """
initial: opening
states:
  opening: {case: {sop: Child, with: {need: 1}}, on: {opening.ok: end, opening.odd: end, opening.cancelled: end}}
  end: {final: true}
"""


@pytest.mark.parametrize(
    ("text", "child_falls_silent", "found"),
    [
        (OPENS, False, []),
        (OPENS, True, ["nothing runs while 'opening' waits, for Child may fall silent too"]),
        (OPENS.replace("opening: {", f"opening: {{{REASON}, "), True, []),
        (OPENS.replace("opening: {", f"opening: {{{REASON}, "), False, ["silences nothing"]),
    ],
)
def test_a_child_with_clocks_watches_the_state_that_waits_for_it(
    text: str, child_falls_silent: bool, found: list[str]
) -> None:
    surroundings = around(falls_silent=lambda sop: child_falls_silent)
    findings = lint(compile_procedure(bundle(text)), surroundings)
    said = [finding.message for finding in findings if finding.check == "silence"]
    assert [part in message for part, message in zip(found, said, strict=True)] == [True] * len(found)


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


def test_what_a_role_is_told_in_the_same_breath_is_heard() -> None:
    alone = FILLED.replace("notify: clerk, template: hello}", "notify: email, template: hello}")
    both = alone.replace("template: hello}]}", "template: hello}, {notify: clerk, template: hello}]}")
    assert (len(found_by(alone, "filled")), found_by(both, "filled")) == (1, [])
    perhaps = both.replace(
        "{notify: clerk, template: hello}", "{if: name == 'x', then: [{notify: clerk, template: hello}]}"
    )
    assert len(found_by(perhaps, "filled")) == 1


RAISED = """
data: {fee: {type: integer}, told: {type: integer}}
initial: asking
states:
  asking: {task: {within: 1 hour, form: [{field: fee, required: true}]}, on: {asking.done: {to: box}}}
  box:
    states:
      paying:
        entry: [{set: {told: fee}}]
        task: {within: 1 hour, outcomes: [paid, late]}
        on: {paying.paid: end, paying.late: {do: [{raise: late}]}}
    on: {late: {to: end, do: [{set: {fee: told + 1}}]}}
  end: {final: true}
"""


def test_what_is_told_to_a_state_is_told_while_something_inside_is_active() -> None:
    assert found_by(RAISED.replace("outcomes: [paid, late]", "outcomes: [paid, late], skip: []"), "filled") == []
    wider = RAISED.replace(
        "    states:\n",
        "    initial: paying\n    states:\n      other: {task: {within: 1 hour}, on: {other.done: paying}}\n",
    )
    entered = wider.replace("{to: box}}", "{to: other}}")
    assert ["'told' may be empty" in each.message for each in found_by(entered, "filled")] == [True]


def test_what_an_entry_fills_is_not_lost_by_a_skip() -> None:
    text = """
data: {fee: {type: integer}, sum: {type: integer, default: 1}}
initial: asking
states:
  asking:
    entry: [{set: {fee: sum}}]
    task: {within: 1 hour, form: [{field: fee, required: true}]}
    on: {asking.done: {to: end, do: [{set: {sum: fee + 1}}]}}
  end: {final: true}
"""
    assert found_by(text, "filled") == []
    assert len(found_by(text.replace("    entry: [{set: {fee: sum}}]\n", ""), "filled")) == 1


@pytest.mark.parametrize("asked", [True, False])
def test_a_start_by_a_condition_shows_what_is_filled(asked: bool) -> None:
    start = "when limit_at is not none" if asked else "when name == 'x'"
    clock = f"clocks: {{limit: {{title: {{en: L, zh: 限}}, until: limit_at, start: {start}, stop: in end}}}}\n"
    found = found_by(FILLED.replace("initial: asking\n", clock + "initial: asking\n"), "filled")
    assert len(found) == (0 if asked else 1)


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
