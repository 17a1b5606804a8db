"""Which fields a case is opened with: those that it needs, that its parents give, and that nothing inside fills."""

from __future__ import annotations

from collections.abc import Iterator

from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.written.places import walk
from sop_engine.cases.written.shape import split_states


def inputs_of(survey: Survey) -> tuple[str, ...]:
    """The fields with which an exploration opens a case, in the order of the file."""
    filled, given = frozenset(_filled(survey)), frozenset(_given(survey))
    return tuple(
        name
        for name, spec in survey.procedure.definition.data.items()
        if spec.required or name in given or (name in survey.parting and name not in filled)
    )


def _filled(survey: Survey) -> Iterator[str]:
    """The fields that forms, works, children, events, reads and actions of the procedure fill."""
    yield from survey.procedure.definition.reads
    for shape in survey.procedure.shapes.values():
        if shape.task is not None:
            yield from (entry.field for entry in shape.task.form if not entry.read_only)
        for work in (shape.work, shape.child):
            if work is not None:
                yield from work.store
    for event in survey.procedure.definition.events.values():
        yield from event.data if event.store else ()
    for action in walk(survey.procedure.bundle.definition):
        yield from (str(key).split(".")[0] for key in action.body.get("set") or {})


def _given(survey: Survey) -> Iterator[str]:
    """The fields that other procedures fill when they start this one."""
    for definition in survey.sops.values():
        for shape in split_states(definition.states)[1].values():
            if shape.child is not None and shape.child.sop == survey.procedure.sop:
                yield from shape.child.with_
