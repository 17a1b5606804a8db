"""What an exploration of small SOPs comes to: every kind of finding, each with a way that leads there again."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sop_engine.cases.exploration.exploring import Discovery, Exploration, explore
from sop_engine.cases.exploration.moves import replayed
from sop_engine.cases.exploration.silence import silent_states
from tests.unit.cases.casework_samples import MONDAY, procedure

ROOT = Path(__file__).parents[3]

APPROVAL = """
data: {amount: {type: integer, required: true}}
initial: drafting
states:
  drafting:
    task: {outcomes: [drafted]}
    on: {drafting.drafted: [{when: amount > 1000, to: approving}, {to: done}]}
    after: {2 days: done}
  approving:
    task: {outcomes: [approved, returned]}
    on: {approving.approved: done, approving.returned: drafting}
    after: {2 days: done}
  done: {final: done}
"""
"""Nothing is wrong with it; the amount that needs approval is asked for by no pool but by the guard itself."""

LOADING = """
data: {seal: {type: text}, is_full: {type: boolean}}
events: {seal.told: {data: {seal: {type: text}}}}
initial: both
states:
  both:
    parallel: true
    states:
      loading:
        states:
          filling:
            task: {form: [{field: is_full, required: true}], outcomes: [filled]}
            on: {filling.filled: [{when: is_full, to: filled}, {to: filling}]}
            after: {1 day: filled}
          filled: {final: filled}
      sealing:
        states:
          awaiting: {on: {seal.told: sealed}, after: {3 days: sealed}}
          sealed: {final: sealed}
    done: loaded
  loaded: {final: loaded}
"""


def explored(text: str, moves: int = 2_000) -> Exploration:
    """What so many moves a pass show."""
    return explore(procedure(text, engine_version=2), {}, MONDAY, (counted(moves), counted(moves)))


def counted(moves: int) -> Callable[[], bool]:
    left = iter(range(moves))
    return lambda: next(left, None) is not None


def told(exploration: Exploration) -> list[tuple[str, str, str]]:
    """Severity, place and words of what was found."""
    found = (discovery.finding for discovery in exploration.found)
    return [(each.severity, ".".join(map(str, each.path)), each.message) for each in found]


def found_at(text: str, place: str, words: str) -> Discovery:
    """The one finding at a place that says these words."""
    exploration = explored(text)
    (found,) = [
        each
        for each in exploration.found
        if ".".join(map(str, each.finding.path)) == place and words in each.finding.message
    ] or [pytest.fail(f"no {words!r} at {place}; there are {told(exploration)}")]
    return found


@pytest.mark.parametrize(("text", "states", "transitions"), [(APPROVAL, 3, 6), (LOADING, 8, 6)])
def test_a_small_sop_is_explored_to_its_end(text: str, states: int, transitions: int) -> None:
    exploration = explored(text)
    assert (told(exploration), exploration.is_complete) == ([], True)
    assert (exploration.states, exploration.transitions) == ((states, states), (transitions, transitions))


def test_the_same_is_found_again_whatever_python_hashes_by() -> None:
    """This process hashes text by a seed of its own."""
    script = "from tests.unit.cases.test_exploration import all_told; print(all_told())"
    again = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout == f"{all_told()}\n"
    assert "silence until" in again.stdout


def all_told() -> str:
    """Every finding of every sample, with its way."""
    explorations = (explored(text) for text in (APPROVAL, LOADING, *SAMPLES.values()))
    return "\n".join(f"{found.finding} {found.told()}" for each in explorations for found in each.found)


SAMPLES = {
    "silent": """
initial: handling
states:
  handling: {task: {outcomes: [handled]}, on: {handling.handled: done}}
  done: {final: done}
""",
    "spent": """
initial: handling
states:
  handling: {task: {outcomes: [handled], within: 2 hours}, on: {handling.handled: done}}
  done: {final: done}
""",
    "paused": """
clocks: {promise: {within: 2 hours, start: opened, pause: in asking, stop: asking.answered}}
initial: asking
states:
  asking: {task: {outcomes: [answered]}, on: {asking.answered: done}}
  done: {final: done}
""",
    "skipped": """
data: {pieces: {type: integer}}
initial: counting
states:
  counting:
    task: {form: [{field: pieces, required: true}], outcomes: [counted]}
    on: {counting.counted: [{when: pieces > 5, to: done}, {to: counting}]}
    after: {2 days: done}
  done: {final: done}
""",
    "stuck": """
initial: handling
states:
  handling:
    task: {outcomes: [lost, handled]}
    on: {handling.handled: done, handling.lost: nowhere}
    after: {1 day: done}
  nowhere: {}
  done: {final: done}
""",
    "circle": """
initial: handling
states:
  handling:
    task: {outcomes: [passed, handled]}
    on: {handling.handled: done, handling.passed: here}
    after: {1 day: done}
  here: {after: {1 day: there}}
  there: {after: {1 day: here}}
  done: {final: done}
""",
    "never": """
data: {pieces: {type: integer}, cut_off_on: {type: date}}
initial: handling
states:
  handling:
    task: {outcomes: [handled]}
    clocks: {cut_off: {until: cut_off_on if pieces > 5 and pieces < 3 else none}}
    on: {handling.handled: [{when: pieces > 5 and pieces < 3, to: both}, {to: done}]}
    after: {1 day: done}
  both: {final: both}
  done: {final: done}
