"""Activities that look after the records as a whole: are they fit, do they agree with Temporal, rebuild, adopt."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client

from activities.access import reads
from activities.failures import refusals
from sop_engine.cases.contracts.records import (
    UNKNOWN,
    AdoptRecords,
    CheckRecordsInput,
    RecallRecords,
    RecordsCheck,
    RecordsFitness,
    RecordsFitnessInput,
    RecordsMark,
    RecordsRepair,
    RepairRecords,
)
from sop_engine.cases.contracts.watching import LookInput, LostFound
from sop_engine.records.chains import Chains
from sop_engine.records.identity import RecordsIdentity
from sop_engine.temporal.checking import RecordsChecker
from sop_engine.temporal.histories import Histories
from sop_engine.temporal.living import LivedCases, errand_kinds
from sop_engine.temporal.lost_steps import LostSteps
from sop_engine.temporal.queues import (
    ADOPT_RECORDS,
    CHECK_RECORDS,
    LOOK_FOR_LOST,
    RECALL_RECORDS,
    RECORDS_FITNESS,
    REPAIR_RECORDS,
)
from sop_engine.temporal.records_guard import LOG, RecordsGuard
from sop_engine.temporal.repairing import RecordsRepairer, Redo
from sop_engine.temporal.replaying import CaseReplayer
from sop_engine.temporal.writes import Kind, kind_of, writes

UNDER_WAY = timedelta(seconds=15)
"""A workflow task that began longer ago has ended or timed out: the server gives it ten."""


class RecordsCare:
    """Checks and repairs a worker's records."""

    def __init__(
        self,
        engine: Engine,
        client: Client,
        task_queue: str,
        guard: RecordsGuard,
        replayer: CaseReplayer,
        methods: Sequence[Callable[..., Any]],
        redo: Redo,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self._identity = RecordsIdentity(engine)
        self._redo = redo
        signatures = [_signature(method) for method in methods]
        self._cases = LivedCases(Histories(client, task_queue, Chains(engine).of), replayer, errand_kinds(signatures))
        self._checker = RecordsChecker(engine, self._cases)
        self._lost = LostSteps(engine, self._cases)

    @reads
    @activity.defn(name=RECORDS_FITNESS)
    async def fitness(self, _: RecordsFitnessInput) -> RecordsFitness:
        """Which records these are, how far they have come, and whether the cases know them so. Changes nothing."""
        return await self._guard.judged()

    @reads
    @activity.defn(name=CHECK_RECORDS)
    async def check(self, given: CheckRecordsInput) -> RecordsCheck:
        """A page of cases, or one case, compared with what Temporal keeps. Changes nothing."""
        with refusals():
            found = await self._checker.check(given)
        if lines := len(found.differences) + len(found.unreadable) + found.more:
            first = found.unreadable[0] if found.unreadable else str(found.differences[0])
            LOG.error(
                "the records differ from the cases in %d points, such as %s: see `sop records check`", lines, first
            )
        return found

    @activity.defn(name=LOOK_FOR_LOST)
    @writes("journal")
    async def look_for_lost(self, given: LookInput) -> LostFound:
        """Sets back records that tell what a case never took, of the cases that wrote since, or within a day."""
        now = activity.info().current_attempt_scheduled_time
        until = now - UNDER_WAY
        since = given.since or now - timedelta(days=1)
        return LostFound(set_back=tuple([case_id async for case_id in self._lost.mend(since, until)]))

    @activity.defn(name=REPAIR_RECORDS)
    @writes("repair")
    async def repair(self, asked: RepairRecords) -> RecordsRepair:
        """Rebuilds from histories what the records lack; to be killed and begun again at any instant."""
        is_foreign = (await self._guard.judged()).verdict == "foreign"
        LOG.warning("%s has the records repaired", asked.given.actor)
        with refusals():
            repairer = RecordsRepairer(self._engine, self._cases, self._checker, self._redo)
            done = await repairer.repair(asked.given, await self._known(), is_foreign, activity.heartbeat)
        self._guard.changed()
        LOG.warning("the records are repaired: %d steps and %d errands were missing", done.steps, done.errands)
        return done

    @reads
    @activity.defn(name=RECALL_RECORDS)
    async def recall(self, _: RecallRecords) -> RecordsMark:
        """What the cases know of their records, with these records' seal where they can vouch for it."""
        return await self._known()

    async def _known(self) -> RecordsMark:
        return await self._guard.known() or RecordsMark(identity=UNKNOWN)

    @activity.defn(name=ADOPT_RECORDS)
    @writes("repair")
    async def adopt(self, asked: AdoptRecords) -> RecordsMark:
        """Accepts the records as they are. Registers go on from the highest number that anybody was given."""
        LOG.warning("%s adopts the records as they are: %s", asked.given.actor, asked.given.reason)
        given = asked.given
        mark = await asyncio.to_thread(self._identity.reach, await self._known(), "adopted", given.actor, given.reason)
        self._guard.changed()
        return mark


def _signature(method: Callable[..., Any]) -> tuple[str, Kind | None, type, type]:
    """An activity's name, what it writes, what it takes and what it answers."""
    definition = activity._Definition.must_from_callable(method)
    takes = definition.arg_types[0] if definition.arg_types else type(None)
    return definition.name or "", kind_of(method), takes, definition.ret_type or type(None)
