"""A chart as it is after reading: plain immutable data, with the lookups that running it needs.

Two parts are the same only if they are the same object; a chart is compared by what it was read from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sop_engine.statechart.expressions import Expression
from sop_engine.statechart.faults import Path

ROOT = ""
"""The id of the root, which no other state can have."""

DueFunction = Callable[[str, datetime, Mapping[str, Any]], datetime]
"""`due(text, since, data)` returns the instant that the delay `text` gives; ValueError if it gives none."""

Value = Any
"""A scalar, an Expression, a tuple of values or a read-only mapping of values."""

StateKind = Literal["atomic", "compound", "parallel", "final", "history"]


@dataclass(frozen=True, slots=True, eq=False)
class SetData:
    """`set`: one field, by the keys that lead to it."""

    path: tuple[str, ...]
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class RaiseEvent:
    """`raise`: an event for this macrostep."""

    event: str
    data: Mapping[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class SendEvent:
    """`send`: an event for later, or without `after` for the next call of `advance`."""

    event: str
    data: Mapping[str, Value]
    after: str | None
    id: str


@dataclass(frozen=True, slots=True, eq=False)
class CancelSend:
    """`cancel`: takes back whatever was sent under the id."""

    id: str


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """`if`, `then`, `else`."""

    when: Expression
    then: "Actions"
    otherwise: "Actions"


@dataclass(frozen=True, slots=True, eq=False)
class RequestEffect:
    """An action that the statechart passes on."""

    kind: str
    target: str | None
    options: Mapping[str, Any]
    data: Mapping[str, Value]


Action = SetData | RaiseEvent | SendEvent | CancelSend | Conditional | RequestEffect
Actions = tuple[Action, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Transition:
    """A transition; by `events`, by `delay`, or with neither of them eventless."""

    source: str
    index: int
    """The position among all transitions of the source, in written order."""
    events: tuple[str, ...]
    """Descriptors as written."""
    delay: str | None
    when: Expression | None
    to: tuple[str, ...]
    do: Actions
    internal: bool
    prefixes: tuple[str, ...]
    """The descriptors without their `.*`; an empty one matches every event."""
    reaches_history: bool
    """A target is a history state, so that the domain depends on what it remembers."""
    domain: str | None
    """The state inside which it leaves and enters; None without a target."""
    path: Path
    """Where it is written."""

    def matches(self, name: str) -> bool:
        """Whether an event of this name could trigger it."""
        for prefix in self.prefixes:
            if not prefix or name == prefix or (name.startswith(prefix) and name[len(prefix)] == "."):
                return True
        return False


def matches(descriptor: str, name: str) -> bool:
    """SCXML's matching of an event descriptor: by dotted prefix; `*` matches everything."""
    if descriptor == "*":
        return True
    stem = descriptor.removesuffix(".*")
    return name == stem or name.startswith(f"{stem}.")


@dataclass(frozen=True, slots=True, eq=False)
class Default:
    """Where entry goes when nothing says otherwise, and what is done on the way."""

    to: tuple[str, ...]
    do: Actions


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """A state; the root is one too."""

    id: str
    kind: StateKind
    order: int
    """The position in document order; the root is 0."""
    parent: str | None
    ancestors: tuple[str, ...]
    """From the parent up to the root."""
    children: tuple[str, ...]
    """Without history states."""
    histories: tuple[str, ...]
    default: Default | None
    """The initial states of a compound state, the default of a history state."""
    entry: Actions
    exit: Actions
    transitions: tuple[Transition, ...]
    """All, in written order."""
    on: tuple[Transition, ...]
    always: tuple[Transition, ...]
    after: Mapping[str, tuple[Transition, ...]]
    outcome: str | None
    """The outcome that a final state stands for."""
    result: Mapping[str, Value]
    """What a final state hands on."""
    deep: bool
    """For a history state: remembers all descendants, not only the children of its parent."""
    title: Any
    """As written, for diagrams."""

    @property
    def is_leaf(self) -> bool:
        return self.kind in ("atomic", "final")


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A statechart."""

    states: Mapping[str, State]
    """By id, in document order, the root first."""
    paths: Mapping[str, tuple[State, ...]]
    """For each state itself and its ancestors, the root last."""
    constants: Mapping[str, Any]
    """Names that expressions read beside the data and no action may set."""
    due: DueFunction

    @property
    def root(self) -> State:
        return self.states[ROOT]
