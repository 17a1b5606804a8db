"""Ways by which a classified value would come where more people see it: into a field, a case or a row that is not as
classified, into what cases are found by, onto a form of somebody to whom it is not shown.

What an expression only decides by is no such way: `price > limit` says nothing of the price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.cases.lint.findings import Notebook
from sop_engine.cases.written.classified import OPEN, Classification, Place, classification_at, classified, places_of
from sop_engine.cases.written.definition import ReaderSpec, SopDefinition
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.places import Written
from sop_engine.cases.written.shape import split_states
from sop_engine.statechart.expression_places import carried
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.faults import Path

MEND = "classify the target as its source is, or leave the value out"


class Source(NamedTuple):
    """An expression, and over what `item` goes in it."""

    path: Path
    text: Any
    each: str | None = None


def lint_visibility(notes: Notebook) -> None:
    """Every leak of a classified value, and readers who do not exist."""
    definition = notes.procedure.definition
    _readers(notes)
    marked = classified(definition.data)
    around = _around(definition)
    _found_by(notes, marked, around)
    _forms(notes, marked)
    for source, target, told in _within(notes):
        _covered(notes, source, target, told, classification_of(notes, marked, source))
    for source, target, told in _outward(notes):
        _covered(notes, source, target, told, classification_of(notes, marked, source) + around)
    for path, given, target, told in _worked_out(notes, marked):
        if not target.covers(given):
            notes.error(path, f"{told} is {given.told()}, the field {target.told()}", mend=MEND)
    for path, given, target, told in _told_back(notes):
        if not target.covers(given):
            notes.error(path, f"{told} is {given.told()}, the field {target.told()}", mend=MEND)


def classification_of(notes: Notebook, marked: Mapping[Place, Classification], source: Source) -> Classification:
    """What classifies the value that an expression gives."""
    found = OPEN
    for place in _carried(notes, source.text):
        if place[0] == "item" and source.each is not None:
            for stem in _carried(notes, source.each):
                found += classification_at(marked, (*stem, *place[1:]))
        elif place[:2] == ("_event", "data") and len(place) > 2:
            for event in notes.procedure.definition.events.values():
                found += classification_at(classified(event.data), place[2:])
            found += classification_at(marked, place[2:])
        else:
            found += classification_at(marked, place)
    return found


def _carried(notes: Notebook, text: Any) -> Iterator[Place]:
    if isinstance(text, Mapping):
        for each in text.values():
            yield from _carried(notes, each)
    elif isinstance(text, list | tuple):
        for each in text:
            yield from _carried(notes, each)
    elif isinstance(text, str):
        try:
            yield from carried(notes.procedure.expression(text).node)
        except ExpressionError:
            return  # told by who compiles it


def _covered(
    notes: Notebook, source: Source, target: Classification, told: str, classification: Classification
) -> None:
    if not target.covers(classification):
        notes.error(source.path, f"is {classification.told()}, and {told} is {target.told()}", mend=MEND)


def _around(definition: SopDefinition) -> Classification:
    """What classifies all that a case with readers holds, once it leaves the case."""
    if not definition.readers:
        return OPEN
    return Classification(roles=frozenset(each for each in definition.readers if isinstance(each, str)))


def _readers(notes: Notebook) -> None:
    definition = notes.procedure.definition
    roles = notes.procedure.bundle.superiors
    for key, entries in (("readers", definition.readers), ("hidden_from", definition.hidden_from)):
        for index, entry in enumerate(entries):
            if isinstance(entry, ReaderSpec):
                notes.known((key, index, "person"), "field", entry.person, definition.data)
            else:
                notes.known((key, index), "role", entry, roles)
    for path, spec in _specs(definition.data, ("data",)):
        for index, role in enumerate(spec.confidential):
            notes.known((*path, "confidential", index), "role", role, roles)


def _specs(specs: Mapping[str, FieldSpec], path: Path) -> Iterator[tuple[Path, FieldSpec]]:
    for name, spec in specs.items():
        yield (*path, name), spec
        inner = spec.fields or (spec.item.fields if spec.item is not None else None)
        yield from _specs(inner or {}, (*path, name, "fields"))


def _found_by(notes: Notebook, marked: Mapping[Place, Classification], around: Classification) -> None:
    """References, ids, keys of rows and values that one case alone has stand in lists, and in other systems."""
    definition = notes.procedure.definition
    for index, name in enumerate(definition.reference):
        if (classification := classification_at(marked, (name,)) + around).is_classified:
            what = f"'{name}' is {classification.told()}, and everybody finds a case by its references"
            notes.error(("reference", index), what, mend="find it by another field")
    for index, name in enumerate(definition.publishes if around.is_classified else ()):
        notes.error(("publishes", index), f"'{name}' is of a case with readers, and any SOP may read it")
    open_to_all: list[tuple[Path, Any]] = [
        (("unique", name, "value"), unique.value) for name, unique in definition.unique.items()
    ]
    for name, read in definition.reads.items():
        keys = enumerate(read.keys)
        open_to_all += [
            (("reads", name, *(("key", at) if read.of is not None else ("case",))), key) for at, key in keys
        ]
    for shape in notes.procedure.shapes.values():
        if shape.child is not None and shape.child.id is not None:
            open_to_all.append(((*notes.places[shape.id], "case", "id"), shape.child.id))
    open_to_all += [
        ((*action.path, "at"), str(action.body["at"]))
        for action in notes.actions
        if action.kind == "milestone" and "at" in action.body
    ]
    for path, text in open_to_all:
        if (classification := classification_of(notes, marked, Source(path, text))).is_classified:
            notes.error(path, f"is {classification.told()}, and what stands here is open to everybody")


def _forms(notes: Notebook, marked: Mapping[Place, Classification]) -> None:
    """Who works with a value has to see it."""
    definition = notes.procedure.definition
    readers = _around(definition).roles
    for shape in notes.procedure.shapes.values():
        if shape.task is None or shape.task.role not in notes.procedure.bundle.superiors:
            continue
        place, role = (*notes.places[shape.id], "task"), shape.task.role
        named = any(isinstance(each, ReaderSpec) for each in definition.readers)
        if readers is not None and role not in readers and not named:
            notes.error((*place, "role"), f"{role} does the task and is none of the `readers`", mend="name it there")
        for index, entry in enumerate(shape.task.form):
            roles = classification_at(marked, (entry.field,)).roles
            own = next((classification.roles for at, classification in marked.items() if at == (entry.field,)), None)
            if own is not None and roles is not None and role not in own:
                what = f"asks {role} for '{entry.field}', which is shown to {', '.join(sorted(own))} alone"
                notes.error((*place, "form", index), what, mend="name the role in `confidential`")


def _within(notes: Notebook) -> Iterator[tuple[Source, Classification, str]]:
    """What is put into a field of the case itself."""
    marked = classified(notes.procedure.definition.data)
    for action in notes.actions:
        if action.kind == "set" and isinstance(action.body["set"], Mapping):
            for name, text in action.body["set"].items():
                source = Source((*action.path, "set", name), text)
                yield source, _all_of(marked, str(name)), f"the field '{name}'"


def _outward(notes: Notebook) -> Iterator[tuple[Source, Classification, str]]:
    """What is given to other cases and kept in registers."""
    sops, registers = notes.around.sops, notes.around.registers or {}
    for shape in notes.procedure.shapes.values():
        child = shape.child
        if child is not None and child.sop in sops:
            path = (*notes.places[shape.id], "case", "with")
            yield from _given(path, child.with_, sops[child.sop].data, child.sop, child.for_each)
    for action in (*notes.actions, *_cancelling(notes)):
        values, path = action.body.get("with"), (*action.path, "with")
        if not isinstance(values, Mapping):
            continue
        target = str(action.body.get(action.kind))
        if action.kind == "start" and target in sops:
            yield from _given(path, values, sops[target].data, target, None)
        elif action.kind == "keep" and target in registers:
            yield from _given(path, values, registers[target].fields, f"the register {target}", None)
        elif action.kind == "tell":
            name = str(action.body.get("event"))
            hearing = [(sop, each.events[name]) for sop, each in sops.items() if name in each.events]
            for sop, event in hearing:
                yield from _given(path, values, event.data, f"{name} of {sop}", None)


def _given(
    path: Path, values: Mapping[str, Any], specs: Mapping[str, FieldSpec], told: str, each: str | None
) -> Iterator[tuple[Source, Classification, str]]:
    marked = classified(specs)
    for name, text in values.items():
        yield Source((*path, name), text, each), _all_of(marked, str(name)), f"{told}.{name}"


def _all_of(marked: Mapping[Place, Classification], name: str) -> Classification:
    """What classifies whatever is put into a field; what its parts say comes with the parts and counts too."""
    return classification_at(marked, (name,))


def _cancelling(notes: Notebook) -> Iterator[Written]:
    for index, body in enumerate(notes.procedure.definition.cancel):
        yield Written(("cancel", index), body)


def _worked_out(
    notes: Notebook, marked: Mapping[Place, Classification]
) -> Iterator[tuple[Path, Classification, Classification, str]]:
    """What automated work that is given something personal answers with, which may say it again; a yes or no does not.

    Of what is confidential nothing is said: a figure that comes of many says little of each.
    """
    data = notes.procedure.definition.data
    for shape in notes.procedure.shapes.values():
        work, path = shape.work, (*notes.places[shape.id], "work")
        if work is None:
            continue
        sources = (Source((*path, "with", name), text) for name, text in work.with_.items())
        if not any(classification_of(notes, marked, source).is_personal for source in sources):
            continue
        for field, key in work.store.items():
            if field in data and data[field].type != "boolean":
                told = f"'{key}' comes of what {work.activity} is given, which"
                yield (*path, "store", field), Classification(is_personal=True), _all_of(marked, field), told


def _told_back(notes: Notebook) -> Iterator[tuple[Path, Classification, Classification, str]]:
    """What events bring into fields of their names, and children report: how that is classified, and how the field."""
    definition = notes.procedure.definition
    marked = classified(definition.data)
    for name, event in definition.events.items():
        for field in event.data if event.store else ():
            if field in definition.data:
                source = classification_at(classified(event.data), (field,))
                yield ("events", name, "data", field), source, _all_of(marked, field), f"'{field}' of {name}"
    for shape in notes.procedure.shapes.values():
        child = notes.around.sops.get(shape.child.sop) if shape.child is not None else None
        if child is None or shape.child is None:
            continue
        for field, key in shape.child.store.items():
            path = (*notes.places[shape.id], "case", "store", field)
            yield path, _reported(child, key), _all_of(marked, field), f"{key} of {child.sop}"


def _reported(child: SopDefinition, key: str) -> Classification:
    """What classifies a value of a child's result."""
    marked, found = classified(child.data), OPEN
    chart, _, _ = split_states(child.states)
    for values in (*_finals(chart), child.cancelled_with):
        if key in values:
            for place in places_of(values[key]):
                found += classification_at(marked, place)
    return found + _around(child)


def _finals(states: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for body in states.values():
        if isinstance(body, Mapping):
            if "final" in body and isinstance(body.get("with"), Mapping):
                yield body["with"]
            yield from _finals(body.get("states") or {})
