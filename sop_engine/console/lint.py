"""What one SOP names and another file must have: roles, fields, states, templates, other SOPs, ladders, calendars.

The chart itself, its expressions and its types are checked where the SOP is compiled.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sop_engine.cases.procedure import Procedure
from sop_engine.cases.shape import StateShape
from sop_engine.statechart.model import Transition
from sop_engine.statechart.parse import Fault
from sop_engine.statechart.suggestion import suggestion
from sop_engine.timekeeping.periods import PeriodError, parse_period

if TYPE_CHECKING:
    from sop_engine.content.library import Library

Path = tuple[str | int, ...]

RECIPIENTS = ("assignee", "owner", "supervisor")
"""Who a notice may go to beside roles, people and fields with an address."""


class CrossCheck:
    """Collects the faults of one compiled SOP against its library."""

    def __init__(self, library: "Library", procedure: Procedure) -> None:
        self.library = library
        self.procedure = procedure
        self.definition = procedure.definition
        self.faults: list[Fault] = []

    def run(self) -> list[Fault]:
        """Every name that leads nowhere, with its place in the file."""
        self._head()
        for path, state, body in walk(self.procedure.bundle.definition["states"], ("states",)):
            shape = self.procedure.shapes[state]
            self._task(path, shape)
            self._child(path, shape)
            self._work(path, shape)
            for name, spec in shape.clocks:
                self._clock((*path, "clocks", name), spec.within, spec.calendar, spec.ladder)
            self._effects(path, {key: part for key, part in body.items() if key != "states"})
        for key in ("on", "cancel"):
            self._effects((key,), self.procedure.bundle.definition.get(key))
        return self.faults

    def _head(self) -> None:
        organization = self.library.organization
        self._known(("owner",), "role", self.definition.owner, organization.roles)
        for field in self.definition.reference:
            self._known(("reference",), "field", field, self.definition.data)
        for event, spec in self.definition.events.items():
            for role in spec.roles:
                self._known(("events", event, "roles"), "role", role, organization.roles)
        for name, clock in self.definition.clocks.items():
            self._clock(("clocks", name), clock.within, clock.calendar, clock.ladder)

    def _task(self, path: Path, shape: StateShape) -> None:
        task = shape.task
        if task is None:
            return
        here = (*path, "task")
        if task.role.isidentifier():
            self._known((*here, "role"), "role", task.role, [*self.library.organization.roles, *self.procedure.types])
        for index, entry in enumerate(task.form):
            self._known((*here, "form", index), "field", entry.field, self.definition.data)
        for person in task.candidates:
            self._known((*here, "candidates"), "person", person, self.library.organization.people)
        tasks = [name for name, other in self.procedure.shapes.items() if other.task is not None]
        for other in task.distinct_from:
            self._known((*here, "distinct_from"), "task", other, tasks)
        for outcome, spec in task.outcomes.items():
            for field in spec.require or ():
                self._known((*here, "outcomes", outcome, "require"), "field", field, self.definition.data)
            if not self._heard(f"{shape.id}.{outcome}"):
                self._fault((*here, "outcomes", outcome), f"no transition takes {shape.id}.{outcome}")
        for name, check in task.checks.items():
            for outcome in check.outcomes:
                self._known((*here, "checks", name, "outcomes"), "outcome", outcome, task.outcomes)

    def _child(self, path: Path, shape: StateShape) -> None:
        child = shape.child
        if child is None or not self._known((*path, "case", "sop"), "SOP", child.sop, self.library.sops):
            return
        other = self.library.sops[child.sop].definition
        for field in child.with_:
            self._known((*path, "case", "with", field), f"field of {child.sop}", field, other.data)
        for field, spec in other.data.items():
            if spec.required and field not in child.with_:
                self._fault((*path, "case", "with"), f"{child.sop} needs {field} to open")
        results = {key for _, _, body in walk(other.states, ()) for key in body.get("with") or () if "final" in body}
        for field, result in child.store.items():
            self._known((*path, "case", "store", field), "field", field, self.definition.data)
            self._known((*path, "case", "store", field), f"result of {child.sop}", result, sorted(results))

    def _work(self, path: Path, shape: StateShape) -> None:
        for field in shape.work.store if shape.work is not None else ():
            self._known((*path, "work", "store", field), "field", field, self.definition.data)

    def _clock(self, path: Path, within: str | None, calendar: str | None, ladder: str) -> None:
        if calendar is not None:
            self._known((*path, "calendar"), "calendar", calendar, self.library.calendars)
        self._known((*path, "ladder"), "ladder", ladder, self.library.ladders)
        if within is None or within in self.definition.parameters:
            return
        try:
            parse_period(within)
        except PeriodError as error:
            self._fault((*path, "within"), str(error))

    def _effects(self, path: Path, part: Any) -> None:
        """Finds effects at any depth: in `do`, `entry`, `exit`, `if`, and in what undoes them."""
        if isinstance(part, list):
            for index, entry in enumerate(part):
                self._effects((*path, index), entry)
            return
        if not isinstance(part, Mapping):
            return
        self._effect(path, part)
        for key, inner in part.items():
            if key not in ("task", "work", "case", "clocks", "with"):
                self._effects((*path, key), inner)

    def _effect(self, path: Path, effect: Mapping[str, Any]) -> None:
        organization = self.library.organization
        if isinstance(effect.get("notify"), str) and "template" in effect:
            known = [*RECIPIENTS, *organization.roles, *organization.people, *self.definition.data]
            self._known((*path, "notify"), "recipient", effect["notify"], known)
            self._known((*path, "template"), "notice", str(effect["template"]), self.library.notices)
        if isinstance(effect.get("document"), str):
            self._known((*path, "document"), "document", effect["document"], self.library.templates)
        if isinstance(effect.get("start"), str):
            self._known((*path, "start"), "SOP", effect["start"], self.library.sops)

    def _heard(self, event: str) -> bool:
        states = self.procedure.chart.states.values()
        return any(_takes(transition, event) for state in states for transition in state.transitions)

    def _known(self, path: Path, kind: str, name: str, known: Iterable[str]) -> bool:
        names = list(known)
        if name in names:
            return True
        self._fault(path, f"unknown {kind} {name!r}{suggestion(name, names)}")
        return False

    def _fault(self, path: Path, message: str) -> None:
        self.faults.append(Fault(path=path, message=message))


def walk(states: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Every state of a file at any depth: its place, its name, what it says."""
    for name, body in states.items():
        here = (*path, name)
        yield here, name, body or {}
        yield from walk((body or {}).get("states", {}), (*here, "states"))


def _takes(transition: Transition, event: str) -> bool:
    return any(prefix in ("", event) or event.startswith(f"{prefix}.") for prefix in transition.prefixes)
