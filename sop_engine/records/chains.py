"""Which execution chain a case is: the first run id under which the records took it in."""

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
