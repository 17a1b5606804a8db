"""Units while their chart is being put together: what leads where is known, what comes in is not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.model import Edge, Flow, Node, Unit, Way
from sop_engine.cases.diagrams.wording import OUTCOME


@dataclass(frozen=True)
class Exit:
    """One way out: to which unit, past which event, and on what condition."""

    to: str
    title: Title | None = None
    condition: str | None = None
    is_default: bool = False
    via: Node | None = None


@dataclass
class Draft:
    """A unit to be."""

    core: Node
    exits: list[Exit] = field(default_factory=list)
    edges: list[tuple[Node, Exit | Node]] = field(default_factory=list)
    """An event on the edge with where it leads, or with the end beside it."""
    notes: list[Title] = field(default_factory=list)

    @property
    def every_exit(self) -> list[Exit]:
        return [*self.exits, *(leads for _, leads in self.edges if isinstance(leads, Exit))]

    @property
    def forks(self) -> bool:
        """Whether an exclusive gateway has to stand behind it."""
        if self.core.kind in ("exclusive", "parallel", "event_based"):
            return False
        return len(self.exits) > 1


def finished(drafts: Mapping[str, Draft]) -> tuple[Unit, ...]:
    """The units of a chart, with the gateways that join what comes in and part what goes out."""
    incoming = Counter(leads.to for draft in drafts.values() for leads in draft.every_exit)
    joined = {name for name, draft in drafts.items() if incoming[name] > 1 and draft.core.kind != "parallel"}
    entry = {name: f"{draft.core.id}__in" if name in joined else draft.core.id for name, draft in drafts.items()}
    return tuple(_unit(name, draft, entry, name in joined) for name, draft in drafts.items())


def _unit(name: str, draft: Draft, entry: Mapping[str, str], is_joined: bool) -> Unit:
    core = draft.core
    before = Node(f"{core.id}__in", "exclusive") if is_joined else None
    after = Node(f"{core.id}__out", "exclusive", OUTCOME) if draft.forks else None
    source = after.id if after is not None else core.id
    edges = []
    for node, leads in draft.edges:
        if isinstance(leads, Exit):
            edges.append(Edge(node, way=_way(node.id, 0, leads, entry)))
        else:
            edges.append(Edge(node, end=leads, into_end=Flow(f"{node.id}__end_flow", node.id, leads.id)))
    return Unit(
        id=name,
        core=core,
        before=before,
        into_core=Flow(f"{core.id}__in_flow", before.id, core.id) if before is not None else None,
        after=after,
        into_after=Flow(f"{core.id}__out_flow", core.id, after.id) if after is not None else None,
        ways=tuple(_way(source, index, leads, entry) for index, leads in enumerate(draft.exits, 1)),
        edges=tuple(edges),
        notes=tuple(draft.notes),
    )


def _way(source: str, index: int, leads: Exit, entry: Mapping[str, str]) -> Way:
    name = f"{source}__to{index}" if index else f"{source}__to"
    start = leads.via.id if leads.via is not None else source
    return Way(
        to=leads.to,
        flow=Flow(name, start, entry[leads.to], leads.title, leads.condition, leads.is_default),
        via=leads.via,
        into_via=Flow(f"{name}__event", source, leads.via.id) if leads.via is not None else None,
    )
