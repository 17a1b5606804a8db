"""Values that a child case is opened with, that something in it counts from, and that an event may change afterwards.

What a form of the child asks for is its person's to answer, and what the child hears by an event of its own it knows.
"""

from __future__ import annotations

from sop_engine.cases.lint.days import counted_days
from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.definition import ChildSpec, SopDefinition
from sop_engine.cases.written.shape import split_states
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.faults import Path


def lint_copied(notes: Notebook) -> None:
    """Every such value that does not follow, and every reason given for one that is none."""
    own = notes.procedure.definition
    children = [shape for shape in notes.procedure.shapes.values() if shape.child is not None]
    if not children:
        return
    counted = counted_days({**notes.around.sops, own.sop: own})
    for shape in children:
        spec = shape.child
        child = notes.around.sops.get(spec.sop) if spec is not None else None
        if spec is None or child is None or spec.detached:
            continue
        path = (*notes.places[shape.id], "case")
        known = _known_inside(child)
        for name, source in spec.with_.items():
            event = _changed_by(notes, source)
            by = counted[spec.sop].by.get(name)
            is_stale = event is not None and by is not None and name not in (*spec.follow, *known)
            _judge(
                notes, spec, name, path, f"'{event}' may change it later, and {by} counts from it" if is_stale else ""
            )
        for name in spec.keeps:
            notes.known((*path, "keeps", name), "value of `with`", name, spec.with_)


def _judge(notes: Notebook, spec: ChildSpec, name: str, path: Path, stale: str) -> None:
    if stale and name not in spec.keeps:
        notes.warn(
            (*path, "with", name),
            f"{spec.sop} is given '{name}' once: {stale}",
            mend=f"`follow: [{name}]`, or say in `keeps: {{{name}: {{en, zh}}}}` why it stays as it was",
        )
    elif name in spec.keeps and not stale:
        notes.error((*path, "keeps", name), f"silences nothing: '{name}' changes no more, or nothing counts from it")


def _changed_by(notes: Notebook, source: object) -> str | None:
    """The first event that stores a field which an expression reads."""
    try:
        reads = notes.procedure.expression(source).reads if isinstance(source, str) else ()
    except ExpressionError:
        return None
    events = notes.procedure.definition.events.items()
    return next((name for name, spec in events if spec.store and any(field in spec.data for field in reads)), None)


def _known_inside(child: SopDefinition) -> tuple[str, ...]:
    """The fields that the child's own forms ask for, and those that its own events bring."""
    shapes = split_states(child.states)[1].values()
    tasks = (shape.task for shape in shapes if shape.task is not None)
    asked = (entry.field for task in tasks for entry in task.form if not entry.read_only)
    told = (name for event in child.events.values() if event.store for name in event.data)
    return tuple(dict.fromkeys((*asked, *told)))
