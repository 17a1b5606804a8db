"""What goes into and comes out of the statechart: events, snapshots and steps, all immutable and serialisable.

Instants are aware UTC datetimes. The mappings inside are shared between snapshots: read them, never change them.
"""

from datetime import datetime
from itertools import chain
from typing import Any, Literal, Self

from sop_engine.basis.models import Frozen
from sop_engine.statechart.values import Data


class _Frozen(Frozen):
    @classmethod
    def made(cls, **values: Any) -> Self:
        """Build a model of values that are known to be right, all of its fields given.

        Does what `model_construct` does, in a fifth of its time: a step builds five models.
        """
        model = cls.__new__(cls)
        for name, value in (
            ("__dict__", values),
            ("__pydantic_fields_set__", set(values)),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", None),
        ):
            object.__setattr__(model, name, value)
        return model


class Event(_Frozen):
    """Something that happened."""

    name: str
    """Dotted, past tense: `customs.released`."""
    data: Data = {}
    origin: Literal["person", "machine", "timer", "chart"] = "chart"
    """Who reported it; `chart` for what the chart raised or sent itself."""
    at: datetime | None = None
    """When it happened, where that is not when it was heard."""


class Delay(_Frozen):
    """Something that waits for its instant: a delayed transition (`after`) or a sent event (`send`)."""

    id: str
    """Unique in the case."""
    due_at: datetime
    kind: Literal["after", "send"]
    state: str | None
    """The state that owns an `after` (empty text for the root); leaving it drops the delay. None for a send."""
    event: Event | None
    """The event of a send."""
    key: str
    """The text of the `after`, or the id by which a send is cancelled."""
    seq: int
    queued: bool = False
    """A send without delay: it stands in the external queue, before whatever is due at the same instant."""
    parked: bool = False
    """Its handling failed: it waits for `retry`, and is no longer due. Exits and cancels still drop it."""


class Snapshot(_Frozen):
    """The whole state of a running chart."""

    configuration: tuple[str, ...]
    """All active states in document order, without the root."""
    data: Data
    history: dict[str, tuple[str, ...]] = {}
    """The states that each history state remembers."""
    delays: tuple[Delay, ...] = ()
    """In the order in which they were armed."""
    outcome: str | None = None
    """The outcome of the final state of the chart, once `done`."""
    result: Data = {}
    """The `with` of that final state."""
    done: bool = False
    seq: int = 0
    """How many delays were ever armed; gives them their ids."""


class Effect(_Frozen):
    """Something to be done outside, described; the statechart knows no more of it than this."""

    kind: str
    """The first key of the action: `notify`."""
    target: str | None
    """The text under that key."""
    options: Data
    """The other keys, as written."""
    data: Data
    """The `with` of the action, evaluated when the action ran."""
    state: str | None
    """The state whose entry, exit or transition asked for it; None for the root."""


class TakenTransition(_Frozen):
    """A transition that was taken."""

    source: str
    """Empty text for the root."""
    event: str | None
    """The name of the event, None for an eventless transition."""
    to: tuple[str, ...]
    index: int
    """The position among all transitions of the source, in written order."""


class Microstep(_Frozen):
    """One set of transitions taken together: exits, then the transitions' actions, then entries."""

    event: Event | None
    taken: tuple[TakenTransition, ...]
    """Empty for the entry of the initial states."""
    exited: tuple[str, ...]
    """In exit order: descendants first."""
    entered: tuple[str, ...]
    """In entry order: ancestors first."""
    effects: tuple[Effect, ...]
    at: datetime
    """The instant at which it counts as handled: for a delay its due instant."""


class FailedDelay(_Frozen):
    """A delay that was parked because handling it failed."""

    delay: Delay
    error: str


class Step(_Frozen):
    """What one call did: the new snapshot and how it came about."""

    snapshot: Snapshot
    microsteps: tuple[Microstep, ...] = ()
    ignored: bool = False
    """The given event took no transition."""
    failed_delays: tuple[FailedDelay, ...] = ()
    """Delays whose handling failed during this call; they are parked in the snapshot."""

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(chain.from_iterable(microstep.effects for microstep in self.microsteps))

    @property
    def entered(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(microstep.entered for microstep in self.microsteps))

    @property
    def exited(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(microstep.exited for microstep in self.microsteps))

    @property
    def taken(self) -> tuple[TakenTransition, ...]:
        return tuple(chain.from_iterable(microstep.taken for microstep in self.microsteps))


class StepError(Exception):
    """A step could not be completed; the snapshot it started from stands.

    `state` is where it failed (empty text for the root), `event` the name of the event being handled, if any.
    """

    def __init__(self, message: str, *, state: str, event: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.state = state
        self.event = event

    def __str__(self) -> str:
        place = f"state '{self.state}'" if self.state else "the root of the chart"
        return f"{place}{f' on {self.event!r}' if self.event else ''}: {self.message}"
