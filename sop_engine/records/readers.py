"""Which open cases read which rows of registers: each publishes what it reads among the values it is found by."""

from collections.abc import Iterable

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.basis.folding import fold
from sop_engine.cases.written.references import read_field
from sop_engine.records.cases import CaseRow, ReferenceRow
from sop_engine.records.registers import RegisterChangeRow

AT_ONCE = 500
"""Rows that are looked for in one question."""


class Readers:
    """Looks for those who are to hear of a change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_command(self, kept_by: str) -> list[tuple[str, str, str]]:
        """Case, register and key of each row that a command changed and an open case reads."""
        table = RegisterChangeRow
        changed = select(table.register_name, table.key).where(table.kept_by == kept_by).order_by(table.key)
        with Session(self._engine) as session:
            rows = session.exec(changed).all()
            found: list[tuple[str, str, str]] = []
            for first in range(0, len(rows), AT_ONCE):
                found += _readers(session, rows[first : first + AT_ONCE])
            return found


def _readers(session: Session, rows: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    fields = {(read_field(register), key): (register, key) for register, key in rows}
    chosen = (
        select(ReferenceRow.case_id, ReferenceRow.field, ReferenceRow.value)
        .join(CaseRow, col(CaseRow.case_id) == col(ReferenceRow.case_id))
        .where(
            col(ReferenceRow.folded).in_({fold(key) for _, key in fields}),
            col(ReferenceRow.field).in_({field for field, _ in fields}),
            col(CaseRow.closed_at).is_(None),
        )
        .order_by(ReferenceRow.case_id)
    )
    return [
        (case_id, *fields[field, value]) for case_id, field, value in session.exec(chosen) if (field, value) in fields
    ]
