"""Rows of a register as columns of text, which spreadsheets keep: `contacts.0.email` reaches into lists and records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.basis.plain import plain
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.fields import FieldSpec, read_fields
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.cases.written.register_rows import row_key


class Line(NamedTuple):
    """One line of a file."""

    number: int
    """As a person counts it in the file; the head has one, too."""
    cells: Sequence[str]


class ReadRow(NamedTuple):
    """One line as a row."""

    number: int
    key: str | None
    """None where it has a fault."""
    values: dict[str, Any]
    faults: list[Fault]


def head_faults(spec: RegisterSpec, head: Sequence[str]) -> list[Fault]:
    """What is wrong with the names of the columns."""
    faults: list[Fault] = []
    allowed = ", ".join(columns_of(spec.fields))
    for index, name in enumerate(head):
        where = f"column {index + 1}"
        if not name:
            faults.append(Fault(where, "has no name in the first row", allowed))
        elif head.index(name) != index:
            faults.append(Fault(where, f"{name!r} is the name of column {head.index(name) + 1} already"))
        elif not _is_column(spec.fields, name):
            faults.append(Fault(where, f"unknown column {name!r}{suggestion(name, columns_of(spec.fields))}", allowed))
    faults += [
        Fault("columns", f"{name!r} is missing, by which rows are known", name) for name in spec.key if name not in head
    ]
    return faults


def read_lines(spec: RegisterSpec, head: Sequence[str], lines: Iterable[Line]) -> Iterator[ReadRow]:
    """Each line as a row with what is wrong in it; one without any text is passed over. The head has no fault."""
    seen: dict[str, int] = {}
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        faults: list[Fault] = []
        if len(cells) > len(head) and any(cells[len(head) :]):
            faults.append(Fault("", f"has {len(cells)} cells", f"{len(head)}, as the first row names them"))
        values = _values(spec, dict(zip(head, (*cells, *([""] * len(head))), strict=False)))
        faults += _gaps(values)
        key, key_faults = row_key(spec, values)
        faults += key_faults
        faults += [
            fault for fault in read_fields(spec.fields, values)[1] if fault.where not in {f.where for f in key_faults}
        ]
        if key is not None:
            if key in seen:
                faults.append(Fault(spec.key[0], f"row {seen[key]} has the key {key} already", "each key once"))
            seen.setdefault(key, number)
        yield ReadRow(number, None if faults else key, values, faults)


def columns_of(fields: Mapping[str, FieldSpec]) -> list[str]:
    """Every column there can be; of a list, those of its first entry."""
    return [column for name, field in fields.items() for column in _columns(name, field)]


def head_of(spec: RegisterSpec, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns that some rows need: of each list, as many entries as the longest has."""
    needed = dict.fromkeys(column for values in rows for column in flat(spec, values))
    known = columns_of(spec.fields)
    order = {name: index for index, name in enumerate(spec.fields)}
    return sorted({*known, *needed}, key=lambda column: (order[column.partition(".")[0]], _in_order(column, known)))


def flat(spec: RegisterSpec, values: Mapping[str, Any]) -> dict[str, str]:
    """A stored row as text by column; what the register does not declare any more is left out."""
    cells: dict[str, str] = {}
    for name, value in values.items():
        if name in spec.fields:
            _flatten(name, spec.fields[name], value, cells)
    return cells


def _flatten(column: str, field: FieldSpec, value: Any, cells: dict[str, str]) -> None:
    if isinstance(value, list):
        for index, entry in enumerate(value):
            _flatten(f"{column}.{index}", field.element(), entry, cells)
    elif field.type == "record" and isinstance(value, Mapping):
        for name, inner in (field.fields or {}).items():
            if value.get(name) is not None:
                _flatten(f"{column}.{name}", inner, value[name], cells)
    elif field.type == "money" and isinstance(value, Mapping):
        cells[column] = f"{value['currency']} {value['amount']}"
    elif field.type == "file" and isinstance(value, Mapping):
        cells[column] = str(value["name"])
    elif isinstance(value, bool):
        cells[column] = "yes" if value else "no"
    else:
        cells[column] = str(plain(value))


def _columns(column: str, field: FieldSpec) -> Iterator[str]:
    if field.type == "list":
        yield from _columns(f"{column}.0", field.element())
    elif field.type == "record":
        for name, inner in (field.fields or {}).items():
            yield from _columns(f"{column}.{name}", inner)
    else:
        yield column


def _is_column(fields: Mapping[str, FieldSpec], name: str) -> bool:
    head, *rest = name.split(".")
    field = fields.get(head)
    for part in rest:
        if field is None:
            return False
        if field.type == "list":
            field = field.element() if part.isascii() and part.isdigit() and len(part) < 4 else None
        else:
            field = (field.fields or {}).get(part) if field.type == "record" else None
    return field is not None and field.type not in ("list", "record")


def _values(spec: RegisterSpec, cells: Mapping[str, str]) -> dict[str, Any]:
    """The cells of one line put together; a list ends with the last entry that has any text."""
    values: dict[str, Any] = {}
    for name, field in spec.fields.items():
        if own := _own(name, cells):
            values[name] = _put_together(field, own)
    return values


def _own(name: str, cells: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    return {tuple(column.split(".")[1:]): text for column, text in cells.items() if column.partition(".")[0] == name}


def _put_together(field: FieldSpec, cells: Mapping[tuple[str, ...], str]) -> Any:
    """A value; None where no cell of it has any text."""
    if not any(text.strip() for text in cells.values()):
        return None
    if field.type == "list":
        last = max(int(path[0]) for path, text in cells.items() if text.strip())
        return [_put_together(field.element(), _below(cells, str(index))) for index in range(last + 1)]
    if field.type == "record":
        return {
            name: _put_together(inner, own)
            for name, inner in (field.fields or {}).items()
            if (own := _below(cells, name))
        }
    return next(iter(cells.values()))


def _gaps(values: Mapping[str, Any]) -> list[Fault]:
    return [
        Fault(f"{name}.{index}", "is empty, and a later entry of the list is not", "entries without a gap")
        for name, value in values.items()
        if isinstance(value, list)
        for index, entry in enumerate(value)
        if entry is None
    ]


def _below(cells: Mapping[tuple[str, ...], str], part: str) -> dict[tuple[str, ...], str]:
    return {path[1:]: text for path, text in cells.items() if path[0] == part}


def _in_order(column: str, known: Sequence[str]) -> tuple[tuple[int, ...], int]:
    """Entries of a list one after the other, and within each the fields as they are declared."""
    parts = column.split(".")
    numbers = tuple(int(part) for part in parts if part.isdigit())
    first = ".".join("0" if part.isdigit() else part for part in parts)
    return numbers, known.index(first)
