"""Who is away on a day, as the register of absences says."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from sop_engine.cases.written.fields import read_value
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.records.registers import RegisterRow

ABSENCES = "absences"
ROSTERS = "rosters"


class Attendance:
    """Reads the registers of absences and rosters; a site that has none of them has everybody here."""

    def __init__(self, engine: Engine, registers: Mapping[str, RegisterSpec]) -> None:
        self._engine = engine
        self._registers = registers

    def away(self, day: date) -> frozenset[str]:
        """Who is away."""
        rows = self._rows(ABSENCES, ("from_on", "until_on"))
        return frozenset(row["person"] for row in rows if row["from_on"] <= day <= row["until_on"])

    def on_duty(self, day: date) -> frozenset[str]:
        """Whom a roster names, whatever the shift."""
        return frozenset(row["person"] for row in self._rows(ROSTERS, ("day",)) if row["day"] == day)

    def _rows(self, name: str, days: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """The rows of which every day can be read: of another one nobody can say when it holds."""
        spec = self._registers.get(name)
        if spec is None:
            return
        with Session(self._engine) as session:
            found = session.exec(select(RegisterRow.values).where(RegisterRow.register_name == name)).all()
        for values in found:
            row = {each: read_value(spec.fields[each], values.get(each), each)[0] for each in ("person", *days)}
            if None not in row.values():
                yield row
