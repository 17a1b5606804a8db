"""Short ways to run a chart in tests."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sop_engine.statechart.model import Chart
from sop_engine.statechart.parse import parse
from sop_engine.statechart.snapshot import Event, Snapshot, Step
from sop_engine.statechart.transition import start, transition

OPENED_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EFFECTS = frozenset({"notify", "log"})


def chart_of(**mapping: Any) -> Chart:
    return parse(mapping, effects=EFFECTS)


def minutes(count: float) -> datetime:
    """The instant so many minutes after the opening."""
    return OPENED_AT + timedelta(minutes=count)


def opened(chart: Chart, **data: Any) -> Snapshot:
    return start(chart, data, OPENED_AT).snapshot


def send(chart: Chart, snapshot: Snapshot, name: str, at: float = 0, **data: Any) -> Step:
    return transition(chart, snapshot, Event(name=name, data=data, origin="machine"), minutes(at))


def play(chart: Chart, *names: str, **data: Any) -> Snapshot:
    """The snapshot after the events, all at the instant of the opening."""
    snapshot = opened(chart, **data)
    for name in names:
        snapshot = send(chart, snapshot, name).snapshot
    return snapshot


def logging(state: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The state with effects that tell its entry and exit."""
    return {"entry": [{"log": f"+{name}"}], "exit": [{"log": f"-{name}"}], **state}


def log_of(step: Step) -> list[str | None]:
    return [effect.target for effect in step.effects]
