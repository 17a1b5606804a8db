"""Tasks, automated work, child cases and clocks: what they name and whether anybody can do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sop_engine.cases.lint.contracts import lint_contract
from sop_engine.cases.lint.events import outcomes_of
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.lint.naming import lint_naming
from sop_engine.cases.written.definition import ChildSpec, ClockSpec, SopDefinition, WorkSpec
from sop_engine.cases.written.places import paths_of_states
from sop_engine.cases.written.shape import split_states
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expressions import ExpressionError, compile_expression
from sop_engine.statechart.faults import Path
from sop_engine.timekeeping.periods import PeriodError, split_offset

PRESENT = ("now", "today")


def lint_work(notes: Notebook) -> None:
    """The work of every state, and every clock."""
    places = paths_of_states(notes.procedure.bundle.definition)
    for shape in notes.procedure.shapes.values():
        path = places[shape.id]
        if shape.task is not None:
            _task(notes, shape.task, (*path, "task"))
        elif shape.work is not None:
            _work(notes, shape.work, (*path, "work"))
        elif shape.child is not None:
            _child(notes, shape.child, (*path, "case"))
    _clocks(notes, places)


def _task(notes: Notebook, spec: TaskSpec, path: Path) -> None:
    fields = notes.procedure.definition.data
    _role(notes, spec.role, (*path, "role"))
    lint_naming(notes, spec, path)
    for index, entry in enumerate(spec.form):
        notes.known((*path, "form", index), "field", entry.field, fields)
    named = [entry.field for entry in spec.form]
    for name in dict.fromkeys(name for name in named if named.count(name) > 1):
        notes.error((*path, "form"), f"shows '{name}' twice")
    _conditions(notes, spec, path)
    writable = tuple(entry.field for entry in spec.form if not entry.read_only)
    for outcome, details in spec.outcomes.items():
        place = (*path, "outcomes", outcome)
        notes.fields(place, details.require or ())
        for name in details.require or ():
            if name in fields and name not in writable:
                notes.error(place, f"requires '{name}', which the form does not let anybody fill")
    for outcome in spec.skip or ():
        notes.known((*path, "skip"), "outcome", outcome, spec.outcomes)
    for name, check in spec.checks.items():
        notes.expression((*path, "checks", name, "rule"), check.rule)
        for outcome in check.outcomes:
            notes.known((*path, "checks", name, "outcomes"), "outcome", outcome, spec.outcomes)
    if spec.for_each is not None:
        notes.expression((*path, "for_each"), spec.for_each, ("list",))
    organization = notes.around.organization
    if organization is not None:
        for person in spec.candidates:
            notes.known((*path, "candidates"), "person", person, organization.people)


def _conditions(notes: Notebook, spec: TaskSpec, path: Path) -> None:
    """Each field is asked for by what is known before it: so no two wait for each other."""
    later = [entry.field for entry in spec.form if not entry.read_only]
    for index, entry in enumerate(spec.form):
        if entry.when is not None:
            place = (*path, "form", index, "when")
            compiled = notes.expression(place, entry.when)
            for name in compiled.reads if compiled is not None else ():
                if name == entry.field:
                    notes.error(place, f"whether '{name}' is asked for hangs on '{name}' itself")
                elif name in later:
                    notes.error(place, f"hangs on '{name}', which is asked for after it", mend=f"put '{name}' before")
        if entry.field in later:
            later.remove(entry.field)


def _role(notes: Notebook, role: str, path: Path) -> None:
    roles = notes.procedure.bundle.superiors
    if role in roles:
        organization = notes.around.organization
        if organization is not None and not organization.people_of(role):
            notes.error(path, f"nobody holds the role '{role}'")
        return
    compiled = notes.expression(path, role, ("text",))
    spec = notes.procedure.definition.data.get(role)
    if compiled is not None and spec is not None:
        for choice in spec.choices():
            notes.known(path, "role", choice, roles)


def _work(notes: Notebook, spec: WorkSpec, path: Path) -> None:
    notes.values((*path, "with"), spec.with_)
    notes.fields((*path, "store"), spec.store)
    works = notes.around.works
    if works is not None and notes.known((*path, "activity"), "activity", spec.activity, works):
        lint_contract(notes, works[spec.activity], spec, path)


def _child(notes: Notebook, spec: ChildSpec, path: Path) -> None:
    notes.values((*path, "with"), spec.with_)
    notes.fields((*path, "store"), spec.store)
    if spec.for_each is not None:
        notes.expression((*path, "for_each"), spec.for_each, ("list",))
        if spec.store:
            notes.error((*path, "store"), "of several children nothing is stored; read `_event.data.results`")
    if not notes.known((*path, "sop"), "SOP", spec.sop, notes.around.sops):
        return
    notes.opens(path, spec.sop, spec.with_)
    child = notes.around.sops[spec.sop]
    _follow(notes, spec, child, path)
    _key(notes, spec, child, path)
    finals = (key for keys in outcomes_of(child).values() for key in keys)
    results = tuple(dict.fromkeys((*finals, *child.cancelled_with)))
    for name, key in spec.store.items():
        notes.known((*path, "store", name), f"result of {spec.sop}", key, results)


def _follow(notes: Notebook, spec: ChildSpec, child: SopDefinition, path: Path) -> None:
    """What follows is given at the start, to a child that is waited for, and no form of the child asks for it."""
    if spec.follow and spec.detached:
        notes.error((*path, "follow"), "a detached child is told nothing after its start")
    asked = {
        entry.field: state
        for state, shape in split_states(child.states)[1].items()
        if shape.task is not None
        for entry in shape.task.form
        if not entry.read_only
    }
    for index, name in enumerate(spec.follow):
        place = (*path, "follow", index)
        if notes.known(place, "value of `with`", name, spec.with_) and name in asked:
            what = f"{spec.sop} asks for '{name}' in '{asked[name]}', and what a person answers would be replaced"
            notes.error(place, what, mend=f"show '{name}' there with `read_only: true`, or let it not follow")


def _key(notes: Notebook, spec: ChildSpec, child: SopDefinition, path: Path) -> None:
    """What tells the children of a `for_each` apart is given to each, and an event of theirs carries it."""
    if spec.key is None:
        return
    place = (*path, "key")
    if spec.for_each is None:
        notes.error(place, "tells the children of a `for_each` apart, and here is one child")
    carrying = tuple(name for name, event in child.events.items() if spec.key in event.data)
    if notes.known(place, "value of `with`", spec.key, spec.with_) and not carrying:
        events = ", ".join(child.events) or "none"
        notes.error(place, f"no event of {spec.sop} carries '{spec.key}' in its data (events: {events})")


def _clocks(notes: Notebook, places: Mapping[str, Path]) -> None:
    named: dict[str, Path] = {}
    found: list[tuple[str, ClockSpec, Path, str | None]] = [
        (name, spec, ("clocks", name), None) for name, spec in notes.procedure.definition.clocks.items()
    ]
    for shape in notes.procedure.shapes.values():
        for name, spec in shape.clocks:
            below = ("task",) if name == shape.id else ("clocks", name)
            found.append((name, spec, (*places[shape.id], *below), shape.id))
    for name, spec, path, owner in found:
        if name in named or (name != owner and name in notes.procedure.shapes):
            notes.error(path, f"'{name}' is the name of another clock or state, and both would report '{name}.…'")
        named[name] = path
        _clock(notes, spec, path, is_owned=owner is not None)


def _clock(notes: Notebook, spec: ClockSpec, path: Path, is_owned: bool) -> None:
    if spec.within is not None:
        notes.period((*path, "within"), spec.within)
    for key, text in (("since", spec.since), ("until", spec.until)):
        if text is not None:
            notes.instant((*path, key), text)
            _stands_still(notes, (*path, key), text)
    if spec.calendar is not None:
        notes.known((*path, "calendar"), "calendar", spec.calendar, notes.around.calendars)
    notes.known((*path, "ladder"), "ladder", spec.ladder, notes.around.ladders)
    told = [kind for kind, texts in spec.triggers if texts]
    if is_owned and told:
        notes.error(path, f"a state's clock runs from entry to exit and has no {_listed(told)}")
    if not is_owned and spec.title is None:
        notes.error(path, "a clock of the SOP has a title in English and Chinese")


def _stands_still(notes: Notebook, path: Path, text: str) -> None:
    """A clock follows what it counts from or to after each step, and must not follow the present."""
    lasting = {name: kind for name, kind in notes.procedure.types.items() if name not in PRESENT}
    try:
        offset = split_offset(text)
        source = offset.base if offset is not None else text
        notes.procedure.expression(source)
    except (PeriodError, ExpressionError):
        return
    try:
        compile_expression(source, lasting)
    except ExpressionError:
        notes.error(
            path, f"reads {' or '.join(PRESENT)}, and the deadline would move with every step; set a field once"
        )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
