"""What a case reads of registers and other cases, publishes, and wants to have alone: keys that can be computed, fields
that nobody else fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sop_engine.cases.lint.findings import Notebook
from sop_engine.statechart.faults import Path


def lint_reads(notes: Notebook) -> None:
    """Every key, and every place that would fill a field that is read."""
    reads = notes.procedure.definition.reads
    for name, spec in reads.items():
        if spec.fresh is not None:
            notes.period(("reads", name, "fresh"), spec.fresh)
        for index, source in enumerate(spec.keys):
            place = ("reads", name, "key", index) if spec.of is not None else ("reads", name, "case")
            compiled = notes.expression(
                place, source, ("text", "integer", "date") if spec.of is not None else ("text",)
            )
            if compiled is not None and name in compiled.reads:
                notes.error(place, f"its key reads {name} itself")
    for name, unique in notes.procedure.definition.unique.items():
        notes.expression(("unique", name, "value"), unique.value, ("text", "integer", "date"))
    for index, name in enumerate(notes.procedure.definition.publishes):
        notes.known(("publishes", index), "field", name, notes.procedure.definition.data)
    for path, name in _filled(notes):
        if name in reads:
            notes.error(path, f"{name} is read from {reads[name].told}; nothing else fills it")


def _filled(notes: Notebook) -> Iterator[tuple[Path, str]]:
    """Each place that stores a value, with the field."""
    for action in notes.actions:
        if action.kind == "set" and isinstance(action.body["set"], Mapping):
            yield from (((*action.path, "set", name), str(name)) for name in action.body["set"])
    for state, shape in notes.procedure.shapes.items():
        place = notes.places[state]
        for index, entry in enumerate(shape.task.form if shape.task is not None else ()):
            if not entry.read_only:
                yield (*place, "task", "form", index), entry.field
        for key, spec in (("work", shape.work), ("case", shape.child)):
            yield from (((*place, key, "store", name), name) for name in (spec.store if spec is not None else ()))
    for event, told in notes.procedure.definition.events.items():
        yield from ((("events", event, "data", name), name) for name in told.data if told.store)
