"""Reports as tables, in one shape for all: what is asked, and what comes back to be shown, written or printed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.viewing import Reading

CellKind = Literal["text", "amount", "integer", "decimal", "share", "date"]
Aggregate = Literal["sum", "share", "median"]
"""How one figure is made of many observations."""


class ReportInput(Reading):
    """Which report, of what, and which rows of it. The report says which parameters it has."""

    name: str
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=2_000, ge=1, le=5_000)


class ReportColumn(Contract):
    key: str
    title: dict[str, str]
    kind: CellKind = "text"
    currency: str | None = None
    """Of an amount: the key of the column in which each row says its currency."""

    @model_validator(mode="after")
    def _money_has_a_currency(self) -> Self:
        if (self.kind == "amount") != (self.currency is not None):
            raise ValueError(f"the column {self.key}: an amount, and nothing else, says where its currency stands")
        return self


class Measured(Contract):
    """What the table of a measure is drawn by."""

    aggregate: Aggregate
    unit: dict[str, str]
    by: tuple[str, ...]
    """Keys of the columns that tell the groups apart; along the last of them the groups of a picture stand."""
    figure: str
    """Key of the column that holds what is measured."""
    axis: tuple[str, ...]
    """Every value along the last of `by`, in order; also those of which there is no row."""


class ReportTable(Contract):
    """Cells as exact text, `1250.50`, `2026-03-31`, `0.05` for five percent; none where there is nothing."""

    name: str
    title: dict[str, str]
    scope: str
    """What it covers, such as `2026-03` or a party's name."""
    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int
    """Rows without the limit."""
    measured: Measured | None = None
    """Absent for a report that is no measure."""