""",
}

FOUND = [
    ("silent", "states.handling", "nothing runs: no clock, no delay"),
    ("spent", "states.handling.task.within", "after the last rung of its ladder 'standard' nothing ever happens again"),
    ("paused", "states.asking", "nothing runs: its clocks are paused (promise)"),
    ("skipped", "states.counting.task.outcomes.counted", "skipping it so fails inside the SOP"),
    ("stuck", "states.nowhere", "nothing leads out of here"),
    ("circle", "states.here", "no way leads from here to an end of the case"),
]


@pytest.mark.parametrize(("sample", "place", "words"), FOUND)
def test_what_a_run_shows_is_an_error_and_its_way_leads_there_again(sample: str, place: str, words: str) -> None:
    found = found_at(SAMPLES[sample], place, words)
    assert found.finding.severity == "error"
    turn = replayed(procedure(SAMPLES[sample], engine_version=2), found.way)
    if "fails" in words:
        assert next(incident.message for incident in turn.state.incidents.values()) in found.finding.message
    elif "nothing" in words:
        here = [silent.state for silent in silent_states(procedure(SAMPLES[sample], engine_version=2), turn.state)]
        assert here == [place.split(".")[1]]
    else:
        assert turn.state.snapshot.configuration == ("here",)


def test_a_way_is_told_in_words() -> None:
    spent = found_at(SAMPLES["spent"], "states.handling.task.within", "last rung")
    assert spent.told() == (
        "opened as Sample → silence until 2026-03-02 02:36 (handling#1)"
        " → silence until 2026-03-02 03:00 (handling#1) → silence until 2026-03-02 04:00 (handling#1)"
    )


def test_what_was_not_shown_is_a_warning_and_never_called_unreachable() -> None:
    assert {each for each in told(explored(SAMPLES["never"])) if each[0] == "warning"} == {
        ("warning", "states.both", "not shown that a case comes here, for the values tried"),
        (
            "warning",
            "states.handling.on.handling.handled",
            "not shown that this way is taken, for the values tried: handling.handled → both",
        ),
        (
            "warning",
            "states.handling.clocks.cut_off",
            "the clock was not seen to start (cut_off_on if pieces > 5 and pieces < 3 else none);"
            " see that what it waits for is filled",
        ),
    }


def test_what_is_cut_off_says_so() -> None:
    exploration = explored(APPROVAL, moves=3)
    assert not exploration.is_complete
    assert {message for _, _, message in told(exploration)} >= {"not shown that a case comes here, in the time given"}


HASHED = """
data: {hash: {type: text}}
initial: drafting
states:
  drafting:
    task:
      form: [{field: hash, required: true}]
      checks: {whole: {rule: hash | length == 8, title: {en: Whole, zh: 完整}}}
      outcomes: [drafted]
      skip: []
    on: {drafting.drafted: drafted}
    after: {2 days: lapsed}
  drafted: {final: drafted}
  lapsed: {final: lapsed}
"""


def test_an_example_passes_a_check_that_no_plain_value_passes() -> None:
    assert any("not shown that a case comes here" in message for _, _, message in told(explored(HASHED)))
    assert told(explored(HASHED.replace("type: text", "type: text, example: 9f86d081"))) == []


APPROVER = """
data: {{missing: {{type: list, default: [], item: {{type: text, title: {{en: Role, zh: 角色}}}}}}, who: {{type: text}}}}
initial: asking
states:
  asking:
    {asking}
    on:
      asking.done:
        - {{when: missing | length > 0, to: approving, do: [{{set: {{who: missing | first}}}}]}}
        - {{to: done}}
    after: {{1 day: done}}
  approving: {{task: {{role: who, outcomes: [approved]}}, on: {{approving.approved: done}}, after: {{2 days: done}}}}
  done: {{final: done}}
"""
WORK = """work:
      activity: request_payment
      with: {request_no: "'R'", supplier: "'S'", amount: "{'amount': 1, 'currency': 'CNY'}", requested_by: "'ann'"}
      store: {missing: missing}"""
FORM = "task: {form: [{field: missing, required: true}]}"


@pytest.mark.parametrize(("asking", "fails"), [(WORK, False), (FORM, True)])
def test_a_person_may_write_a_role_that_is_none_and_a_work_gives_those_of_the_books(asking: str, fails: bool) -> None:
    found = told(explored(APPROVER.format(asking=asking)))
    assert any("no role of the organisation" in message for _, _, message in found) is fails
    assert not any("approving" in place for _, place, _ in found), "it is come to either way"


ASKING = """
data:
  number: {type: text}
  client: {type: record, fields: {grade: {type: choice, of: [A, B], title: {en: Grade, zh: 等级}}}}
reads: {client: {register: clients, key: number, fields: [grade]}}
unique: {voucher: {value: number}}
initial: waiting
states:
  waiting:
    on:
      reads.client.found: [{when: "client.grade == 'A'", to: special}, {to: ordinary}]
      reads.client.missing: unknown
      unique.voucher.taken: doubled
    after: {1 day: ordinary}
  special: {final: special}
  ordinary: {final: ordinary}
  unknown: {final: unknown}
  doubled: {final: doubled}
"""


def test_what_the_records_may_answer_is_tried() -> None:
    assert told(explored(ASKING)) == []
