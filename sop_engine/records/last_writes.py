"""When each case last wrote into the records."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Engine, select

from sop_engine.records.cases import CaseRow


class LastWrite(NamedTuple):
    case_id: str
    first_run_id: str
    at: datetime
    """When the workflow task began in which it wrote."""


class LastWrites:
    """Reads them from the rows of cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, since: datetime, until: datetime) -> Sequence[LastWrite]:
        """Of the cases, open or closed, that wrote last in this time."""
        return self._read(CaseRow.table().c.written_at.between(since, until))

    def of(self, case_id: str) -> LastWrite | None:
        """Of one case; none where the records do not know it."""
        return next(iter(self._read(CaseRow.table().c.case_id == case_id)), None)

    def _read(self, condition: ColumnElement[bool]) -> Sequence[LastWrite]:
        case = CaseRow.table()
        wanted = select(case.c.case_id, case.c.first_run_id, case.c.written_at).where(condition)
        with self._engine.connect() as connection:
            return [LastWrite(*row) for row in connection.execute(wanted.order_by(case.c.written_at))]
