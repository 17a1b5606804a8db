"""What is said about registers: rows to be kept, rows that are kept, and who changed them.

Rows cross Temporal as text and as plain JSON; the fields of their register give them their types, on the worker.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.base import ActivityInput, Contract, ForCase
from sop_engine.cases.contracts.limits import REASON_LENGTH, TEXT_LENGTH
from sop_engine.cases.contracts.viewing import Reading


class GivenRow(Contract):
    """Fields of one row; those that are not given stay as they are."""

    place: str = ""
    """Where it stands in a file, such as `row 17`."""
    values: dict[str, Any]

    def placed(self, fault: Fault) -> Fault:
        """A fault in it with its place."""
        if not self.place:
            return fault
        where = f"{self.place}, {fault.where}" if fault.where else self.place
        return Fault(where, fault.what, fault.allowed)


class KeepRowsInput(ActivityInput):
    """Rows that a person keeps, all of them or none."""

    register_name: str = Field(max_length=TEXT_LENGTH)
    rows: tuple[GivenRow, ...] = Field(min_length=1)
    actor: str = Field(min_length=1, max_length=TEXT_LENGTH)
    reason: str = Field(min_length=1, max_length=REASON_LENGTH)


class KeepRows(ForCase):
    """Activity `keep_rows`: what a person keeps, by the workflow that was started for it."""

    key: str
    """That workflow's id: the same rows are kept once."""
    given: KeepRowsInput
    at: datetime

    @property
    def of_case(self) -> str:
        return self.key


class KeptRows(Contract):
    """What rows that were kept changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: KeptRows) -> KeptRows:
        return KeptRows(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


class RowsCheck(Contract):
    """What rows would change, or what is wrong with them."""

    would: KeptRows
    faults: tuple[Fault, ...]


class RegistersInput(ActivityInput):
    """Activity `list_registers`: all of them, or one."""

    register_name: str | None = None


class RegisterLine(Contract):
    """One register."""

    written: dict[str, Any]
    """As its file declares it, with what shared parts say written out."""
    rows: int


class RegisterList(Contract):
    registers: tuple[RegisterLine, ...]


class ListRowsInput(Reading):
    """Activity `list_rows`: rows of a register in the order of their keys."""

    register_name: str
    text: str = Field(default="", max_length=TEXT_LENGTH)
    """Only rows that hold it in any field that the reader sees; case does not matter."""
    key: str | None = None
    """Only the row that is known by it."""
    after: str = ""
    """Only rows after this key, to page on."""
    limit: int = Field(default=100, ge=1, le=1_000)


class RowLine(Contract):
    """One row as it is kept."""

    key: str
    values: dict[str, Any]
    version: int
    changed_at: datetime
    actor: str
    """Who changed it last."""


class RowList(Contract):
    rows: tuple[RowLine, ...]
    total: int
    """Of those that were asked for, before `after` and `limit`."""
    masked: tuple[str, ...] = ()
    """Places of a row that are null for this reader, filled or not."""


class ListChangesInput(Reading):
    """Activity `list_row_changes`: changes of a register or of one row, the newest first."""

    register_name: str
    key: str | None = None
    limit: int = Field(default=100, ge=1, le=1_000)


class RowChangeLine(Contract):
    """One change of one row."""

    key: str
    version: int
    kind: Literal["added", "changed"]
    at: datetime
    actor: str
    reason: str
    case_id: str | None
    """The case that kept it; none where a person did."""
    changes: dict[str, dict[str, Any]]
    """Field -> its `old` and `new` value."""


class RowChanges(Contract):
    changes: tuple[RowChangeLine, ...]
    masked: tuple[str, ...] = ()
    """Places of a row that are null for this reader."""
