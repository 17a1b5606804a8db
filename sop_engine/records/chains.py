"""Which execution chain a case is, the first run id under which the records took it in, and whether it has ended."""

from sqlalchemy import Engine, select

from sop_engine.records.cases import CaseRow


class Chains:
    """Whose case ids are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, case_id: str) -> str | None:
        """The first run of the chain that owns the id; none where the records have no such case."""
        table = CaseRow.table()
        with self._engine.connect() as connection:
            return connection.scalar(select(table.c.first_run_id).where(table.c.case_id == case_id))

    def is_closed(self, case_id: str) -> bool | None:
        """Whether the case is closed; none where the records have no such case."""
        table = CaseRow.table()
        with self._engine.connect() as connection:
            row = connection.execute(select(table.c.closed_at).where(table.c.case_id == case_id)).first()
        return None if row is None else row.closed_at is not None
