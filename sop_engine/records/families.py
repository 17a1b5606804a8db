"""A case together with all that it started, and what they started in turn."""

from typing import Any

from sqlalchemy import literal
from sqlmodel import col, select

from sop_engine.records.cases import ChildRow


def family(case_id: str) -> Any:
    """A selection of the ids: the case's own and those of all below it."""
    ids = select(literal(case_id).label("case_id")).cte(recursive=True)
    ids = ids.union(select(col(ChildRow.child_id)).join(ids, col(ChildRow.case_id) == ids.c.case_id))
    return select(ids.c.case_id)
