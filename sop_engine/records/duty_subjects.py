"""For whom a duty is done: the rows of a register for which a condition holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Engine

from sop_engine.cases.contracts.registers import ListRowsInput
from sop_engine.cases.duties.duty import Subject
from sop_engine.cases.written.fields import read_fields
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.records.registers import RegisterRepository
from sop_engine.statechart.expressions import Expression, ExpressionError, compile_expression

PAGE = 1_000


class RegisterSubjects:
    """Reads registers as they stand."""

    def __init__(self, engine: Engine, registers: Mapping[str, RegisterSpec]) -> None:
        self._rows = RegisterRepository(engine)
        self._registers = registers

    def subjects(self, register: str, where: str | None) -> tuple[Subject, ...]:
        """The rows for which the condition holds, and those of which it cannot be said, with the reason.

        Raises KeyError for a register that is not declared.
        """
        spec = self._registers[register]
        condition = compile_expression(where) if where is not None else None
        found = (_judged(spec, key, values, condition) for key, values in self._all(register))
        return tuple(subject for subject in found if subject is not None)

    def _all(self, register: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        after = ""
        while True:
            page = self._rows.rows(ListRowsInput(register_name=register, after=after, limit=PAGE)).rows
            yield from ((row.key, row.values) for row in page)
            if len(page) < PAGE:
                return
            after = page[-1].key


def _judged(spec: RegisterSpec, key: str, stored: Mapping[str, Any], condition: Expression | None) -> Subject | None:
    declared = {name: value for name, value in stored.items() if name in spec.fields}
    values, faults = read_fields(spec.fields, declared)
    row = {name: values.get(name) for name in spec.fields}
    if faults:
        return Subject(key, row, f"its row of {spec.name} cannot be read: {faults[0]}")
    try:
        return Subject(key, row) if condition is None or condition.holds(row) else None
    except ExpressionError as error:
        return Subject(key, row, f"nobody can say of it whether {error.source}: {error.message}")
