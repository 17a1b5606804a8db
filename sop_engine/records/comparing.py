"""What the records say of a case beside what its replayed history says, as differences in words.

What the history says is published into a database of its own, by the very publisher that wrote the records.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Engine, Table, select

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.records import Difference
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.records.cases import CaseRow, ChildRow, ClockRow, ReferenceRow, StepRow, TaskRow
from sop_engine.records.columns import Row
from sop_engine.records.endings import Endings
from sop_engine.records.engine import scratch
from sop_engine.records.file_uses import FileUseRow
from sop_engine.records.publishing import Publisher
from sop_engine.records.streams import WatchRow

SHOWN = 80
"""Characters shown of a value."""

KEYS: Mapping[type[Row], tuple[str, ...]] = {
    CaseRow: (),
    ReferenceRow: ("field", "value"),
    TaskRow: ("key",),
    ClockRow: ("key",),
    ChildRow: ("child_id",),
    WatchRow: ("stream", "rule", "subject_key"),
    FileUseRow: ("kind", "name", "version"),
}
"""By what the rows of one case are told apart."""

Rows = dict[tuple[Any, ...], dict[str, Any]]


class Said(NamedTuple):
    """The rows of one case: its journal, and the rest by table."""

    journal: Rows
    """By step; what was superseded is not among it."""
    tables: dict[str, Rows]
    own_dues: Mapping[str, datetime | None] = MappingProxyType({})
    """Task -> what it was due by its own clocks alone, as releases before the present one wrote it into its row. It is
    no difference: the row gets the deadline that counts with the case's next step."""

    @property
    def last_step(self) -> int:
        return max((step for (step,) in self.journal), default=0)


def read_said(engine: Engine, case_id: str) -> Said:
    """What a database says of a case."""
    step = StepRow.table()
    chosen = select(step).where(step.c.case_id == case_id, ~step.c.superseded).order_by(step.c.step)
    with engine.connect() as connection:
        journal = {(row.step,): dict(row._mapping) for row in connection.execute(chosen)}
        tables = {
            model.table().name: {
                tuple(row._mapping[key] for key in keys): dict(row._mapping)
                for row in connection.execute(select(model.table()).where(model.table().c.case_id == case_id))
            }
            for model, keys in KEYS.items()
        }
    return Said(journal, tables)


def replayed_said(case_id: str, published: Sequence[PublishInput], end: CaseEnd | None = None) -> Said:
    """What the records would say if they had been written by these publications alone, and by how the case ended."""
    engine = scratch()
    try:
        tables: list[Table] = [StepRow.table(), *(model.table() for model in KEYS)]
        CaseRow.metadata.create_all(engine, tables)
        publisher = Publisher(engine)
        for given in published:
            publisher.publish(given)
        if end is not None:
            Endings(engine).close(end)
        own_dues = {task.key: task.due_at for given in published for task in given.tasks}
        return read_said(engine, case_id)._replace(own_dues=own_dues)
    finally:
        engine.dispose()


def differences(case_id: str, kept: Said, lived: Said, first_step: int = 1) -> list[Difference]:
    """Where the records differ from the history; steps before the first one are not compared."""
    found: list[Difference] = []

    def differs(table: str, what: str) -> None:
        found.append(Difference(case_id=case_id, table=table, what=what))

    missing = [step for (step,) in lived.journal if (step,) not in kept.journal]
    foreign = [step for (step,) in kept.journal if (step,) not in lived.journal and step >= first_step]
    if missing:
        differs("steps", f"the journal lacks {_ranges(missing)}")
    if foreign:
        differs("steps", f"the journal has {_ranges(foreign)}, which the case does not know")
    if first_step == 1 and (holes := _holes(kept.journal)):
        differs("steps", f"the journal is broken: {_ranges(holes)} is not there")
    for key in lived.journal.keys() & kept.journal.keys():
        for words in _unlike(kept.journal[key], lived.journal[key]):
            differs("steps", f"step {key[0]}: {words}")
    for table, rows in lived.tables.items():
        own = kept.tables[table]
        # A release that finds cases by more of their fields finds those of an earlier one with their next step.
        found_by = {field for field, _ in own} if table == ReferenceRow.table().name else None
        for key in sorted(rows.keys() | own.keys(), key=str):
            named = " ".join(map(str, key)) or "the case"
            if key not in own:
                if found_by is None or key[0] in found_by:
                    differs(table, f"{named} is missing")
            elif key not in rows:
                differs(table, f"{named} is not the case's")
            else:
                is_earlier = table == TaskRow.table().name and own[key]["due_at"] == lived.own_dues.get(key[0])
                expected = {**rows[key], "due_at": own[key]["due_at"]} if is_earlier else rows[key]
                for words in _unlike(own[key], expected):
                    differs(table, f"{named}: {words}")
    return found


def _unlike(kept: Mapping[str, Any], lived: Mapping[str, Any]) -> Iterator[str]:
    for column, value in lived.items():
        if kept[column] != value:
            yield f"{column} is {_shown(kept[column])}, by the history {_shown(value)}"


def _holes(journal: Rows) -> list[int]:
    last = max((step for (step,) in journal), default=0)
    return [step for step in range(1, last) if (step,) not in journal]


def _ranges(steps: Iterable[int]) -> str:
    """`steps 3 to 7 and 9`."""
    spans: list[list[int]] = []
    for step in sorted(steps):
        if spans and spans[-1][1] == step - 1:
            spans[-1][1] = step
        else:
            spans.append([step, step])
    words = [str(first) if first == last else f"{first} to {last}" for first, last in spans]
    return ("step " if len(words) == 1 and "to" not in words[0] else "steps ") + ", ".join(words)


def _shown(value: Any) -> str:
    text = repr(value) if not hasattr(value, "isoformat") else value.isoformat()
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
