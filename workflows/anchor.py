"""The workflow that remembers which records the cases of a task queue belong to, and how far those have come.

It is told by signals, and its history is what it knows: anybody can send a signal, so workers take from it what has
their records' seal. An administrator's updates change what is known in any other way; each is in the history with who
asked and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import NotPermitted, Refused, SopError
from sop_engine.cases.contracts.records import (
    AdoptRecords,
    AdoptRecordsInput,
    RecallRecords,
    RecordsMark,
    RecordsRepair,
    RepairRecords,
    RepairRecordsInput,
)
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import ADOPT_RECORDS, RECALL_RECORDS, RECORDS_ANCHOR, REPAIR_RECORDS, TOLD
from workflows.errands import ATTEMPT, PATIENT, SILENT

TELLINGS = 100
"""Messages after which it goes on in a new run: its history is read each minute."""
RECALLS = 10
"""How often it looks again for what was told while it looked. What is left out is told again within a minute."""
REPAIRED_WITHIN = timedelta(days=2)


@workflow.defn(name=RECORDS_ANCHOR)
class RecordsAnchor:
    """One per task queue; ends never."""

    @workflow.init
    def __init__(self, known: RecordsMark) -> None:
        self._heard = 0
        self._is_changing = False
        self._changed: RecordsMark | None = None

    @workflow.run
    async def run(self, known: RecordsMark) -> None:
        for _ in range(RECALLS):
            await workflow.wait_condition(lambda: self._heard >= TELLINGS and workflow.all_handlers_finished())
            if not workflow.patched("seals"):
                workflow.continue_as_new(known)
            heard, recalled = self._heard, await self._recall()
            if heard == self._heard:
                break
        workflow.continue_as_new(self._changed or recalled)

    @workflow.signal(name=TOLD, description="A worker tells how far the records have come")
    def told(self, mark: RecordsMark) -> None:
        self._heard += 1

    @workflow.update(name="adopt", description=AdoptRecordsInput.__doc__)
    async def adopt(self, given: AdoptRecordsInput) -> RecordsMark:
        with self._changing():
            mark: RecordsMark = await workflow.execute_activity(
                ADOPT_RECORDS,
                AdoptRecords(given=given),
                result_type=RecordsMark,
                start_to_close_timeout=ATTEMPT,
                retry_policy=PATIENT,
                summary=f"{given.actor}: {given.reason}"[:100],
            )
            self._take(mark)
        return mark

    @adopt.validator
    def check_adopt(self, given: AdoptRecordsInput) -> None:
        self._check(given.actor)

    @workflow.update(name="repair", description=RepairRecordsInput.__doc__)
    async def repair(self, given: RepairRecordsInput) -> RecordsRepair:
        with self._changing():
            done: RecordsRepair = await workflow.execute_activity(
                REPAIR_RECORDS,
                RepairRecords(given=given),
                result_type=RecordsRepair,
                start_to_close_timeout=REPAIRED_WITHIN,
                heartbeat_timeout=SILENT,
                retry_policy=PATIENT,
                summary=given.actor,
            )
            self._take(done.mark)
        return done

    @repair.validator
    def check_repair(self, given: RepairRecordsInput) -> None:
        self._check(given.actor)

    def _check(self, actor: str) -> None:
        """Refuses who is no administrator, before anything reaches history."""
        firm = PRESENT.organization
        person = firm.people.get(actor) if firm is not None else None
        refusal: SopError | None = None
        if person is None or not person.administrator:
            refusal = NotPermitted(f"{actor} is no administrator")
        elif self._is_changing:
            refusal = Refused("the records are being repaired or adopted already")
        if refusal is not None:
            raise to_failure(refusal)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        self._is_changing = True
        try:
            yield
        except ActivityError as error:
            raise error.cause or error from None
        finally:
            self._is_changing = False

    def _take(self, mark: RecordsMark) -> None:
        """Knows these records from here on, whatever was known: the next run begins with them."""
        self._changed, self._heard = mark, TELLINGS

    async def _recall(self) -> RecordsMark:
        if self._changed is not None:
            return self._changed
        known: RecordsMark = await workflow.execute_activity(
            RECALL_RECORDS,
            RecallRecords(),
            result_type=RecordsMark,
            start_to_close_timeout=ATTEMPT,
            retry_policy=PATIENT,
        )
        return known
