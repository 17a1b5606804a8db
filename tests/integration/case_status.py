"""Waiting for what Temporal says of a case."""

from sop_engine.cases.contracts.views import CaseView
from tests.integration.installation import Installation, until


async def has_status(house: Installation, case_id: str, status: str) -> CaseView:
    async def view() -> CaseView | None:
        seen = await house.view(case_id)
        return seen if seen.status == status else None

    found: CaseView = await until(view, f"{case_id} {status}")
    return found


async def is_kept_back(house: Installation, case_id: str) -> bool:
    """Whether an errand of a case, or a round of duties, waits for the records to be mended."""
    described = (await house.handle(case_id).describe()).raw_description
    return any("waits until it is mended" in str(each.last_failure) for each in described.pending_activities)
