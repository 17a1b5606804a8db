"""Whether the places, people and units that an input names exist. Their form is the fields' own matter.

The table changes with each edition, so only what stands before a case asks it: the opening, and the validators of acts,
which no replay repeats. What a case has taken, it never asks about again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.four_eyes import spec_of
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.task import FormField
from sop_engine.freight.places import Places
from sop_engine.statechart.expressions import ExpressionError

PLACE = "un_locode"
"""The format of fields that hold a place."""

PROPOSALS = 5
"""For how many unknown places an answer proposes near ones: a validator must not keep its worker long."""


def places_of_act(before: Mapping[str, Any], turn: Turn) -> dict[str, str]:
    """The places that `unknown_places_of_act` judges: where each stands, and its code."""
    data = turn.procedure.definition.data
    return dict(_places({name: data[name] for name in _judged(before, turn)}, turn.data, ""))


def faults_of(named: Mapping[str, str], places: Places) -> list[Fault]:
    """A fault for each of the places that nobody knows."""
    unknown = [(where, code) for where, code in named.items() if code not in places]
    faults = (places.fault(code, where, proposes=number < PROPOSALS) for number, (where, code) in enumerate(unknown))
    return [fault for fault in faults if fault is not None]


def unknown_places(specs: Mapping[str, FieldSpec], values: Mapping[str, Any], places: Places) -> list[Fault]:
    """A fault for every place among the values, however deep, that nobody knows."""
    return faults_of(dict(_places(specs, values, "")), places)


def unknown_places_of_act(before: Mapping[str, Any], turn: Turn, places: Places) -> list[Fault]:
    """The same for what an act changed in a case, and for the whole form of a task that it completed.

    A form is confirmed by whoever completes it: so a place that a machine reported is checked there.
    """
    return faults_of(places_of_act(before, turn), places)


def _judged(before: Mapping[str, Any], turn: Turn) -> Iterator[str]:
    yield from (name for name in turn.procedure.definition.data if turn.data.get(name) != before.get(name))
    yield from _confirmed(turn)


def named_in_act(before: Mapping[str, Any], turn: Turn) -> dict[str, tuple[FieldSpec, str]]:
    """The people and units that the same names: where each stands, its field, and its name."""
    data = turn.procedure.definition.data
    return dict(_leaves({name: data[name] for name in _judged(before, turn)}, turn.data, "", _is_of_the_firm))


def unknown_names(specs: Mapping[str, FieldSpec], values: Mapping[str, Any], organization: Organization) -> list[Fault]:
    """A fault for every person and unit among the values, however deep, whom the organisation does not know."""
    return faults_of_names(dict(_leaves(specs, values, "", _is_of_the_firm)), organization)


def faults_of_names(named: Mapping[str, tuple[FieldSpec, str]], organization: Organization) -> list[Fault]:
    """A fault for each of the people and units that the organisation does not know, or that are of another kind."""
    faults = (_fault_of_name(where, spec, name, organization) for where, (spec, name) in named.items())
    return [fault for fault in faults if fault is not None]


def _fault_of_name(where: str, spec: FieldSpec, name: str, organization: Organization) -> Fault | None:
    if spec.type == "person":
        known: tuple[str, ...] = tuple(organization.people)
    else:
        units = organization.units.items()
        known = tuple(unit for unit, each in units if spec.kind in (None, each.kind))
    if name in known:
        return None
    what = f"{name!r} is no {spec.kind or spec.type} of the organisation"
    return Fault(where=where, what=what, allowed=", ".join(nearest(name, known) or known[:12]))


def _is_of_the_firm(spec: FieldSpec) -> bool:
    return spec.type in ("person", "unit")


def _is_place(spec: FieldSpec) -> bool:
    return spec.format == PLACE


def _places(specs: Mapping[str, FieldSpec], values: Mapping[str, Any], where: str) -> Iterator[tuple[str, str]]:
    """Where each place stands, and its code."""
    return ((at, code) for at, (_, code) in _leaves(specs, values, where, _is_place))


Leaves = Iterator[tuple[str, tuple[FieldSpec, Any]]]
"""Where each value stands, its field, and the value."""


def _leaves(
    specs: Mapping[str, FieldSpec], values: Mapping[str, Any], where: str, is_meant: Callable[[FieldSpec], bool]
) -> Leaves:
    for name, spec in specs.items():
        yield from _leaves_of(spec, values.get(name), f"{where}.{name}" if where else name, is_meant)


def _leaves_of(spec: FieldSpec, value: Any, where: str, is_meant: Callable[[FieldSpec], bool]) -> Leaves:
    if value is None:
        return
    if spec.type == "list":
        for index, entry in enumerate(value):
            yield from _leaves_of(spec.element(), entry, f"{where}.{index}", is_meant)
    elif spec.type == "record":
        yield from _leaves(spec.fields or {}, value, where, is_meant)
    elif is_meant(spec):
        yield where, (spec, value)


def _confirmed(turn: Turn) -> Iterator[str]:
    """The fields of forms that this turn completed with an outcome that asks for the form."""
    for key in turn.touched_tasks:
        task = turn.state.tasks[key]
        spec = spec_of(turn, task)
        if task.status == "completed" and task.outcome is not None and spec.outcomes[task.outcome].require is None:
            asked = (entry for entry in spec.form if not entry.read_only and _is_asked(turn, task, entry))
            yield from (entry.field for entry in asked)


def _is_asked(turn: Turn, task: HumanTask, entry: FormField) -> bool:
    try:
        return entry.when is None or turn.holds(entry.when, task.names)
    except ExpressionError:
        return True
