"""A diagram as a description: what is to be drawn and how it hangs together, without a single coordinate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sop_engine.basis.models import Title

NodeKind = Literal[
    "start",
    "end",
    "catch",
    "boundary",
    "user",
    "service",
    "call",
    "box",
    "aside",
    "plain",
    "exclusive",
    "parallel",
    "event_based",
]
"""`box` is a sub-process with a chart of its own, `aside` one that an event begins, `plain` a step without work."""

EventKind = Literal["none", "timer", "message", "signal", "escalation", "conditional"]


@dataclass(frozen=True)
class Node:
    """One symbol."""

    id: str
    kind: NodeKind
    title: Title | None = None
    detail: Title | None = None
    """Who or what carries it out: a role, an automated work, an SOP."""
    state: str | None = None
    """The state that it shows, for marking where a case is."""
    event: EventKind = "none"
    told: str = ""
    """What an event listens for or tells: a message's name, a length of time, a condition."""
    interrupts: bool = True
    calls: str = ""
    """The SOP of a child."""
    is_many: bool = False
    """Once for each entry of a list."""


@dataclass(frozen=True)
class Flow:
    """An arrow between two nodes of one scope."""

    id: str
    source: str
    target: str
    title: Title | None = None
    condition: str | None = None
    is_default: bool = False


@dataclass(frozen=True)
class Way:
    """One way out of a unit: past what it waits for (`via`), into the unit `to`. Its last flow is the labelled one."""

    to: str
    flow: Flow
    via: Node | None = None
    into_via: Flow | None = None

    @property
    def label(self) -> Title | None:
        return self.via.title if self.via is not None else self.flow.title


@dataclass(frozen=True)
class Edge:
    """An event on the edge of an activity: it leads on by a way, or ends beside it in an `end`."""

    node: Node
    way: Way | None = None
    end: Node | None = None
    into_end: Flow | None = None


@dataclass(frozen=True)
class Unit:
    """A state with the gateways that BPMN needs before and after it: they are laid out as one."""

    id: str
    core: Node
    before: Node | None = None
    into_core: Flow | None = None
    after: Node | None = None
    into_after: Flow | None = None
    ways: tuple[Way, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[Title, ...] = ()
    """What has no symbol."""

    @property
    def every_way(self) -> tuple[Way, ...]:
        return (*self.ways, *(edge.way for edge in self.edges if edge.way is not None))

    def nodes(self) -> Iterator[Node]:
        yield from (node for node in (self.before, self.core, self.after) if node is not None)
        yield from (way.via for way in self.ways if way.via is not None)
        for edge in self.edges:
            yield edge.node
            if edge.end is not None:
                yield edge.end

    def flows(self) -> Iterator[Flow]:
        yield from (flow for flow in (self.into_core, self.into_after) if flow is not None)
        for way in self.every_way:
            if way.into_via is not None:
                yield way.into_via
            yield way.flow
        yield from (edge.into_end for edge in self.edges if edge.into_end is not None)


@dataclass(frozen=True)
class Aside:
    """What may happen at any time (an event sub-process): it begins with an event and comes to an end of its own."""

    box: Node
    start: Node
    end: Node
    flow: Flow


@dataclass(frozen=True)
class Scope:
    """One chart: the procedure itself, or what is inside of a box."""

    id: str
    title: Title
    units: tuple[Unit, ...]
    inside: tuple[Scope, ...] = ()
    """The charts of its boxes, under the ids of the boxes' nodes."""
    asides: tuple[Aside, ...] = ()
    notes: tuple[Title, ...] = ()
    """What holds for the whole of it."""

    def nodes(self) -> Iterator[Node]:
        """Its own, without those inside of boxes and asides."""
        for unit in self.units:
            yield from unit.nodes()

    def flows(self) -> Iterator[Flow]:
        for unit in self.units:
            yield from unit.flows()

    def every_scope(self) -> Iterator[Scope]:
        """Itself and those inside, outermost first."""
        yield self
        for scope in self.inside:
            yield from scope.every_scope()


@dataclass(frozen=True)
class Diagram:
    """A procedure to be drawn."""

    sop: str
    version: int
    scope: Scope


@dataclass(frozen=True)
class Marks:
    """Where a case is and has been."""

    live: frozenset[str] = frozenset()
    visits: tuple[tuple[str, int], ...] = ()
    """How often it came into each state."""

    def visits_of(self, state: str | None) -> int:
        return dict(self.visits).get(state or "", 0)
