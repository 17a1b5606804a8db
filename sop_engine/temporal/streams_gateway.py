"""What the command line and other programs ask of streams, and bring to them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from sop_engine.basis.faults import Fault
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
from sop_engine.temporal.batches import in_batches
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_workflows import ANSWERED_WITHIN, carried_out
from sop_engine.temporal.queues import CHECK_READINGS, LIST_STREAMS, SHOW_STREAM, TAKE_STREAM, readings_id


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
            checked = await self._gateway.read(CHECK_READINGS, asked, ReadingsCheck, within=ANSWERED_WITHIN)
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
        return await carried_out(
            self._gateway,
            TAKE_STREAM,
            part,
            TakenReadings,
            id=readings_id(self._gateway.task_queue, str(uuid4())),
            said=f"{part.stream_name}: {len(part.rows)} readings by {part.actor}",
            late="No worker has answered yet; the readings may still be taken. "
            "The same command goes on where this one ended",
        )


def _parts(given: TakeReadingsInput) -> Iterator[TakeReadingsInput]:
    """The readings in messages that the server takes. Raises `InvalidInput` for one that fits into none."""
    for rows in in_batches(given.rows, PART_READINGS, "the reading"):
        yield given.model_copy(update={"rows": rows})
