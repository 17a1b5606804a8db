"""What compiles as a duty and yet cannot work: names that lead nowhere, values that do not fit, who is not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.duties.duty import Duty, expressions_of
from sop_engine.cases.lint.findings import Finding
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.procedure import field_type
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.statechart.expression_kinds import FieldType
from sop_engine.statechart.expressions import ExpressionError, compile_expression
from sop_engine.timekeeping.festivals import Festival

LONGEST_NAME = 60

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True)
class DutySurroundings:
    """What duties may name."""

    sops: Mapping[str, SopDefinition]
    festivals: Mapping[str, tuple[Festival, ...]]
    """Of each calendar."""
    registers: Mapping[str, RegisterSpec]


def lint_duties(duties: Mapping[str, Duty], around: DutySurroundings) -> Iterator[Finding]:
    """Every fault in all duties, each with its place."""
    for name, duty in duties.items():
        if _NAME.fullmatch(name) is None or len(name) > LONGEST_NAME:
            what = f"a duty's name is of small letters, digits and underscores, up to {LONGEST_NAME}: its cases have it"
            yield Finding((name,), what)
        yield from _names(name, duty, around)
        yield from _subjects(name, duty, around.registers)
        if duty.sop in around.sops:
            yield from _opening(name, duty, around.sops[duty.sop], around)


def _names(name: str, duty: Duty, around: DutySurroundings) -> Iterator[Finding]:
    yield from _known((name, "sop"), "SOP", duty.sop, around.sops)
    yield from _known((name, "calendar"), "calendar", duty.calendar, around.festivals)
    ids = {one for festival in around.festivals.get(duty.calendar, ()) for one in festival.ids}
    for festival in duty.festivals:
        yield from _known((name, "festivals"), f"festival of {duty.calendar}", festival, ids)
    if duty.unit == "festival" and duty.calendar in around.festivals and not ids:
        yield Finding((name, "every"), f"the calendar {duty.calendar} has no festivals: its holidays have no `id`")


def _known(path: tuple[str, ...], what: str, name: str, allowed: Collection[str]) -> Iterator[Finding]:
    if name not in allowed:
        known = ", ".join(sorted(allowed)) or "none"
        yield Finding(path, f"unknown {what} {name!r}{suggestion(name, allowed)} (allowed: {known})")


def _subjects(name: str, duty: Duty, registers: Mapping[str, RegisterSpec]) -> Iterator[Finding]:
    wanted = duty.for_each
    if wanted is None:
        if duty.spread is not None:
            yield Finding((name, "spread"), "there is one case in each period: `spread` goes with `for_each`")
        return
    yield from _known((name, "for_each", "register"), "register", wanted.register_, registers)
    if wanted.where is not None and wanted.register_ in registers:
        try:
            compile_expression(wanted.where, row_types(registers[wanted.register_]))
        except ExpressionError as error:
            yield Finding((name, "for_each", "where"), str(error))


def row_types(register: RegisterSpec) -> dict[str, FieldType]:
    """What a condition may read, and `subject` may be asked for."""
    return {field: field_type(spec) for field, spec in register.fields.items()}


def _opening(name: str, duty: Duty, sop: SopDefinition, around: DutySurroundings) -> Iterator[Finding]:
    """Whether the procedure opens with what it is given."""
    register = around.registers.get(duty.for_each.register_) if duty.for_each is not None else None
    names = duty.names(row_types(register) if register is not None else None)
    for field in duty.with_:
        yield from _known((name, "with", field), f"field of {duty.sop}", field, sop.data)
    for field, source in expressions_of(duty):
        path = (name, "with", field)
        try:
            given = compile_expression(source, names).type
        except ExpressionError as error:
            yield Finding(path, str(error))
            continue
        if field in sop.data and not field_type(sop.data[field]).accepts(given):
            yield Finding(path, f"{duty.sop}.{field} is {sop.data[field].type}, the value {given.kind}")
    for field, spec in sop.data.items():
        if spec.required and spec.default is None and field not in duty.with_:
            yield Finding((name, "with"), f"{duty.sop} needs {field} to open")
