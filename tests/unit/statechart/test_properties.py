"""What holds for every chart and every sequence of events."""

import subprocess
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_engine.statechart.model import ROOT, Chart
from sop_engine.statechart.parse import parse
from sop_engine.statechart.snapshot import Event, Snapshot
from sop_engine.statechart.transition import advance, enabled_events, transition
from tests.unit.statechart.statechart_runs import Script, fixed_run, run
from tests.unit.statechart.statechart_samples import EFFECTS, OPENED_AT

EVENTS = ("e", "e.f", "g")
ROOT_OF_PROJECT = Path(__file__).resolve().parents[3]

QUICK = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def inside(part: dict[str, Any]) -> list[str]:
    """The names of all states below."""
    return [name for child, raw in part.get("states", {}).items() for name in (child, *inside(raw))]


@st.composite
def charts(draw: st.DrawFn) -> dict[str, Any]:
    """A chart of up to some twenty states with transitions, delays, guards, raises, sends and history."""
    numbers = count()
    names: list[str] = []

    def state(depth: int, in_parallel: bool) -> dict[str, Any]:
        kinds = ["atomic", "compound", "parallel"] if depth < 3 else ["atomic"]
        kind = draw(st.sampled_from(kinds if in_parallel else [*kinds, "final"]))
        if kind == "final":
            return {"final": True}
        if kind == "atomic":
            return {}
        made: dict[str, Any] = {"states": children(depth + 1, kind == "parallel")}
        if kind == "parallel":
            made["parallel"] = True
        return made

    def children(depth: int, in_parallel: bool) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for index in range(draw(st.integers(2, 3))):
            name = f"s{next(numbers)}"
            names.append(name)
            made[name] = state(depth, in_parallel or index == 0)
        if draw(st.booleans()):
            name = f"h{next(numbers)}"
            names.append(name)
            made[name] = {"history": draw(st.sampled_from(["deep", "shallow"])), "to": next(iter(made))}
        return made

    chart: dict[str, Any] = {"states": children(0, False)}

    def action() -> dict[str, Any]:
        kinds = [{"set": {"n": "n + 1"}}, {"raise": "g"}, {"send": "e.f"}, {"send": "g", "after": "PT7M"}, {"log": "x"}]
        return draw(st.sampled_from(kinds))

    def connect(parts: dict[str, Any]) -> None:
        for part in parts.values():
            connect(part.get("states", {}))
            if "states" in part and not part.get("parallel") and draw(st.booleans()):
                part["initial"] = draw(st.sampled_from(inside(part)))
            if "history" in part or "final" in part:
                continue
            for trigger in draw(st.lists(st.sampled_from(EVENTS), max_size=2, unique=True)):
                body: dict[str, Any] = {
                    "do": [action()],
                    "when": draw(st.sampled_from(["true", "n % 2 == 0", "n > 4"])),
                }
                if draw(st.integers(0, 5)):
                    body["to"] = draw(st.sampled_from(names))
                part.setdefault("on", {})[trigger] = body
            if not draw(st.integers(0, 3)):
                part["after"] = {"PT5M": draw(st.sampled_from(names))}
            if not draw(st.integers(0, 4)):
                part["always"] = {"to": draw(st.sampled_from(names)), "when": "n == 3", "do": [{"set": {"n": "4"}}]}

    connect(chart["states"])
    return chart


scripts: st.SearchStrategy[Script] = st.lists(
    st.tuples(st.integers(0, 9), st.none() | st.sampled_from(EVENTS)), max_size=8
)


def is_legal(chart: Chart, configuration: tuple[str, ...]) -> bool:
    for state_id in (ROOT, *configuration):
        state = chart.states[state_id]
        active = sum(child in configuration for child in state.children)
        if state.kind == "history" or active != {"compound": 1, "parallel": len(state.children)}.get(state.kind, 0):
            return False
        if state.parent not in (None, ROOT, *configuration):
            return False
    return list(configuration) == sorted(configuration, key=lambda state: chart.states[state].order)


@QUICK
@given(charts(), scripts)
def test_every_configuration_is_legal(mapping: dict[str, Any], script: Script) -> None:
    chart = parse(mapping, effects=EFFECTS)
    for step in run(chart, script):
        assert is_legal(chart, step.snapshot.configuration)
        assert all(delay.state in (None, *step.snapshot.configuration) for delay in step.snapshot.delays)
        assert list(step.microsteps) == sorted(step.microsteps, key=lambda microstep: microstep.at)


@QUICK
@given(charts(), scripts)
def test_microsteps_tell_how_one_configuration_became_the_next(mapping: dict[str, Any], script: Script) -> None:
    chart = parse(mapping, effects=EFFECTS)
    steps = run(chart, script)
    active: list[str] = []
    for step in steps:
        for microstep in step.microsteps:
            for state in microstep.exited:
                active.remove(state)
            active += microstep.entered
            assert len(active) == len(dict.fromkeys(active))
        assert sorted(active) == sorted(step.snapshot.configuration)


@QUICK
@given(charts(), scripts)
def test_writing_a_snapshot_down_and_reading_it_back_changes_nothing(mapping: dict[str, Any], script: Script) -> None:
    chart = parse(mapping, effects=EFFECTS)
    plain = run(chart, script)
    restored = run(
        parse(mapping, effects=EFFECTS),
        script,
        lambda snapshot: Snapshot.model_validate_json(snapshot.model_dump_json()),
    )
    assert [step.model_dump_json() for step in restored] == [step.model_dump_json() for step in plain]


@QUICK
@given(charts(), scripts)
def test_an_event_that_no_descriptor_offers_is_ignored(mapping: dict[str, Any], script: Script) -> None:
    chart = parse(mapping, effects=EFFECTS)
    step = run(chart, script)[-1]
    now = OPENED_AT + timedelta(minutes=100)
    settled = advance(chart, step.snapshot, now).snapshot
    for event in EVENTS:
        offered = [
            descriptor for descriptor in enabled_events(chart, settled) if f"{event}.".startswith(f"{descriptor}.")
        ]
        if not offered:
            assert transition(chart, settled, Event(name=event), now).ignored


def test_the_same_input_gives_the_same_bytes_under_any_hash_seed() -> None:
    program = "from tests.unit.statechart.statechart_runs import fixed_run; print(fixed_run())"
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT_OF_PROJECT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT_OF_PROJECT)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert printed == [fixed_run()] * 2
