"""Makes the table of places again: `python -m tests.un_locode [FOLDER]`.

FOLDER holds the CSV files of one issue, unpacked from UNECE's own archive (https://unece.org/trade/uncefact/unlocode);
without it the issue is that of the package pyunlocode. What is left out of the table is told, with the reason.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

from tests.un_locode.issue import Made, read_issue, write

TABLE = Path(__file__).parents[2] / "sop_definitions" / "rules" / "un_locode.csv"

HEAD = """\
edition: {edition}
UN/LOCODE, the United Nations Code for Trade and Transport Locations, by UNECE: https://unece.org/trade/uncefact/unlocode
Copyright United Nations. See docs/how-to.md, "Take a new edition of UN/LOCODE", for licence and making.
Made by `python -m tests.un_locode`; corrections and other names belong into places.yaml.
Functions: 1 port, 2 rail, 3 road, 4 airport, 5 postal exchange, 6 inland clearance depot, 7 fixed transport, B border.
`plain` is the name without diacritics and `iata` the airport's code, each where it differs."""


def packaged() -> Path:
    """The CSV files inside the installed package. Raises PackageNotFoundError without it."""
    return Path(str(distribution("pyunlocode").locate_file("pyunlocode/csv")))


def written(made: Made) -> str:
    """The whole text of the table's file."""
    return write(made, HEAD.format(edition=made.edition).splitlines())


if __name__ == "__main__":
    issue = read_issue(Path(sys.argv[1]) if len(sys.argv) > 1 else packaged())
    for reason in issue.left_out:
        print(f"left out: {reason}")
    TABLE.write_text(written(issue), encoding="utf-8")
    print(f"{TABLE.name}: {len(issue.entries)} entries of {issue.edition}")
