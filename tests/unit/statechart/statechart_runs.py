"""Plays scripts of waits and events."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest

from sop_engine.statechart.model import Chart
from sop_engine.statechart.parse import ChartError, parse
from sop_engine.statechart.snapshot import Event, Snapshot, Step, StepError
from sop_engine.statechart.transition import advance, start, transition
from tests.unit.statechart.statechart_samples import EFFECTS, OPENED_AT

Script = list[tuple[int, str | None]]
"""Minutes to wait and the event that then comes; None is the passing of time."""


def run(
    chart: Chart, script: Script, between: Callable[[Snapshot], Snapshot] = lambda snapshot: snapshot
) -> list[Step]:
    """The steps of a script; one that fails is left out."""
    now = OPENED_AT
    steps = [start(chart, {"n": 0}, now)]
    for wait, event in script:
        now += timedelta(minutes=wait)
        snapshot = between(steps[-1].snapshot)
        try:
            steps.append(
                advance(chart, snapshot, now) if event is None else transition(chart, snapshot, Event(name=event), now)
            )
        except StepError:
            continue
    return steps


def fixed_run() -> str:
    """The fingerprint of a run that goes through every mapping and list of the machinery."""
    regions = {
        f"r{n}": {"states": {f"r{n}a": {"on": {"e": f"r{n}b"}}, f"r{n}b": {"after": {"PT5M": f"r{n}a"}}}}
        for n in range(9)
    }
    top = {
        "p": {"parallel": True, "on": {"g": "q"}, "states": {**regions, "h": {"history": "deep", "to": "r0"}}},
        "q": {"on": {"g": {"to": "h", "do": [{"log": "x", "with": {"b": "n", "a": "{'z': 1, 'y': [n]}"}}]}}},
    }
    chart = parse({"states": top}, effects=EFFECTS)
    script: Script = [(1, "e"), (1, "g"), (1, "g"), (6, None), (0, "e")]
    steps = run(chart, script)
    with pytest.raises(ChartError) as caught:
        parse(
            {"states": {"a": {"entry": [{"nope": 1}], "on": {"go": {"when": "a|nope"}}}}}, effects=frozenset("abcdefgh")
        )
    text = "".join(step.model_dump_json() for step in steps) + str(caught.value)
    return sha256(text.encode()).hexdigest()
