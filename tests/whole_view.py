"""A case with all that it holds, for tests that are not about who may see: asked with the workers' own key."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from sop_engine.cases.contracts.views import CaseView
from sop_engine.records.signing_keys import VIEWING, workers_key
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.seal import Seal


async def whole_view(gateway: CaseGateway, engine: Engine, case_id: str) -> CaseView:
    """The view that no lens masks. No view of it is kept."""
    return await gateway.case(case_id, Seal(workers_key(engine, VIEWING)).of(case_id, datetime.now(UTC)))
