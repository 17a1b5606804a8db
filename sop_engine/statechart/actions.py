"""What actions do while a macrostep runs: data that is set, events that are raised or sent, effects that are asked for.

Also keeps the delays, since actions arm and cancel them. Lives for a single call, like the execution that owns it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, assert_never

from sop_engine.statechart.expression_values import bounded
from sop_engine.statechart.expressions import Expression
from sop_engine.statechart.model import (
    Action,
    Actions,
    CancelSend,
    Chart,
    Conditional,
    RaiseEvent,
    RequestEffect,
    SendEvent,
    SetData,
    State,
    Value,
)
from sop_engine.statechart.snapshot import Delay, Effect, Event, Snapshot, StepError

MAXIMUM_DELAYS = 200
"""More than this wait only for a chart whose sends feed each other."""


def in_order(delay: Delay) -> tuple[datetime, bool, int]:
    """The order in which delays are handled: by instant, what stands in the queue first, then as they were armed."""
    return delay.due_at, not delay.queued, delay.seq


def scope_of(
    chart: Chart, data: Mapping[str, Any], active: Sequence[str], event: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What expressions can see."""
    return {**data, **chart.constants, "_event": event, "in_state": active.__contains__}


class Workspace:
    """Data, queues and effects of a macrostep in progress."""

    def __init__(self, chart: Chart, snapshot: Snapshot, active: list[str], now: datetime) -> None:
        self.data: dict[str, Any] = snapshot.data
        self.delays = list(snapshot.delays)
        self.sequence = snapshot.seq
        self.raised: deque[Event] = deque()
        self.effects: list[Effect] = []
        self.event: Event | None = None
        self._chart = chart
        self._active = active
        self._now = now
        self._cached_scope: dict[str, Any] | None = None

    def announce(self, event: Event) -> None:
        """Let expressions see `event` from here on."""
        self.event = event
        if self._cached_scope is not None:
            self._cached_scope["_event"] = self._event_record()

    def holds(self, guard: Expression | None, state: str) -> bool:
        return guard is None or bool(self.evaluate(guard, state))

    def evaluate(self, value: Value, state: str) -> Any:
        """Return what `value` is now; `state` is named in the error."""
        try:
            result = _evaluated(value, self._scope())
            return bounded(result) if isinstance(result, list | dict) else result
        except ValueError as error:
            raise self.error(str(error), state) from error

    def perform(self, actions: Actions, state: str) -> None:
        for action in actions:
            self._perform(action, state)

    def arm(self, state: State) -> None:
        """Start the delayed transitions of a state just entered."""
        for key in state.after:
            due_at = self._due_at(key, state.id)
            self._add(state.id, kind="after", key=key, due_at=due_at, state=state.id, event=None, queued=False)

    def drop(self, state: str) -> None:
        """Forget the delayed transitions of a state just left."""
        self.delays = [delay for delay in self.delays if delay.state != state]

    def error(self, message: str, state: str) -> StepError:
        return StepError(message, state=state, event=self.event.name if self.event else None)

    def _perform(self, action: Action, state: str) -> None:
        match action:
            case SetData(path, value):
                self._set(path, self.evaluate(value, state), state)
            case RaiseEvent(name, data):
                self.raised.append(_event(name, self.evaluate(data, state)))
            case SendEvent():
                self._send(action, state)
            case CancelSend(identity):
                self.delays = [delay for delay in self.delays if delay.kind != "send" or delay.key != identity]
            case Conditional(when, then, otherwise):
                self.perform(then if self.evaluate(when, state) else otherwise, state)
            case RequestEffect(kind, target, options, data):
                self.effects.append(
                    Effect.made(
                        kind=kind,
                        target=target,
                        options=dict(options),
                        data=self.evaluate(data, state),
                        state=state or None,
                    )
                )
            case unknown:
                assert_never(unknown)

    def _due_at(self, delay: str, state: str) -> datetime:
        try:
            return self._chart.due(delay, self._now, self.data)
        except ValueError as error:
            raise self.error(f"the delay '{delay}' gives no instant: {error}", state) from error

    def _send(self, action: SendEvent, state: str) -> None:
        due_at = self._now if action.after is None else self._due_at(action.after, state)
        event = _event(action.event, self.evaluate(action.data, state))
        self._add(
            state, kind="send", key=action.id, due_at=due_at, state=None, event=event, queued=action.after is None
        )

    def _add(
        self,
        place: str,
        *,
        kind: Literal["after", "send"],
        key: str,
        due_at: datetime,
        state: str | None,
        event: Event | None,
        queued: bool,
    ) -> None:
        if len(self.delays) >= MAXIMUM_DELAYS:
            raise self.error(f"more than {MAXIMUM_DELAYS} delays wait", place)
        self.sequence += 1
        self.delays.append(
            Delay.made(
                id=f"{key}#{self.sequence}",
                due_at=due_at,
                kind=kind,
                state=state,
                event=event,
                key=key,
                seq=self.sequence,
                queued=queued,
                parked=False,
            )
        )

    def _set(self, path: tuple[str, ...], value: Any, state: str) -> None:
        """Replace one field and copy what leads to it, since earlier snapshots share the rest."""
        self.data = record = dict(self.data)
        for key in path[:-1]:
            inner = record.get(key)
            if inner is not None and not isinstance(inner, Mapping):
                raise self.error(f"cannot set {'.'.join(path)}: {key} is no record", state)
            record[key] = record = dict(inner or {})
        record[path[-1]] = value
        if self._cached_scope is not None:
            self._cached_scope[path[0]] = self.data[path[0]]

    def _scope(self) -> dict[str, Any]:
        if self._cached_scope is None:
            self._cached_scope = scope_of(self._chart, self.data, self._active, self._event_record())
        return self._cached_scope

    def _event_record(self) -> Mapping[str, Any] | None:
        if self.event is None:
            return None
        event = self.event
        return {"name": event.name, "data": event.data, "origin": event.origin, "at": event.at or self._now}


def _event(name: str, data: dict[str, Any]) -> Event:
    return Event.made(name=name, data=data, origin="chart", at=None)


def _evaluated(value: Value, scope: Mapping[str, Any]) -> Any:
    if isinstance(value, Expression):
        return value.evaluate(scope)
    if isinstance(value, Mapping):
        return {key: _evaluated(item, scope) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_evaluated(item, scope) for item in value]
    return value
