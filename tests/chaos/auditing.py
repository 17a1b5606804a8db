"""What the auditor goes by: of each case its journal, its other rows, its own word, and its histories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, Row, select
from sqlmodel import SQLModel
from temporalio.client import WorkflowHistory

from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.views import CaseView, StepView
from sop_engine.records.cases import CaseRow, ChildRow, ClockRow, StepRow, TaskRow
from sop_engine.records.documents import DocumentRow
from sop_engine.records.ledger.entries import EntryRow, LineRow
from sop_engine.records.notices import NoticeRow
from sop_engine.records.numbers import NumberRow
from sop_engine.records.outbox import OutboxRow
from tests.chaos.evidence import Evidence
from tests.integration.installation import Installation
from tests.replay.cold import ColdRun

Rows = Sequence[Row[Any]]
STEADY = 5
"""How often a case is asked anew that went on while it was looked at."""


@dataclass(frozen=True)
class Difference:
    """One thing that does not agree with another."""

    about: str
    case_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.about}: {self.case_id}: {self.what}"


@dataclass
class Found:
    """Everything that was read after the soak."""

    evidence: Evidence
    journal: Mapping[str, Rows] = field(default_factory=dict)
    superseded: int = 0
    cases: Mapping[str, Row[Any]] = field(default_factory=dict)
    tasks: Mapping[str, Rows] = field(default_factory=dict)
    clocks: Mapping[str, Rows] = field(default_factory=dict)
    children: Mapping[str, Rows] = field(default_factory=dict)
    notices: Rows = ()
    outbox: Rows = ()
    """The messages of notices that wait for something."""
    documents: Rows = ()
    numbers: Rows = ()
    entries: Rows = ()
    lines: Rows = ()
    histories: Sequence[WorkflowHistory] = ()
    replays: Sequence[ColdRun] = ()

    def read(self, engine: Engine) -> None:
        """Reads every table as it is now."""
        everything = _rows(engine, StepRow)
        standing = [row for row in everything if not row.superseded]
        self.superseded = len(everything) - len(standing)
        self.journal = {case_id: sorted(rows, key=_step) for case_id, rows in _by_case(standing).items()}
        self.cases = {row.case_id: row for row in _rows(engine, CaseRow)}
        self.tasks = _by_case(_rows(engine, TaskRow))
        self.clocks = _by_case(_rows(engine, ClockRow))
        self.children = _by_case(_rows(engine, ChildRow))
        self.notices = _rows(engine, NoticeRow)
        self.outbox = _rows(engine, OutboxRow)
        self.documents = _rows(engine, DocumentRow)
        self.numbers = _rows(engine, NumberRow)
        self.entries = _rows(engine, EntryRow)
        self.lines = _rows(engine, LineRow)


@dataclass(frozen=True)
class Word:
    """What a live case says of itself, and what the records said at that moment."""

    view: CaseView
    timeline: Sequence[StepView]
    case: Row[Any] | None
    steps: Rows
    tasks: Rows
    clocks: Rows
    children: Rows


async def word_of(house: Installation, case_id: str) -> Word | str:
    """Asks a case and reads its rows; again where it went on meanwhile. A text says why it cannot be asked."""
    word: Word | None = None
    for _ in range(STEADY):
        try:
            view = await house.view(case_id)
            timeline = await house.timeline(case_id)
        except SopError as error:
            return error.text()
        found = _rows_of(house.engine, case_id)
        word = Word(view, timeline, *found)
        last = found[1][-1].step if found[1] else 0
        if timeline and view.step == last == timeline[-1].step:
            return word
    return word or "it was never asked"


def _rows_of(engine: Engine, case_id: str) -> tuple[Row[Any] | None, Rows, Rows, Rows, Rows]:
    with engine.connect() as connection:

        def read(model: type[SQLModel]) -> list[Row[Any]]:
            table = model.metadata.tables[str(model.__tablename__)]
            return list(connection.execute(select(table).where(table.c.case_id == case_id)))

        steps = sorted((row for row in read(StepRow) if not row.superseded), key=_step)
        cases = read(CaseRow)
        return (cases[0] if cases else None), steps, read(TaskRow), read(ClockRow), read(ChildRow)


def _rows(engine: Engine, model: type[SQLModel]) -> list[Row[Any]]:
    with engine.connect() as connection:
        return list(connection.execute(select(model.metadata.tables[str(model.__tablename__)])))


def _by_case(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    sorted_out: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        sorted_out[row.case_id].append(row)
    return dict(sorted_out)


def _step(row: Row[Any]) -> int:
    return int(row.step)
