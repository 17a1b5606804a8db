"""A procedure as a diagram: its charts, one inside of another, and what leads from one into another.

A box is left by an escalation that is thrown inside and caught on its edge. What has no honest form in BPMN is
written beside the unit or the chart that it belongs to; nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.drafting import Draft, Exit, finished
from sop_engine.cases.diagrams.model import Aside, Diagram, Flow, Node, Scope
from sop_engine.cases.diagrams.routing import Route, routes_of
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.diagrams.triggers import triggers_of
from sop_engine.cases.diagrams.units import drafted
from sop_engine.cases.diagrams.wording import (
    AT_ANY_TIME,
    DONE,
    ENDLESS,
    LEFT_FROM_OUTSIDE,
    NOT_EXECUTABLE,
    START,
    joined,
    life,
    triggered,
)
from sop_engine.cases.written.procedure import Procedure
from sop_engine.statechart.model import ROOT, State, Transition

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REMEMBERS = Title(en="goes on where it was", zh="回到离开前的状态")
_TO = Title(en="to", zh="转至")


def diagram_of(subject: Subject) -> Diagram:
    """The whole procedure."""
    procedure, builder = subject.procedure, _Builder(subject)
    return Diagram(procedure.sop, procedure.definition.version, builder.scope(procedure.chart.root))


class _Builder:
    """Puts the charts together."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._procedure = procedure = subject.procedure
        self._chart = procedure.chart
        self._crossings = _crossings(procedure)

    def scope(self, state: State) -> Scope:
        """The chart of the root, or that inside of a box."""
        drafts: dict[str, Draft] = {}
        prefix = self._name(state.id)
        entered = self._entered_first(state)
        if state.kind == "parallel":
            join, end = f"{prefix}__join", f"{prefix}__end"
            drafts[f"{prefix}__start"] = Draft(Node(f"{prefix}__start", "start", START), [Exit(f"{prefix}__fork")])
            drafts[f"{prefix}__fork"] = Draft(Node(f"{prefix}__fork", "parallel"), [Exit(to) for to in entered])
        else:
            drafts[f"{prefix}__start"] = Draft(Node(f"{prefix}__start", "start", START), [Exit(to) for to in entered])
        ends: dict[str, Draft] = {}
        for child in self._inside(state):
            drafts[child.id] = self._unit(child, state, ends)
        if state.kind == "parallel":
            for child in self._inside(state):
                if not drafts[child.id].exits and child.kind != "final":
                    drafts[child.id].exits = [Exit(join)]
            drafts[join] = Draft(Node(join, "parallel"), [Exit(end)])
            drafts[end] = Draft(Node(end, "end", DONE))
        drafts |= ends
        asides = tuple(self._asides()) if state.id == ROOT else ()
        _close(drafts)
        if asides:
            self._drop_ends_of_asides(drafts, state)
        return Scope(
            id=prefix,
            title=self._procedure.definition.title if state.id == ROOT else self._procedure.title_of(state.id),
            units=finished(drafts),
            inside=tuple(self.scope(child) for child in self._inside(state) if child.children),
            asides=asides,
            notes=tuple(self._notes(state)),
        )

    def _unit(self, child: State, around: State, ends: dict[str, Draft]) -> Draft:
        name = self._name(child.id)
        if child.kind == "final":
            return Draft(Node(name, "end", self._procedure.title_of(child.id), state=child.id))

        def leads(transition: Transition) -> Iterator[tuple[str, Title | None]]:
            entered: dict[str, list[Route]] = {}
            for route in routes_of(self._chart, transition):
                local = route.scope == around.id
                entered.setdefault(route.enters if local else self._way_out(route, child, ends), []).append(route)
            for to, found in entered.items():
                yield to, self._said(found) if to in self._chart.states else None

        draft = drafted(self._subject, child, name, leads)
        for index, route in enumerate(self._crossings.get(child.id, ()), 1):
            title = joined(_TO, self._procedure.title_of(route.target), _REMEMBERS if route.remembers else None)
            told = _escalation(route)
            draft.edges.insert(
                0, (Node(f"{name}__left{index}", "boundary", title, event="escalation", told=told), Exit(route.enters))
            )
        return draft

    def _way_out(self, route: Route, state: State, ends: dict[str, Draft]) -> str:
        """The end, one for each state, that throws what the box around it catches."""
        name = f"{self._name(state.id)}__to_{self._name(route.target)}" + ("__again" if route.remembers else "")
        title = joined(_TO, self._procedure.title_of(route.target), _REMEMBERS if route.remembers else None)
        ends.setdefault(name, Draft(Node(name, "end", title, event="escalation", told=_escalation(route))))
        return name

    def _said(self, routes: list[Route]) -> Title | None:
        """What the arrow alone does not say of where it leads."""
        parts = [
            joined(
                "→",
                self._procedure.title_of(route.target) if route.leads_inside else None,
                _REMEMBERS if route.remembers else None,
            )
            for route in routes
            if route.leads_inside or route.remembers
        ]
        return joined(*parts, by=", ") if parts else None

    def _entered_first(self, state: State) -> list[str]:
        """The units that are entered with a chart."""
        if state.kind == "parallel":
            return list(state.children)
        targets = state.default.to if state.default is not None else state.children[:1]
        lines = [(target, *self._chart.states[target].ancestors) for target in targets]
        return list(dict.fromkeys(line[line.index(state.id) - 1] for line in lines))

    # -- the root ------------------------------------------------------------------------------------------------------

    def _asides(self) -> Iterator[Aside]:
        """The transitions of the root that lead somewhere."""
        moving = [each for each in triggers_of(self._subject, self._chart.root) if each.transition.to]
        for index, trigger in enumerate(moving, 1):
            name, title = f"{self._procedure.sop}__aside{index}", trigger.title or AT_ANY_TIME
            targets = [self._chart.states[to] for to in trigger.transition.to]
            ending = joined(*(self._procedure.title_of(state.id) for state in targets), by=", ")
            is_final = all(state.kind == "final" and state.parent == ROOT for state in targets)
            end = Node(
                f"{name}__end",
                "end",
                ending if is_final else joined(_TO, ending),
                state=targets[0].id if is_final else None,
                event="none" if is_final else "escalation",
                told="" if is_final else f"to {targets[0].id}",
            )
            kind = "signal" if trigger.kind == "none" else trigger.kind
            start = Node(f"{name}__start", "start", title, event=kind, told=trigger.told)
            box = Node(name, "aside", joined(joined(AT_ANY_TIME, ":", by=""), title))
            yield Aside(box, start, end, Flow(f"{name}__flow", start.id, end.id))

    def _drop_ends_of_asides(self, drafts: dict[str, Draft], state: State) -> None:
        """Finals that only the root's transitions reach stand in their asides."""
        reached = {leads.to for draft in drafts.values() for leads in draft.every_exit}
        aside = {to for transition in self._chart.root.transitions for to in transition.to}
        for child in self._inside(state):
            if child.kind == "final" and child.id in aside and child.id not in reached:
                del drafts[child.id]

    def _notes(self, state: State) -> Iterator[Title]:
        if state.id != ROOT:
            for history in state.histories:
                yield joined(self._procedure.title_of(state.id), _REMEMBERS, f"({history})")
            return
        for transition in state.transitions:
            if not transition.to:
                yield joined(joined(AT_ANY_TIME, ":", by=""), triggered(self._subject, transition))
        for name, clock in self._procedure.definition.clocks.items():
            yield life(self._subject, name, clock)
        yield NOT_EXECUTABLE

    # -- names ---------------------------------------------------------------------------------------------------------

    def _inside(self, state: State) -> list[State]:
        return [self._chart.states[child] for child in state.children]

    def _name(self, state: str) -> str:
        """What XML takes for a name: states may have any."""
        if state == ROOT:
            return self._procedure.sop
        return state if _NAME.fullmatch(state) else f"s{self._chart.states[state].order}"


def _close(drafts: dict[str, Draft]) -> None:
    """What no way of its own leaves, something around it leaves."""
    for draft in list(drafts.values()):
        if draft.core.kind == "end" or draft.exits:
            continue
        end = f"{draft.core.id}__left"
        drafts[end] = Draft(Node(end, "end", ENDLESS if draft.core.kind == "box" else LEFT_FROM_OUTSIDE))
        draft.exits = [Exit(end)]


def _crossings(procedure: Procedure) -> Mapping[str, tuple[Route, ...]]:
    """The routes that leave each box for a state outside of it."""
    found: dict[str, dict[Route, None]] = {}
    for state in procedure.chart.states.values():
        for transition in state.transitions:
            for route in routes_of(procedure.chart, transition):
                if route.leaves != state.id:
                    found.setdefault(route.leaves, {})[route] = None
    return {box: tuple(routes) for box, routes in found.items()}


def _escalation(route: Route) -> str:
    return f"to {route.target}" + (" again" if route.remembers else "")
