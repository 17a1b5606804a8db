"""The statechart as pure functions: the same chart, snapshot, event and instant give the same step.

Nothing is carried out: a step describes its effects. Instants are aware UTC datetimes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sop_engine.statechart.actions import in_order, scope_of
from sop_engine.statechart.execution import Execution
from sop_engine.statechart.expressions import Expression, ExpressionError
from sop_engine.statechart.model import ROOT, Chart
from sop_engine.statechart.snapshot import Delay, Event, FailedDelay, Microstep, Snapshot, Step, StepError
from sop_engine.statechart.values import accept

MAXIMUM_AT_ONE_INSTANT = 100
"""More delays than this at one instant feed each other: those left are parked."""


def start(chart: Chart, data: Mapping[str, Any], now: datetime) -> Step:
    """Enter the chart with `data`. Raises StepError, or ValueError for data that cannot be kept."""
    empty = Snapshot(configuration=(), data=accept(data))
    execution = Execution(chart, empty, now)
    execution.begin()
    return _step(execution.snapshot(), execution.microsteps, [])


def transition(chart: Chart, snapshot: Snapshot, event: Event, now: datetime) -> Step:
    """Handle one event: first what was sent and what fell due before `now`, then the event's macrostep.

    A delay due at `now` itself comes after the event and waits for `advance`. An event that takes no transition, or
    that comes when the chart is done, is `ignored`. Raises StepError when the event's macrostep fails.
    """
    snapshot, microsteps, failed = _handle_due(
        chart, snapshot, lambda delay: delay.due_at < now or (delay.queued and delay.due_at == now)
    )
    if snapshot.done:
        return _step(snapshot, microsteps, failed, ignored=True)
    execution = Execution(chart, snapshot, now)
    taken = execution.handle(event)
    return _step(execution.snapshot(), microsteps + execution.microsteps, failed, ignored=not taken)


def advance(chart: Chart, snapshot: Snapshot, now: datetime) -> Step:
    """Handle what was sent and what is due by `now`, in order, each at its own due instant.

    A delay whose handling fails is parked, and the others go on; the step names it.
    """
    return _step(*_handle_due(chart, snapshot, lambda delay: delay.due_at <= now))


def next_due(snapshot: Snapshot) -> datetime | None:
    """The instant at which `advance` will next have something to do."""
    return min((delay.due_at for delay in snapshot.delays if not delay.parked), default=None)


def retry(snapshot: Snapshot, delay_id: str, now: datetime) -> Snapshot:
    """Let a parked delay fall due at `now`. Raises KeyError when no such delay is parked."""
    parked = next((delay for delay in snapshot.delays if delay.id == delay_id and delay.parked), None)
    if parked is None:
        raise KeyError(delay_id)
    return _exchange(snapshot, parked, parked.model_copy(update={"parked": False, "due_at": now}))


def atomic(chart: Chart, snapshot: Snapshot) -> tuple[str, ...]:
    """The active states without active states inside, in document order."""
    return tuple(state for state in snapshot.configuration if chart.states[state].is_leaf)


def enabled_events(chart: Chart, snapshot: Snapshot) -> tuple[str, ...]:
    """The event descriptors that could take a transition now, in document order.

    A guard that reads the event, or that cannot be evaluated yet, does not exclude its transition. The `done.state`
    events, which only the chart itself raises, are left out.
    """
    if snapshot.done:
        return ()
    scope = scope_of(chart, snapshot.data, snapshot.configuration, None)
    states = (chart.root, *(chart.states[active] for active in snapshot.configuration))
    found = (
        descriptor
        for state in states
        for candidate in state.on
        if _is_conceivable(candidate.when, scope)
        for descriptor in candidate.events
    )
    return tuple(descriptor for descriptor in dict.fromkeys(found) if not descriptor.startswith("done.state."))


def _is_conceivable(guard: Expression | None, scope: Mapping[str, Any]) -> bool:
    if guard is None or guard.reads_event:
        return True
    try:
        return guard.holds(scope)
    except ExpressionError:
        return True


def _handle_due(
    chart: Chart, snapshot: Snapshot, is_due: Callable[[Delay], bool]
) -> tuple[Snapshot, list[Microstep], list[FailedDelay]]:
    microsteps: list[Microstep] = []
    failed: list[FailedDelay] = []
    handled_at, count = None, 0
    while due := [delay for delay in snapshot.delays if not delay.parked and is_due(delay)]:
        delay = min(due, key=in_order)
        count = count + 1 if delay.due_at == handled_at else 1
        handled_at = delay.due_at
        try:
            if count > MAXIMUM_AT_ONE_INSTANT:
                message = f"more than {MAXIMUM_AT_ONE_INSTANT} delays fell due at one instant"
                raise StepError(message, state=delay.state or ROOT, event=delay.event.name if delay.event else None)
            execution = Execution(chart, snapshot, delay.due_at)
            execution.fire(delay)
        except StepError as error:
            parked = delay.model_copy(update={"parked": True})
            snapshot = _exchange(snapshot, delay, parked)
            failed.append(FailedDelay(delay=parked, error=str(error)))
        else:
            snapshot = execution.snapshot()
            microsteps += execution.microsteps
    return snapshot, microsteps, failed


def _exchange(snapshot: Snapshot, old: Delay, new: Delay) -> Snapshot:
    delays = tuple(new if delay is old else delay for delay in snapshot.delays)
    return snapshot.model_copy(update={"delays": delays})


def _step(snapshot: Snapshot, microsteps: list[Microstep], failed: list[FailedDelay], *, ignored: bool = False) -> Step:
    return Step.made(snapshot=snapshot, microsteps=tuple(microsteps), ignored=ignored, failed_delays=tuple(failed))
