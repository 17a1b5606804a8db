"""Reports as tables, in one shape for all: what is asked, and what comes back to be shown, written or printed."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from sop_engine.cases.contracts.base import Contract
from sop_engine.timekeeping.instants import Day

ReportName = Literal["ageing", "margin", "statement", "tax", "cod", "freight-ratio"]
Side = Literal["receivable", "payable"]
CellKind = Literal["text", "amount", "integer", "share", "date"]


class ReportInput(Contract):
    """Which report, of what. A report takes no notice of what does not concern it."""

    name: ReportName
    on: Day | None = None
    """The day as it stood in the evening; today in China when absent."""
    since: Day | None = None
    until: Day | None = None
    """Both ends belong to the period."""
    month: str | None = Field(default=None, pattern=r"^(19|2\d)\d{2}-(0[1-9]|1[0-2])$")
    """An accounting month."""
    party: str | None = None
    side: Side = "receivable"
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=2_000, ge=1, le=5_000)

    @field_validator("until")
    @classmethod
    def _begins_before_it_ends(cls, until: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if until is not None and since is not None and until < since:
            raise ValueError(f"{until} lies before the first day, {since}")
        return until


class ReportColumn(Contract):
    key: str
    title: dict[str, str]
    kind: CellKind = "text"


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
