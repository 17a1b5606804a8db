"""What the command line and other programs ask of streams, and bring to them."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of, too_large
from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.contracts.streams import (
    PART_READINGS,
    CheckReadingsInput,
    ReadingsCheck,
    ShowStreamInput,
    StreamList,
    StreamShown,
    StreamsInput,
    TakenReadings,
    TakeReadingsInput,
)
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import NO_WORKER, CaseGateway, refusal
from sop_engine.temporal.queues import CHECK_READINGS, LIST_STREAMS, SHOW_STREAM, TAKE_STREAM, readings_id
from sop_engine.temporal.texts import summary

TAKEN_WITHIN = timedelta(minutes=2)
ENDS_WITHIN = timedelta(minutes=30)
"""After so long without a worker a batch is given up by the server."""


class StreamsGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def streams(self, name: str | None = None) -> StreamList:
        """All streams, or one. Raises `NotFound`."""
        return await self._gateway.read(LIST_STREAMS, StreamsInput(stream_name=name), StreamList)

    async def stream(self, name: str) -> StreamSpec:
        """A stream as the worker has it. Raises `NotFound`."""
        (line,) = (await self.streams(name)).streams
        return StreamSpec.model_validate(line.written)

    async def shown(self, asked: ShowStreamInput) -> StreamShown:
        """Raises `NotFound` for a stream or a subject that is not there."""
        return await self._gateway.read(SHOW_STREAM, asked, StreamShown)

    async def check(self, given: TakeReadingsInput, now: datetime) -> ReadingsCheck:
        """What `take` would do, or every fault. Raises `NotPermitted` for who may not bring readings."""
        would, faults = TakenReadings(), list[Fault]()
        for part in _parts(given):
            asked = CheckReadingsInput(given=part, now=now)
            checked = await self._gateway.read(CHECK_READINGS, asked, ReadingsCheck, within=TAKEN_WITHIN)
            would, faults = would + checked.would, [*faults, *checked.faults]
        return ReadingsCheck(would=would, faults=tuple(faults))

    async def take(self, given: TakeReadingsInput) -> TakenReadings:
        """Brings readings: as many as one message holds in one transaction, more of them part by part.

        Asked again, it goes on where it ended: a reading that is known is passed over. Raises `InvalidInput` with every
        fault, `NotPermitted`.
        """
        taken = TakenReadings()
        for part in _parts(given):
            taken += await self._take(part)
        return taken

    async def _take(self, part: TakeReadingsInput) -> TakenReadings:
        client, queue = self._gateway.client, self._gateway.task_queue
        try:
            handle = await client.start_workflow(
                TAKE_STREAM,
                part,
                id=readings_id(queue, str(uuid4())),
                task_queue=queue,
                result_type=TakenReadings,
                execution_timeout=ENDS_WITHIN,
                static_summary=summary(f"{part.stream_name}: {len(part.rows)} readings by {part.actor}"),
            )
            taken: TakenReadings = await asyncio.wait_for(handle.result(), TAKEN_WITHIN.total_seconds())
        except WorkflowFailureError as error:
            raise refusal(error.cause) from None
        except TimeoutError:
            what = "No worker has answered yet; the readings may still be taken"
            raise UnreachableError(f"{what}. The same command goes on where this one ended") from None
        except RPCError as error:
            raise UnreachableError(f"{NO_WORKER.format(queue=queue)} ({error.message})") from None
        return taken


def _parts(given: TakeReadingsInput) -> Iterator[TakeReadingsInput]:
    """The readings in messages that the server takes. Raises `InvalidInput` for one that fits into none."""
    most = MESSAGE_BYTES - RESERVE_BYTES
    part: list[GivenRow] = []
    bytes_of_part = 0
    for row in given.rows:
        size = size_of(row) + 1
        if size > most:
            raise InvalidInput(too_large(row.place or "the reading", size, most))
        if part and (bytes_of_part + size > most or len(part) == PART_READINGS):
            yield given.model_copy(update={"rows": tuple(part)})
            part, bytes_of_part = [], 0
        part.append(row)
        bytes_of_part += size
    if part:
        yield given.model_copy(update={"rows": tuple(part)})
