"""Standalone activities on what not everybody may see: a live case for its reader, and the log of who looked."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client

from activities.access import reads
from activities.failures import refusals
from activities.lenses import Lenses
from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.viewing import LIST_VIEWS, READ_CASE, ListViewsInput, ReadCaseInput, ViewList
from sop_engine.cases.contracts.views import CaseView
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.told.permissions import holds_or_supervises
from sop_engine.cases.visibility.masking import masked
from sop_engine.records.views import ViewLog
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.present import PRESENT


class ViewActivities:
    """Asks a case for all that it holds, and answers what the reader may see of it."""

    def __init__(self, engine: Engine, client: Client, task_queue: str, lenses: Lenses) -> None:
        self._cases = CaseGateway(client, task_queue)
        self._lenses = lenses
        self._log = ViewLog(engine)

    @reads
    @activity.defn(name=READ_CASE)
    async def read_case(self, given: ReadCaseInput) -> CaseView:
        """A live case by its reader's lens. Its view is in the log before anybody has it."""
        assert PRESENT.seal is not None
        with refusals():
            view = await self._cases.case(given.case_id, PRESENT.seal.of(given.case_id, datetime.now(UTC)))
            seen = self._lenses.on_data(self._lenses.cases.of(given.case_id), view.data, given.reader)
            self._lenses.keep_view(given, given.case_id, seen, view.data)
            return masked(view, seen)

    @reads
    @activity.defn(name=LIST_VIEWS)
    def list_views(self, given: ListViewsInput) -> ViewList:
        """Who saw what of a case. For its owner and those above; raises NotPermitted for everybody else."""
        with refusals():
            case, _ = self._lenses.on(given.case_id, given)
            owner, firm = case.definition.owner, self._lenses.organization
            if given.reader is None:
                raise NotPermitted(
                    f"who looked at {given.case_id} is told to its owner: say who asks", allowed=(owner,)
                )
            person_of(firm, given.reader)
            if not holds_or_supervises(firm, given.reader, owner):
                allowed = (owner, *firm.superiors(owner))
                raise NotPermitted(f"{given.reader} may not see who looked at {given.case_id}", allowed=allowed)
            return ViewList(views=self._log.of(given.case_id, given.limit))
