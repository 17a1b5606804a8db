"""What the command line asks of registers, and has kept in them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowFailureError
from temporalio.service import RPCError

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of, too_large
from sop_engine.cases.contracts.registers import (
    GivenRow,
    KeepRowsInput,
    KeptRows,
    ListChangesInput,
    ListRowsInput,
    RegisterList,
    RegistersInput,
    RowChanges,
    RowLine,
    RowList,
    RowsCheck,
)
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.gateway import NO_WORKER, CaseGateway, refusal
from sop_engine.temporal.queues import (
    CHECK_ROWS,
    KEEP_REGISTER,
    LIST_REGISTERS,
    LIST_ROW_CHANGES,
    LIST_ROWS,
    register_id,
)
from sop_engine.temporal.texts import summary

KEPT_WITHIN = timedelta(minutes=2)
ENDS_WITHIN = timedelta(minutes=30)
"""After so long without a worker a command is given up by the server."""
PART_ROWS = 2_000
PAGE = 500


class RegistersGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def registers(self, name: str | None = None) -> RegisterList:
        """All registers, or one. Raises `NotFound`."""
        return await self._gateway.read(LIST_REGISTERS, RegistersInput(register_name=name), RegisterList)

    async def register(self, name: str) -> RegisterSpec:
        """A register as the worker has it. Raises `NotFound`."""
        (line,) = (await self.registers(name)).registers
        return RegisterSpec.model_validate(line.written)

    async def rows(self, asked: ListRowsInput) -> RowList:
        """Raises `NotFound` for a register or a key that is not there."""
        return await self._gateway.read(LIST_ROWS, asked, RowList)

    async def all_rows(self, name: str) -> AsyncIterator[RowLine]:
        """Every row of a register, in the order of their keys."""
        after = ""
        while found := (await self.rows(ListRowsInput(register_name=name, after=after, limit=PAGE))).rows:
            for row in found:
                yield row
            after = found[-1].key

    async def history(self, asked: ListChangesInput) -> RowChanges:
        """Raises `NotFound` for a register or a key that is not there."""
        return await self._gateway.read(LIST_ROW_CHANGES, asked, RowChanges)

    async def check(self, given: KeepRowsInput) -> RowsCheck:
        """What `keep` would change, or every fault. Raises `NotPermitted` for who may not keep the register."""
        would, faults = KeptRows(), list[Fault]()
        for part in _parts(given):
            checked = await self._gateway.read(CHECK_ROWS, part, RowsCheck, within=KEPT_WITHIN)
            would, faults = would + checked.would, [*faults, *checked.faults]
        return RowsCheck(would=would, faults=tuple(faults))

    async def keep(self, given: KeepRowsInput) -> KeptRows:
        """Keeps rows: as many as one message holds in one transaction, more of them part by part.

        Asked again, it goes on where it ended: rows that change nothing are not changed. Raises `InvalidInput` with
        every fault, `NotPermitted`.
        """
        kept = KeptRows()
        for part in _parts(given):
            kept += await self._keep(part)
        return kept

    async def _keep(self, part: KeepRowsInput) -> KeptRows:
        client, queue = self._gateway.client, self._gateway.task_queue
        try:
            handle = await client.start_workflow(
                KEEP_REGISTER,
                part,
                id=register_id(queue, str(uuid4())),
                task_queue=queue,
                result_type=KeptRows,
                execution_timeout=ENDS_WITHIN,
                static_summary=summary(f"{part.register_name}: {len(part.rows)} rows by {part.actor}"),
            )
            kept: KeptRows = await asyncio.wait_for(handle.result(), KEPT_WITHIN.total_seconds())
        except WorkflowFailureError as error:
            raise refusal(error.cause) from None
        except TimeoutError:
            what = "No worker has answered yet; the rows may still be kept"
            raise UnreachableError(f"{what}. `sop register history {part.register_name}` says so") from None
        except RPCError as error:
            raise UnreachableError(f"{NO_WORKER.format(queue=queue)} ({error.message})") from None
        return kept


def _parts(given: KeepRowsInput) -> Iterator[KeepRowsInput]:
    """The rows in messages that the server takes. Raises `InvalidInput` for a row that fits into none."""
    for rows in _split(given.rows, MESSAGE_BYTES - RESERVE_BYTES):
        yield given.model_copy(update={"rows": rows})


def _split(rows: Iterable[GivenRow], most: int) -> Iterator[Sequence[GivenRow]]:
    part: list[GivenRow] = []
    bytes_of_part = 0
    for row in rows:
        size = size_of(row) + 1
        if size > most:
            raise InvalidInput(too_large(row.place or "the row", size, most))
        if part and (bytes_of_part + size > most or len(part) == PART_ROWS):
            yield tuple(part)
            part, bytes_of_part = [], 0
        part.append(row)
        bytes_of_part += size
    if part:
        yield tuple(part)
