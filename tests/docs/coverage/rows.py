"""The rows of the table of coverage, read from the files beside this one.

Each file holds the procedures of one group: the name of a procedure, and its rows or why it has none.

    GoodsPickup:
      - {timer: Agreed a day beforehand, source: 000 operations §4, at: clocks.agreed, by: [nobody_agrees_a_time]}
    Call: {beside: It carries out a notice by telephone}

    state | timer | rule | duty | measure | report | paper   what is asked, under the one word for its kind
    source    who asks; the procedure's own sources when left out
    at        a path in the definition; a state by its name, however deep. What lies elsewhere says where first:
              `Delivery: clocks.window`, `schedules.yaml: sop_review`, `notices/arrived.j2`, `report: promises-kept`
    by        scenarios of the procedure by name, of another one as `Delivery/name`, or tests by node id
    argued    how the entry of docs/decisions.md begins that says why it is otherwise
    open      what is still missing
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sop_engine.content.yaml_files import YamlFile, read_file

FOLDER = Path(__file__).parent
KINDS = ("state", "timer", "rule", "duty", "measure", "report", "paper")
TEXTS = ("source", "at", "argued", "open")
KEYS = (*TEXTS, "by")


class Row(NamedTuple):
    """One demand."""

    sop: str
    kind: str
    asks: str
    by: tuple[str, ...]
    line: str
    """File and line of the row."""
    source: str
    at: str
    argued: str
    open: str


class Section(NamedTuple):
    """What is asked of one procedure."""

    sop: str
    rows: tuple[Row, ...]
    beside: str = ""
    """Why the sources ask nothing of it."""
    open: str = ""
    """Why it is not compared with them yet."""


def kept_files() -> tuple[YamlFile, ...]:
    return tuple(read_file(path) for path in sorted(FOLDER.glob("*.yaml")))


def read_sections(files: Sequence[YamlFile], faults: list[str]) -> tuple[Section, ...]:
    """Every section of the files, in their order. Adds each fault of form with its line."""
    return tuple(_section(file, sop, written, faults) for file in files for sop, written in file.value.items())


def _section(file: YamlFile, sop: str, written: Any, faults: list[str]) -> Section:
    if isinstance(written, list):
        rows = (_row(file, sop, index, row, faults) for index, row in enumerate(written))
        return Section(sop, tuple(row for row in rows if row is not None))
    if isinstance(written, dict) and len(written) == 1 and {"beside", "open"}.issuperset(written):
        return Section(sop, (), **written)
    faults.append(f"{_line(file, sop)} {sop}: is a list of rows, or says one of beside, open")
    return Section(sop, ())


def _row(file: YamlFile, sop: str, index: int, written: Any, faults: list[str]) -> Row | None:
    line = _line(file, sop, index)
    kinds = [kind for kind in KINDS if isinstance(written, dict) and kind in written]
    if len(kinds) != 1 or not {*kinds, *KEYS}.issuperset(written):
        faults.append(f"{line} a row says what is asked under one of {', '.join(KINDS)}; beside it {', '.join(KEYS)}")
        return None
    texts = {key: str(written.get(key, "")) for key in TEXTS}
    return Row(sop, kinds[0], str(written[kinds[0]]), tuple(map(str, written.get("by", ()))), line, **texts)


def _line(file: YamlFile, *path: str | int) -> str:
    return f"{file.name}:{file.place(path)[0]}"
