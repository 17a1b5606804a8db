"""What one reader sees of one case.

The right follows from the work: what is personal shows to the roles whose forms in the procedure name its field, to the
owner, and to those above them; what is confidential to the roles that its field lists, and to nobody above. A procedure
with `readers` shows its data to them alone. A case is hidden from whom `hidden_from` names, whatever their roles are,
and then from who does not say who looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.classified import Classification, classified, dotted
from sop_engine.cases.written.definition import ReaderSpec, SopDefinition
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.cases.written.shape import split_states
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expressions import ExpressionError, compile_expression


class Lens(Contract):
    """The classified places of a case, those that its reader sees and those that stay hidden, as `parties.*.phone`."""

    reader: str | None
    shows: frozenset[str] = frozenset()
    hides: frozenset[str] = frozenset()
    is_shut: bool = False
    """Whether the case itself is not for the reader: nothing that people wrote in it shows."""

    def shows_all(self, places: frozenset[str]) -> bool:
        return not places & self.hides


def lens(firm: Organization, definition: SopDefinition, facts: Mapping[str, Any], reader: str | None) -> Lens:
    """The lens of a reader on a case with these facts, its data by name. Who says nothing sees nothing classified."""
    nobodys = nobodys_lens(definition, facts)
    if reader is None or not is_reader(firm, definition, facts, reader):
        return nobodys.model_copy(update={"reader": reader})
    marked = classified(definition.data)
    working = _working(definition, facts)
    hidden = frozenset(
        dotted(place)
        for place, classification in marked.items()
        if not _shows(firm, classification, {definition.owner, *working.get(place[0], ())}, reader)
    )
    return Lens(reader=reader, shows=nobodys.hides - hidden, hides=hidden)


def nobodys_lens(definition: SopDefinition, facts: Mapping[str, Any]) -> Lens:
    """The lens of who says nothing: it hides all that is classified; of a case with readers, or that is hidden from
    somebody, all of its data."""
    is_shut = bool(definition.readers or definition.kept_from(facts))
    places = frozenset(map(dotted, classified(definition.data)))
    return Lens(reader=None, hides=places | definition.data.keys() if is_shut else places, is_shut=is_shut)


def lens_on_register(firm: Organization, spec: RegisterSpec, reader: str | None) -> Lens:
    """The lens of a reader on the rows of a register: what is personal in them is for those who keep it."""
    marked = classified(spec.fields)
    shown = frozenset(
        dotted(place)
        for place, classification in marked.items()
        if reader is not None and _shows(firm, classification, set(spec.keepers), reader)
    )
    return Lens(reader=reader, shows=shown, hides=frozenset(map(dotted, marked)) - shown)


def is_reader(firm: Organization, definition: SopDefinition, facts: Mapping[str, Any], reader: str) -> bool:
    """Whether a case is for somebody at all."""
    if reader in definition.kept_from(facts):
        return False
    return not definition.readers or any(_is_named(firm, each, facts, reader) for each in definition.readers)


def _is_named(firm: Organization, entry: str | ReaderSpec, facts: Mapping[str, Any], reader: str) -> bool:
    """By role, or by a field that holds who it is."""
    if isinstance(entry, str):
        return firm.holds(reader, entry)
    return bool(plain(facts.get(entry.person)) == reader)


def _shows(firm: Organization, classification: Classification, working: set[str], reader: str) -> bool:
    if classification.roles is not None:
        return any(firm.holds(reader, role) for role in classification.roles)
    return any(firm.holds(reader, role) or firm.supervises(reader, role) for role in working)


def _working(definition: SopDefinition, facts: Mapping[str, Any]) -> dict[str, set[str]]:
    """Field -> the roles whose forms name it."""
    found: dict[str, set[str]] = {}
    _, shapes, _ = split_states(definition.states)
    for shape in shapes.values():
        for entry in shape.task.form if shape.task is not None else ():
            found.setdefault(entry.field, set()).update(_roles(shape.task, facts))
    return found


def _roles(task: TaskSpec | None, facts: Mapping[str, Any]) -> Iterator[str]:
    """The role of a task; where it is an expression, every role written in it or held by what it reads."""
    if task is None:
        return
    try:
        node = compile_expression(task.role).node
    except ExpressionError:
        yield task.role
        return
    for part in tree.walk(node):
        match part:
            case tree.Name(name):
                yield str(facts.get(name) or name)
            case tree.Literal(str(text)):
                yield text
            case _:
                continue
