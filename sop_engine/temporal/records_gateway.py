"""What the command line and the watch ask about the records as a whole, and have done to them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

from temporalio.client import WorkflowUpdateStage

from sop_engine.cases.contracts.records import (
    AdoptRecordsInput,
    CheckRecordsInput,
    DailyCheck,
    RecordsCheck,
    RecordsFitness,
    RecordsFitnessInput,
    RecordsMark,
    RecordsRepair,
    RepairProgress,
    RepairRecordsInput,
)
from sop_engine.cases.contracts.watching import WatchState
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_updates import answered
from sop_engine.temporal.queues import CHECK_RECORDS, RECORDS_FITNESS, anchor_id, watch_id

PAGE_WITHIN = timedelta(minutes=10)
ACCEPTED_WITHIN = timedelta(seconds=15)
UNTOLD = "no worker has told the cases of its records yet; start one with `sop worker`"
LOOK_EVERY = 1.0
"""Seconds between two looks at how far a repair has come."""


class RecordsGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway
        self._handle = gateway.client.get_workflow_handle(anchor_id(gateway.task_queue))

    async def fitness(self) -> RecordsFitness:
        """Whether the records may be relied on."""
        return await self._gateway.read(RECORDS_FITNESS, RecordsFitnessInput(), RecordsFitness)

    async def daily(self) -> DailyCheck | None:
        """The last daily check that is through; none before the first."""
        return (await self._gateway.query(watch_id(self._gateway.task_queue), "state", WatchState)).check

    async def check(self, case_id: str | None = None) -> AsyncIterator[RecordsCheck]:
        """Compares records and histories, page by page."""
        page = ""
        while True:
            asked = CheckRecordsInput(case_id=case_id, page=page)
            found = await self._gateway.read(CHECK_RECORDS, asked, RecordsCheck, within=PAGE_WITHIN)
            yield found
            page = found.next
            if not page:
                return

    async def adopt(self, given: AdoptRecordsInput) -> RecordsMark:
        """Accepts the records as they are. Raises `NotPermitted` for who is no administrator."""
        with answered(self._gateway.task_queue, UNTOLD):
            mark: RecordsMark = await self._handle.execute_update(
                "adopt", given, result_type=RecordsMark, rpc_timeout=ACCEPTED_WITHIN
            )
        return mark

    async def repair(self, given: RepairRecordsInput, told: Callable[[RepairProgress], None]) -> RecordsRepair:
        """Has the records repaired and waits for it. Ending the wait does not end the repair.

        Raises `NotPermitted` for who is no administrator, `Refused` while a repair is under way.
        """
        with answered(self._gateway.task_queue, UNTOLD):
            update = await self._handle.start_update(
                "repair",
                given,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                result_type=RecordsRepair,
                rpc_timeout=ACCEPTED_WITHIN,
            )
            waiting: asyncio.Future[RecordsRepair] = asyncio.ensure_future(update.result())
            while True:
                done, _ = await asyncio.wait((waiting,), timeout=LOOK_EVERY)
                if done:
                    return await waiting
                if (progress := await self.progress()) is not None:
                    told(progress)

    async def progress(self) -> RepairProgress | None:
        """How far a repair has come; none where none is under way."""
        described = (await self._handle.describe()).raw_description
        for pending in described.pending_activities:
            if pending.heartbeat_details.payloads:
                payloads = list(pending.heartbeat_details.payloads)
                (progress,) = await self._gateway.client.data_converter.decode(payloads, [RepairProgress])
                return progress if isinstance(progress, RepairProgress) else None
        return None
