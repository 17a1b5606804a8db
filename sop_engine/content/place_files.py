"""The places as files keep them: UN/LOCODE as one CSV file, the notes of the trade over it, and the firm's own."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sop_engine.content.library import ContentError
from sop_engine.content.rules import load_rules
from sop_engine.content.yaml_files import YamlFault
from sop_engine.freight.places import PlaceNote, PlaceNotes, Places
from sop_engine.freight.un_locodes import COLUMNS, UnLocodes

TABLE, NOTES = "un_locode.csv", "places.yaml"

_EDITION = "# edition: "


def load_places(root: Path, own: Iterable[PlaceNote] = ()) -> Places:
    """The packaged places with the firm's own. Raises ContentError with every fault of a file."""
    rules = root / "rules"
    table, notes = load_un_locodes(rules / TABLE), load_rules(rules / NOTES, PlaceNotes)
    try:
        return Places(table, notes.places, own)
    except ValueError as error:
        raise ContentError([YamlFault(NOTES, 1, 1, "", str(error))]) from None


@cache
def load_un_locodes(path: Path) -> UnLocodes:
    """The table of UN/LOCODE, read once a process. Raises ContentError where its head is not as it is made."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    comments = sum(1 for _ in _leading_comments(lines))
    columns, entries = lines[comments : comments + 1], lines[comments + 1 :]
    if not head.startswith(_EDITION) or columns != [",".join(COLUMNS)]:
        wanted = f"the file begins with '{_EDITION}', and its columns are {', '.join(COLUMNS)}"
        raise ContentError([YamlFault(path.name, 1, 1, "", f"{wanted}; make it with `python -m tests.un_locode`")])
    return UnLocodes(head.removeprefix(_EDITION), entries)


def _leading_comments(lines: list[str]) -> Iterable[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line
