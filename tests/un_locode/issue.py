"""An issue of UN/LOCODE as UNECE publishes it: three CSV files in Windows-1252, with twelve columns and no header.

Columns: change, country, location, name, name without diacritics, subdivision, functions, status, date, IATA,
coordinates, remarks (UN/LOCODE Manual, Recommendation 16).
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sop_engine.freight.un_locodes import COLUMNS, Entry

_FILE = re.compile(r"(?P<edition>\d{4}-[12]) UNLOCODE CodeListPart\d\.csv")
_CODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_FUNCTIONS = re.compile(r"[01-][2-][3-][4-][5-][6-][7-][B-]")
_COORDINATES = re.compile(r"(?:[0-8]\d[0-5]\d[NS] [01]\d\d[0-5]\d[EW])?")

REFERENCE = "="
"""The mark of a line that only says what else a place is called: `Vienna = Wien`."""
REMOVED = "XX"
"""The status of an entry that the next issue leaves out."""


class Line(NamedTuple):
    """One line of an issue."""

    change: str
    country: str
    location: str
    name: str
    plain: str
    subdivision: str
    functions: str
    status: str
    date: str
    iata: str
    coordinates: str
    remarks: str

    @property
    def code(self) -> str:
        return self.country + self.location


class Made(NamedTuple):
    """The entries in force, by their codes, and what was left out of them."""

    edition: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]


def read_issue(folder: Path) -> Made:
    """Reads the files of one issue. Raises ValueError where the folder does not hold exactly one."""
    found = {path: match for path in sorted(folder.iterdir()) if (match := _FILE.fullmatch(path.name))}
    editions = sorted({match["edition"] for match in found.values()})
    if len(editions) != 1:
        raise ValueError(f"{folder} holds {', '.join(editions) or 'no issue'}; wanted: the CSV files of one issue")
    lines = []
    for path in found:
        with path.open(encoding="cp1252", newline="") as file:
            lines += [Line(*(cell.strip() for cell in row)) for row in csv.reader(file)]
    return make(editions[0], lines)


def make(edition: str, lines: Iterable[Line]) -> Made:
    """One entry a code. Of several lines with one code the first holds; the others add names and functions."""
    by_code: defaultdict[str, list[Line]] = defaultdict(list)
    references: list[Line] = []
    left_out: list[str] = []
    for line in lines:
        if line.change == REFERENCE:
            references.append(line)
        elif line.location:
            reason = _unusable(line)
            if reason:
                left_out.append(f"{line.code} {line.name}: {reason}")
            else:
                by_code[line.code].append(line)
    also, unresolved = _references(references, by_code)
    entries = tuple(_entry(code, by_code[code], also[code]) for code in sorted(by_code))
    return Made(edition, entries, (*left_out, *unresolved))


def write(made: Made, head: Iterable[str]) -> str:
    """The file: what it is, its columns, its entries by code."""
    cells = [[*entry[:3], ";".join(entry.also), *entry[4:]] for entry in made.entries]
    rows = [",".join(_quoted(cell) for cell in row) for row in [list(COLUMNS), *cells]]
    return "\n".join([*(f"# {line}".rstrip() for line in head), *rows]) + "\n"


def _unusable(line: Line) -> str:
    if line.status == REMOVED or line.change == "X":
        return f"to be removed. {line.remarks}".rstrip()
    if _CODE.fullmatch(line.code) is None:
        return "the code is not 5 letters and digits 2 to 9"
    if _FUNCTIONS.fullmatch(line.functions) is None:
        return f"unknown functions {line.functions}"
    return ""


def _references(references: Iterable[Line], by_code: dict[str, list[Line]]) -> tuple[dict[str, list[str]], list[str]]:
    """Other names by code, and the references to places that their country has not, or has more than once."""
    named: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for code, lines in by_code.items():
        for line in lines:
            named[line.country, line.name].add(code)
    also: defaultdict[str, list[str]] = defaultdict(list)
    unresolved = []
    for line in references:
        other, _, name = line.name.partition(" = ")
        codes = named[line.country, name]
        if len(codes) == 1:
            also[next(iter(codes))].append(other)
        else:
            unresolved.append(f"{line.country} {line.name}: {len(codes)} places have this name")
    return also, unresolved


def _entry(code: str, lines: list[Line], also: list[str]) -> Entry:
    first = lines[0]
    functions = sorted({sign for line in lines for sign in line.functions if sign not in "-0"})
    names = dict.fromkeys([*(line.name for line in lines[1:]), *also])
    coordinates = first.coordinates if _COORDINATES.fullmatch(first.coordinates) else ""
    return Entry(
        code=code,
        name=first.name,
        plain=first.plain if first.plain != first.name else "",
        also=tuple(name for name in names if name != first.name),
        subdivision=first.subdivision,
        functions="".join(functions),
        status=first.status,
        iata=first.iata if first.iata != first.location else "",
        coordinates=coordinates,
    )


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if any(sign in cell for sign in ',"\n') else cell
