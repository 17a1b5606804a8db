"""What completed cases publish, as their last write left it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from sop_engine.records.cases import CaseRow

OUTCOME = "outcome"
"""How the case ended, under the name by which it is read."""


class PublishedResults:
    """Reads cases for other cases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, case_id: str, sop: str, fields: Iterable[str]) -> tuple[dict[str, Any], int] | None:
        """Some fields of a completed case, with the number of its last step; none where the records have no such case
        of the SOP, or it is open or was cancelled."""
        with Session(self._engine) as session:
            row = session.exec(select(CaseRow).where(CaseRow.case_id == case_id)).first()
        if row is None or (row.sop, row.status) != (sop, "completed"):
            return None
        known = {OUTCOME: row.outcome, **row.data}
        return {name: known.get(name) for name in fields}, row.step
