"""A scenario at another time: every day in it so many days later. What came of it can be compared step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from sop_engine.basis.models import Frozen
from sop_engine.cases.scenarios.model import Scenario
from sop_engine.cases.scenarios.playing import Played

_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


def moved(scenario: Scenario, days: int) -> Scenario:
    """The same scenario with every day that it names so many days later. Raises ValueError for what is no day."""
    length = timedelta(days=days)
    return replace(
        scenario,
        given=_later(scenario.given, length),
        steps=tuple(_later(step, length) for step in scenario.steps),
        expectations=tuple(_later(expected, length) for expected in scenario.expectations),
    )


class Came(NamedTuple):
    """One step of a case, as far as two runs of a scenario can be compared."""

    case_id: str
    kind: str
    name: str
    since: timedelta
    """After the opening."""


def course(played: Played) -> list[Came]:
    """Every step of every case of a scenario that was played."""
    return [
        Came(turn.state.case_id, step.kind, step.name, step.at - played.opened_at)
        for turn in played.rehearsal.turns
        for step in turn.steps
    ]


def _later(value: Any, length: timedelta) -> Any:
    if isinstance(value, str):
        return _DAY.sub(lambda found: str(date.fromisoformat(found[0]) + length), value)
    if isinstance(value, date):
        return value + length
    if isinstance(value, Mapping):
        return {key: _later(entry, length) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_later(entry, length) for entry in value)
    if isinstance(value, Frozen):
        names = type(value).model_fields
        return value.model_copy(update={name: _later(getattr(value, name), length) for name in names})
    return value
