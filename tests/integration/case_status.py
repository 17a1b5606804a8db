"""Waiting for what Temporal says of a case."""

from sop_engine.cases.contracts.views import CaseView
from tests.integration.installation import Installation, until


async def has_status(house: Installation, case_id: str, status: str) -> CaseView:
    async def view() -> CaseView | None:
        seen = await house.view(case_id)
        return seen if seen.status == status else None

    found: CaseView = await until(view, f"{case_id} {status}")
    return found
