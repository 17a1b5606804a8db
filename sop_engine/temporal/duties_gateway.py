"""What the command line asks about recurring duties, and has done to them."""

from datetime import datetime, timedelta

from pydantic import BaseModel

from sop_engine.cases.contracts.duties import (
    ApplyDutiesInput,
    DutiesState,
    DutyDifferenceInput,
    DutyDifferences,
    DutyDone,
    DutyList,
    DutyRound,
    ListDutiesInput,
    PauseDutyInput,
    ResumeDutyInput,
    RunDutyInput,
)
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_updates import answered
from sop_engine.temporal.queues import COMPARE_DUTIES, LIST_DUTIES, duties_id

ANSWERED_WITHIN = timedelta(seconds=30)


class DutiesGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway
        self._handle = gateway.client.get_workflow_handle(duties_id(gateway.task_queue))

    async def list(self) -> DutyList:
        """Every duty in force or in the worker's file."""
        return await self._gateway.read(LIST_DUTIES, ListDutiesInput(), DutyList)

    async def differences(self, since: datetime | None = None) -> DutyDifferences:
        """How the worker's file differs from what is in force."""
        return await self._gateway.read(COMPARE_DUTIES, DutyDifferenceInput(since=since), DutyDifferences)

    async def state(self) -> DutyRound | None:
        """What the last round did; none while it has done none. Raises `NotFound` where nothing keeps duties."""
        return (await self._gateway.query(self._handle.id, "state", DutiesState)).done

    async def apply(self, given: ApplyDutiesInput) -> DutyDone:
        """Puts the worker's file in force. Raises `Refused` where it is not what was shown."""
        return await self._act("apply", given)

    async def pause(self, given: PauseDutyInput) -> DutyDone:
        return await self._act("pause", given)

    async def resume(self, given: ResumeDutyInput) -> DutyDone:
        return await self._act("resume", given)

    async def run(self, given: RunDutyInput) -> DutyDone:
        """Starts a period by hand. Raises `Refused` where it is there already, and names the case."""
        return await self._act("run", given)

    async def _act(self, name: str, given: BaseModel) -> DutyDone:
        with answered(self._gateway.task_queue, "nothing keeps the duties yet; start it with `sop worker`"):
            done: DutyDone = await self._handle.execute_update(
                name, given, result_type=DutyDone, rpc_timeout=ANSWERED_WITHIN
            )
        return done
