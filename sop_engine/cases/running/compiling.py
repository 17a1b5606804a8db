"""Compiles a bundle into the procedure that cases run by: pure, and done once per process and bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.written.definition import READS, UNIQUE, SopDefinition
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.places import awaited_notices
from sop_engine.cases.written.procedure import (
    SYSTEM_NAMES,
    Bundle,
    DefinitionError,
    Due,
    Expressions,
    Procedure,
    attached_type,
    field_type,
)
from sop_engine.cases.written.shape import faults_of, split_states, with_roles
from sop_engine.statechart.expressions import ATTACHED, FieldType
from sop_engine.statechart.parse import Chart, ChartError, Fault, parse


def compile_procedure(bundle: Bundle) -> Procedure:
    """Compiles an SOP. Raises DefinitionError with every fault of the file."""
    sop = str(bundle.definition.get("sop", "?"))
    try:
        definition = SopDefinition.model_validate(bundle.definition)
    except ValidationError as error:
        raise DefinitionError(sop, faults_of(error, ())) from None
    definition = definition.exact() if bundle.is_exact else definition
    states, shapes, faults = split_states(definition.states)
    parameters = {name: _parameter(value) for name, value in bundle.parameters.items()}
    types: dict[str, FieldType] = dict(SYSTEM_NAMES)
    types |= {name: _type_of_parameter(value) for name, value in parameters.items()}
    types |= {name: field_type(spec) for name, spec in definition.data.items()}
    types[ATTACHED] = attached_type(kind for shape in shapes.values() if shape.task for kind in shape.task.attachments)
    calendar = bundle.calendars.get(definition.calendar)
    if calendar is None:
        faults.append(Fault(path=("calendar",), message=_unknown("calendar", definition.calendar, bundle.calendars)))
        raise DefinitionError(sop, faults)
    expressions = Expressions(types)
    root = {"initial": definition.initial, "on": definition.on, "parallel": definition.parallel or None}
    mapping = {"states": states, **{key: value for key, value in root.items() if value is not None}}
    try:
        chart: Chart | None = parse(
            mapping,
            effects=frozenset(EFFECTS),
            data=types,
            due=Due(calendar, expressions, bundle.engine_version >= HARDENED),
            days=calendar,
        )
    except ChartError as error:
        faults += error.faults
        chart = None
    if chart is None or faults:
        raise DefinitionError(sop, faults)
    clocks = [*definition.clocks, *(name for shape in shapes.values() for name, _ in shape.clocks)]
    return Procedure(
        bundle=bundle,
        definition=definition,
        chart=chart,
        shapes=with_roles(shapes, definition.owner),
        expressions=expressions,
        parameters=parameters,
        calendar=calendar,
        reserved=frozenset([*shapes, *clocks, "done", "case", *_heads(definition)]),
    )


def _heads(definition: SopDefinition) -> Iterator[str]:
    """Of the events of what an SOP reads, has alone, and tells people."""
    if definition.reads:
        yield READS
    if definition.unique:
        yield UNIQUE
    yield from awaited_notices({"states": definition.states, "on": definition.on})


def _parameter(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_parameter(entry) for entry in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _type_of_parameter(value: Any) -> FieldType:
    if isinstance(value, list):
        return FieldType("list", item=_common(tuple(map(_type_of_parameter, value))))
    if isinstance(value, bool):
        return FieldType("boolean")
    if isinstance(value, int):
        return FieldType("integer")
    return FieldType("decimal") if isinstance(value, Decimal) else FieldType("text")


def _common(types: tuple[FieldType, ...]) -> FieldType | None:
    """What all entries of a list are; an empty one may hold anything."""
    kinds = dict.fromkeys(each.kind for each in types)
    return None if not kinds else types[0] if len(kinds) == 1 else FieldType("decimal")


def _unknown(kind: str, name: str, known: Mapping[str, Any]) -> str:
    return f"unknown {kind} {name!r}; allowed: {', '.join(known)}"
