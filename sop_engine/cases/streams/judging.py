"""How a rule sees the readings of a stream, and what a case is told of an episode that they show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sop_engine.cases.contracts.publishing import GivenValue
from sop_engine.cases.streams.episodes import News
from sop_engine.cases.written.fields import FieldSpec, read_fields
from sop_engine.statechart.expressions import ExpressionError, compile_expression


class Sight:
    """What one rule of a case sees in a reading."""

    def __init__(self, when: str | None, given: Mapping[str, GivenValue], fields: Mapping[str, FieldSpec]) -> None:
        """`given` is what the condition reads of the case, `fields` are those of the stream."""
        self._condition = None if when is None else compile_expression(when)
        self._given = {name: value.value for name, value in given.items()}
        reads = self._condition.reads if self._condition is not None else ()
        self._fields = {name: fields[name] for name in reads if name in fields}

    def holds(self, values: Mapping[str, Any]) -> bool | None:
        """Whether the condition holds for what a reading says; none where it lacks what the condition asks for, and so
        says nothing about it. A rule of silence takes every reading."""
        if self._condition is None:
            return True
        read, faults = read_fields(self._fields, {name: values.get(name) for name in self._fields})
        if faults or any(read[name] is None for name in self._fields):
            return None
        try:
            return self._condition.holds({**self._given, **read})
        except ExpressionError:
            return None


def said_of(subject: str, found: News, fields: Collection[str]) -> dict[str, Any]:
    """The data of an event that tells of an episode, JSON-ready: of what there is to say, the fields that it has."""
    said = {
        "subject": subject,
        "begun_at": found.bounds.begun_at.isoformat(),
        "ended_at": found.bounds.ended_at.isoformat() if found.bounds.ended_at is not None else None,
        "episode": found.number,
    }
    return {name: value for name, value in said.items() if name in fields and value is not None}
