"""What a case is to hear of streams of readings, as it stands: published with every step, so that whoever takes
readings needs to know nothing of procedures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sop_engine.cases.contracts.publishing import EpisodeWatch, GivenValue
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.stream import elapsed, elapsed_fault
from sop_engine.cases.written.stream_use import MOST_SUBJECTS, EpisodeRule, StreamUse
from sop_engine.statechart.expressions import ExpressionError, compile_expression

SUBJECT_LENGTH = 200


def watches_of(procedure: Procedure, state: CaseState) -> tuple[EpisodeWatch, ...]:
    """None once the case is closed, and none while the subject or the beginning is not filled."""
    streams = procedure.definition.streams
    if state.is_closed or not streams:
        return ()
    scope = {
        **procedure.parameters,
        **state.snapshot.data,
        "_event": None,
        "in_state": state.snapshot.configuration.__contains__,
    }
    return tuple(
        watch for name, use in streams.items() for watch in _watches(procedure, state.opened_at, scope, name, use)
    )


def _watches(
    procedure: Procedure, opened_at: datetime, scope: Mapping[str, Any], stream: str, use: StreamUse
) -> Iterator[EpisodeWatch]:
    def value(source: str) -> Any:
        try:
            return procedure.expression(source).evaluate(scope)
        except ExpressionError:
            return None

    since = opened_at if use.from_ is None else value(use.from_)
    until = None if use.to is None else value(use.to)
    if not isinstance(since, datetime):
        return
    subjects = dict.fromkeys(_texts(value(use.subject)))
    for subject in tuple(subjects)[:MOST_SUBJECTS]:
        for rule, spec in use.rules.items():
            seconds = _seconds(procedure, spec)
            if seconds is not None:
                yield EpisodeWatch(
                    stream=stream,
                    subject=subject,
                    rule=rule,
                    when=spec.when,
                    seconds=seconds,
                    since=since,
                    until=until if isinstance(until, datetime) else None,
                    given=_given(procedure, spec, scope),
                    tell={
                        word: {event: tuple(procedure.definition.events[event].data)}
                        for word, event in spec.tell.items()
                        if event in procedure.definition.events
                    },
                )


def _seconds(procedure: Procedure, spec: EpisodeRule) -> int | None:
    """None for a figure of the site that is no length of time; lint says so of what the SOP itself writes."""
    named = spec.for_ if spec.silent is None else spec.silent
    if named is None:
        return 0
    text = str(procedure.parameters.get(named, named))
    return None if elapsed_fault(text) is not None else round(elapsed(text).total_seconds())


def _given(procedure: Procedure, spec: EpisodeRule, scope: Mapping[str, Any]) -> dict[str, GivenValue]:
    """What the condition names and the case has; the rest are fields of a reading."""
    if spec.when is None:
        return {}
    named = compile_expression(spec.when).reads
    return {name: _as_given(scope.get(name)) for name in named if name in procedure.types}


def _as_given(value: Any) -> GivenValue:
    match value:
        case bool():
            return GivenValue(answer=value)
        case int() | Decimal():
            return GivenValue(number=Decimal(value))
        case str():
            return GivenValue(text=value)
        case _:
            return GivenValue()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str) and value.strip():
        yield value.strip()[:SUBJECT_LENGTH]
