"""Readings in files: CSV, workbooks and JSON lines, with the place of each."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.written.register_columns import Line
from sop_engine.cases.written.stream import AT, ID, StreamSpec
from sop_engine.console.file_faults import read_file
from sop_engine.console.row_files import MOST_ROWS, read_rows

JSON_LINES = (".jsonl", ".ndjson")
STANDARD_INPUT = "-"
"""In place of a file: JSON lines from another program."""


class ReadingFile(NamedTuple):
    """The readings of a file, and what cannot be read of it."""

    rows: Sequence[GivenRow]
    faults: Sequence[Fault]


def read_readings(spec: StreamSpec, path: Path, sheet: str | None) -> ReadingFile:
    """Reads a file. Raises `InvalidInput` for one of another kind, and for one with too many readings."""
    if str(path) == STANDARD_INPUT or path.suffix.lower() in JSON_LINES:
        return _json_lines(path, read_file(path))
    found = read_rows(path, sheet)
    faults = [*_head_faults(spec, found.head), *found.faults]
    allowed = f"{len(found.head)}, as the first row names them"
    faults += [
        Fault(f"row {line.number}", f"has {len(line.cells)} cells", allowed)
        for line in found.lines
        if any(cell.strip() for cell in line.cells[len(found.head) :])
    ]
    return ReadingFile([] if faults else list(_rows(found.head, found.lines)), faults)


def _json_lines(path: Path, text: str) -> ReadingFile:
    rows: list[GivenRow] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values: Any = json.loads(line)
        except ValueError as error:
            faults.append(Fault(f"row {number}", f"is no JSON: {error}", "one JSON object in each line"))
            continue
        if not isinstance(values, dict):
            faults.append(Fault(f"row {number}", "is no JSON object", '{"at": "2026-03-02T17:00:00+08:00", …}'))
            continue
        rows.append(GivenRow(place=f"row {number}", values=values))
        if len(rows) > MOST_ROWS:
            fault = Fault(str(path), f"has more than {MOST_ROWS:,} readings", "several files")
            raise InvalidInput("The file cannot be read", [fault])
    return ReadingFile(rows, faults)


def _head_faults(spec: StreamSpec, head: Sequence[str]) -> Iterator[Fault]:
    columns = (AT, ID, *spec.fields)
    allowed = ", ".join(columns)
    for index, name in enumerate(head):
        where = f"column {index + 1}"
        if not name:
            yield Fault(where, "has no name in the first row", allowed)
        elif head.index(name) != index:
            yield Fault(where, f"{name!r} is the name of column {head.index(name) + 1} already")
        elif name not in columns:
            yield Fault(where, f"unknown column {name!r}{suggestion(name, columns)}", allowed)
    needed = (AT, *(name for name, field in spec.fields.items() if field.required))
    for name in needed:
        if name not in head:
            yield Fault("columns", f"{name!r} is missing", name)


def _rows(head: Sequence[str], lines: Iterable[Line]) -> Iterator[GivenRow]:
    for number, cells in lines:
        if any(cell.strip() for cell in cells):
            values = {name: cell for name, cell in zip(head, cells, strict=False) if cell.strip()}
            yield GivenRow(place=f"row {number}", values=values)
