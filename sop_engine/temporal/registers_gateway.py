"""What the command line asks of registers, and has kept in them."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.registers import (
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
from sop_engine.temporal.batches import in_batches
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.own_workflows import ANSWERED_WITHIN, carried_out
from sop_engine.temporal.queues import (
    CHECK_ROWS,
    KEEP_REGISTER,
    LIST_REGISTERS,
    LIST_ROW_CHANGES,
    LIST_ROWS,
    register_id,
)

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

    async def all_rows(self, asked: ListRowsInput) -> AsyncIterator[RowLine]:
        """Every row that is asked for, in the order of their keys."""
        after = ""
        while found := (await self.rows(asked.model_copy(update={"after": after, "limit": PAGE}))).rows:
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
            checked = await self._gateway.read(CHECK_ROWS, part, RowsCheck, within=ANSWERED_WITHIN)
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
        return await carried_out(
            self._gateway,
            KEEP_REGISTER,
            part,
            KeptRows,
            id=register_id(self._gateway.task_queue, str(uuid4())),
            said=f"{part.register_name}: {len(part.rows)} rows by {part.actor}",
            late="No worker has answered yet; the rows may still be kept. "
            f"`sop register history {part.register_name}` says so",
        )


def _parts(given: KeepRowsInput) -> Iterator[KeepRowsInput]:
    """The rows in messages that the server takes. Raises `InvalidInput` for a row that fits into none."""
    for rows in in_batches(given.rows, PART_ROWS, "the row"):
        yield given.model_copy(update={"rows": rows})
