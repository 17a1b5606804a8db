"""When each case last wrote into the records."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select

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
        case = CaseRow.table()
        wanted = select(case.c.case_id, case.c.first_run_id, case.c.written_at).where(
            case.c.written_at >= since, case.c.written_at <= until
        )
        with self._engine.connect() as connection:
            return [LastWrite(*row) for row in connection.execute(wanted.order_by(case.c.written_at))]

    def of(self, case_id: str) -> LastWrite | None:
        case = CaseRow.table()
        wanted = select(case.c.case_id, case.c.first_run_id, case.c.written_at).where(case.c.case_id == case_id)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return LastWrite(*row) if row is not None else None
