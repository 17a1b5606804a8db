"""Rows of a register in files: CSV and workbooks, read as text by line and column, and written."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.legible import legible
from sop_engine.cases.written.register_columns import Line
from sop_engine.console.file_faults import read_file
from sop_engine.console.report_files import ESCAPED

KINDS = (".csv", ".xlsx")
MOST_ROWS = 50_000


class RowFile(NamedTuple):
    """What a file says: the names of its columns, its other lines, and what cannot be read of them."""

    head: Sequence[str]
    lines: Sequence[Line]
    faults: Sequence[Fault] = ()


def read_rows(path: Path, sheet: str | None = None) -> RowFile:
    """Reads a file. Raises `InvalidInput` for one that is no table."""
    kind = path.suffix.lower()
    if kind == ".csv":
        if sheet is not None:
            raise InvalidInput("A CSV file has no sheets", [Fault("--sheet", "is for a workbook", ".xlsx")])
        return _read_csv(path)
    if kind == ".xlsx":
        return _read_workbook(path, sheet)
    raise InvalidInput("The file cannot be read", [Fault(str(path), f"{kind or 'no ending'!r} is no table", _kinds())])


def write_rows(path: Path, title: str, head: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """The content of a file of the kind that its name says. Raises `InvalidInput` for another kind."""
    lines = [[legible(cells.get(column, "")) for column in head] for cells in rows]
    match path.suffix.lower():
        case ".csv":
            return _as_csv(head, lines)
        case ".xlsx":
            return _as_workbook(title, head, lines)
        case kind:
            what = f"{kind or 'no ending'!r} is no kind of table"
            raise InvalidInput("The file cannot be written", [Fault(str(path), what, _kinds())])


def _kinds() -> str:
    return ", ".join(KINDS)


def _read_csv(path: Path) -> RowFile:
    text = read_file(path).removeprefix("\ufeff")
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    numbered: list[Line] = []
    try:
        first = 1
        for cells in reader:
            numbered.append(Line(first, [_unquoted(cell) for cell in cells]))
            first = reader.line_num + 1
            _limit(path, len(numbered))
    except csv.Error as error:
        raise InvalidInput(
            "The file cannot be read", [Fault(f"{path}:{reader.line_num}", str(error), "CSV in UTF-8")]
        ) from None
    return _with_head(path, numbered)


def _read_workbook(path: Path, sheet: str | None) -> RowFile:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        content = path.read_bytes()
        shown, written = (load_workbook(BytesIO(content), read_only=True, data_only=only) for only in (True, False))
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        what = getattr(error, "strerror", None) or "is no workbook"
        raise InvalidInput("The file cannot be read", [Fault(str(path), what, "a workbook (.xlsx)")]) from None
    name = _sheet(path, sheet, {each.title: _is_used(each) for each in shown.worksheets})
    numbered: list[Line] = []
    faults: list[Fault] = []
    pairs = zip(shown[name].iter_rows(values_only=True), written[name].iter_rows(values_only=True), strict=False)
    for number, (values, formulas) in enumerate(pairs, start=1):
        cells: list[str] = []
        for index, (value, formula) in enumerate(zip(values, formulas, strict=False), start=1):
            is_formula = isinstance(formula, str) and formula.startswith("=")
            if (is_formula and value is None) or (isinstance(value, str) and _is_error(value)):
                what = f"{value or formula} has no value; save the workbook where it is calculated"
                faults.append(Fault(f"row {number}, column {get_column_letter(index)}", what, "a value"))
            cells.append(_text(value))
        numbered.append(Line(number, cells))
        _limit(path, len(numbered))
    return _with_head(path, numbered)._replace(faults=faults)


def _is_used(sheet: Any) -> bool:
    return any(value is not None for row in sheet.iter_rows(max_row=50, values_only=True) for value in row)


def _sheet(path: Path, wanted: str | None, sheets: Mapping[str, bool]) -> str:
    """The sheet that is asked for, or the only one that holds anything."""
    used = [name for name, is_used in sheets.items() if is_used]
    if wanted is not None and wanted not in sheets:
        raise InvalidInput("The file cannot be read", [Fault("--sheet", f"no sheet {wanted!r}", ", ".join(sheets))])
    if wanted is None and len(used) != 1:
        what = f"{len(used)} sheets hold something" if used else "no sheet holds anything"
        fault = Fault(str(path), what, f"--sheet with one of: {', '.join(used)}" if used else "a row of column names")
        raise InvalidInput("The file cannot be read", [fault])
    return wanted if wanted is not None else used[0]


def _is_error(value: str) -> bool:
    return value in ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


def _text(value: Any) -> str:
    """A cell as a person would type it; days without a time of day are days."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            is_day = not (value.hour or value.minute or value.second or value.microsecond)
            return value.date().isoformat() if is_day else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _with_head(path: Path, numbered: Sequence[Line]) -> RowFile:
    if not numbered:
        raise InvalidInput("The file cannot be read", [Fault(str(path), "is empty", "a row of column names")])
    head = [cell.strip() for cell in numbered[0].cells]
    while head and not head[-1]:
        head.pop()
    return RowFile(head, numbered[1:])


def _limit(path: Path, rows: int) -> None:
    if rows > MOST_ROWS + 1:
        fault = Fault(str(path), f"has more than {MOST_ROWS:,} rows", "several files")
        raise InvalidInput("The file cannot be read", [fault])


def _unquoted(cell: str) -> str:
    """Without the quote that keeps a spreadsheet from taking a text for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(ESCAPED) else cell


def _as_csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(head)
    writer.writerows([f"'{cell}" if cell.startswith(ESCAPED) else cell for cell in line] for line in lines)
    return written.getvalue().encode("utf-8-sig")


def _as_workbook(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """Every cell is text, so that numbers keep their zeros and nothing becomes a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:31]
    for position, name in enumerate(head, start=1):
        sheet.cell(1, position, name).font = Font(bold=True)
    for row, line in enumerate(lines, start=2):
        for position, text in enumerate(line, start=1):
            if text:
                cell = sheet.cell(row, position, text)
                cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "A2"
    written = BytesIO()
    book.save(written)
    return written.getvalue()
