"""A live case as whoever is at the keyboard may see it."""

from typing import TYPE_CHECKING

from sop_engine.cases.contracts.viewing import READ_CASE, ReadCaseInput
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.context import Session

if TYPE_CHECKING:
    from sop_engine.temporal.gateway import CaseGateway


async def view_for(session: Session, gateway: "CaseGateway", case_id: str) -> CaseView:
    """The case. More than it tells anybody is asked of a worker, which keeps who looked; not where there is no more, or
    nobody said who looks.
    """
    view = await gateway.case(case_id)
    if not view.masked or session.user is None:
        return view
    return await gateway.read(READ_CASE, ReadCaseInput(case_id=case_id, **session.reading()), CaseView)
