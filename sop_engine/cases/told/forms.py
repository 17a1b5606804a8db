"""A form as one act fills it in: in written order, so that an answer decides whether what follows is asked for.

A field with `when` is asked for, required and judged only while its condition holds over the case's data and what the
same form was told before it. What is not asked for may not be told, and what the case holds there stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.fields import describe, read_fields
from sop_engine.cases.written.task import TaskSpec
from sop_engine.statechart.expressions import ExpressionError


@dataclass(frozen=True)
class Answered:
    """What a form was told."""

    values: dict[str, Any]
    """Of the fields that were told and are asked for."""
    faults: list[Fault]
    spared: frozenset[str] = frozenset()
    """Fields that are not asked for, or of which that cannot be said before others are told."""


def required_of(turn: Turn, spec: TaskSpec, outcome: str) -> tuple[str, ...]:
    """The fields that an outcome requires, as far as they are asked for."""
    fields, required = turn.procedure.definition.data, spec.outcomes[outcome].require
    if required is not None:
        return required
    return tuple(entry.field for entry in spec.form if entry.is_required(fields[entry.field]))


def answered(
    turn: Turn, task: HumanTask, spec: TaskSpec, actor: str, told: Mapping[str, Any], required: tuple[str, ...] = ()
) -> Answered:
    """Reads what a form was told, with every fault: unknown fields, wrong values, answers to what is not asked.

    A condition over a field that is `required` and still missing cannot be judged yet.
    """
    fields = turn.procedure.definition.data
    entries = [entry for entry in spec.form if not entry.read_only]
    values, faults = read_fields({entry.field: fields[entry.field] for entry in entries}, told)
    if all(entry.when is None for entry in entries):
        return Answered(values, faults)
    known = {**task.names, "actor": actor, "now": turn.now, "today": turn.today(turn.now)}
    open_ends = _fields_of(faults)
    """Fields of which it is not known yet what they hold."""
    spared: dict[str, None] = {}
    for entry in entries:
        if entry.when is not None:
            wrong = [fault for fault in faults if _field_of(fault) == entry.field]
            verdict = _is_asked(turn, entry.when, known, open_ends)
            if verdict is not True:
                spared[entry.field] = None
                given = values.pop(entry.field, None) is not None or bool(wrong)
                faults = [fault for fault in faults if fault not in wrong]
                open_ends = {*open_ends, entry.field} if verdict is None else open_ends - {entry.field}
                if isinstance(verdict, str):
                    faults.append(Fault(where=entry.field, what=f"whether it is asked for cannot be said: {verdict}"))
                elif verdict is False and given:
                    allowed = f"nothing, unless {entry.when}"
                    faults.append(Fault(where=entry.field, what="is not asked for", allowed=allowed))
                continue
        if entry.field in values:
            known[entry.field] = values[entry.field]
        if entry.field in required and known.get(entry.field, turn.data.get(entry.field)) is None:
            open_ends = {*open_ends, entry.field}
    return Answered(values, faults, frozenset(spared))


def missing(turn: Turn, form: Answered, required: tuple[str, ...]) -> list[Fault]:
    """The required fields that are asked for, and that neither the form nor the case holds."""
    fields, faulty = turn.procedure.definition.data, _fields_of(form.faults)
    return [
        Fault(where=name, what="is missing", allowed=describe(fields[name]))
        for name in required
        if name not in form.spared and name not in faulty and form.values.get(name, turn.data.get(name)) is None
    ]


def _is_asked(turn: Turn, when: str, known: Mapping[str, Any], open_ends: Iterable[str]) -> bool | str | None:
    """Whether a condition holds; none while that hangs on fields that are not known yet, a text where it fails."""
    if any(name in open_ends for name in turn.procedure.expression(when).reads):
        return None
    try:
        return turn.holds(when, known)
    except ExpressionError as error:
        return error.message


def _field_of(fault: Fault) -> str:
    return fault.where.split(".", 1)[0]


def _fields_of(faults: Iterable[Fault]) -> set[str]:
    return {_field_of(fault) for fault in faults}
