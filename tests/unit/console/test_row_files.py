"""Tables that people make: read by line and column as text, refused where they are none, read again as written."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.written.register_columns import flat, head_of
from sop_engine.console.register import _read
from sop_engine.console.row_files import read_rows, write_rows
from tests.unit.cases.register_samples import clients


def workbook(path: Path, *rows: Any, title: str = "Clients", more: dict[str, Any] | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, cell in (more or {}).items():
        book.create_sheet(name).append([cell])
    book.save(path)
    return path


def refused(path: Path, sheet: str | None = None) -> str:
    with pytest.raises(InvalidInput) as caught:
        read_rows(path, sheet)
    return str(caught.value)


def test_cells_of_a_workbook_are_what_a_person_would_type(tmp_path: Path) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None)
    path = workbook(tmp_path / "a.xlsx", ["client_no", "since", None], [1001, day, 0.25], [7.0, date(2026, 3, 3), True])
    found = read_rows(path)
    assert found.head == ["client_no", "since"]
    assert [line.number for line in found.lines] == [2, 3]
    assert [list(line.cells) for line in found.lines] == [["1001", "2026-03-02", "0.25"], ["7", "2026-03-03", "yes"]]


def test_a_cell_without_its_value_is_a_fault_with_row_and_column(tmp_path: Path) -> None:
    found = read_rows(workbook(tmp_path / "a.xlsx", ["client_no", "name"], ["C-1", "=A2"], ["#N/A", "Sea"]))
    assert [fault.where for fault in found.faults] == ["row 2, column B", "row 3, column A"]
    assert "=A2 has no value" in found.faults[0].what


def test_of_several_sheets_one_is_asked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["client_no"], ["C-1"], more={"Other": "x", "Empty": None})
    assert "2 sheets hold something (allowed: --sheet with one of: Clients, Other)" in refused(path)
    assert "no sheet 'clients' (allowed: Clients, Other, Empty)" in refused(path, "clients")
    assert read_rows(path, "Clients").head == ["client_no"]


def test_what_is_no_table_is_refused_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    assert "is no workbook" in refused(broken)
    assert "cannot be read" in refused(tmp_path / "none.csv")
    assert "is no table (allowed: .csv, .xlsx)" in refused(tmp_path / "a.ods")
    for content, said in ((b"", "is empty"), ("编号".encode("gbk"), "is not of UTF-8"), (b'a,"b\nc', "unexpected end")):
        (tmp_path / "a.csv").write_bytes(content)
        assert said in refused(tmp_path / "a.csv"), content


def test_lines_of_a_csv_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('client_no,name\nC-1,"two\nlines"\n\nC-2,"=x"\n', encoding="utf-8-sig")
    found = read_rows(tmp_path / "a.csv")
    assert [(line.number, list(line.cells)) for line in found.lines if line.cells] == [
        (2, ["C-1", "two\nlines"]),
        (5, ["C-2", "=x"]),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_is_written_is_read_as_it_was(name: str, tmp_path: Path) -> None:
    spec = clients()
    rows: list[dict[str, Any]] = [
        {"client_no": "001", "name": "=SUM(A1)", "grade": "A", "limit": {"amount": "10.00", "currency": "CNY"}},
        {"client_no": "002", "name": "+86 海运", "grade": "B", "contacts": [{"name": "Li", "email": "li@sea.example"}]},
    ]
    head = head_of(spec, rows)
    path = tmp_path / name
    path.write_bytes(write_rows(path, "客户", head, (flat(spec, row) for row in rows)))
    read, faults = _read(spec, path, None)
    assert faults == []
    assert [row.place for row in read] == ["row 2", "row 3"]
    filled = [{name: value for name, value in row.values.items() if value is not None} for row in read]
    assert filled == [{**rows[0], "limit": "CNY 10.00"}, rows[1]]


def test_a_file_with_a_wrong_column_still_tells_the_faults_of_all_others(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("client_no,naem,grade\nC-1,Sea,A\nC-2,Air,Z\n", encoding="utf-8")
    rows, faults = _read(clients(), path, None)
    assert [row.values["client_no"] for row in rows] == ["C-1"]
    assert [str(fault).partition(" (")[0] for _, fault in faults] == [
        "column 2: unknown column 'naem', did you mean name?",
        "row 3, grade: 'Z' is not among the choices",
    ]


def test_forty_faults_in_a_thousand_rows_are_all_found(tmp_path: Path) -> None:
    lines = ["client_no,name,grade,discount,contacts.0.name,contacts.0.email"]
    for number in range(1000):
        grade = "Z" if number % 50 == 0 else "A"
        email = "nobody" if number % 50 == 25 else "li@sea.example"
        lines.append(f"C-{number},Sea {number},{grade},0.1,Li,{email}")
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    rows, faults = _read(clients(), path, None)
    assert (len(rows), len(faults)) == (960, 40)
    assert {fault.where for _, fault in faults} == {
        *(f"row {number + 2}, grade" for number in range(0, 1000, 50)),
        *(f"row {number + 2}, contacts.0.email" for number in range(25, 1000, 50)),
    }
