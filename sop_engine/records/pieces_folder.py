"""Pieces of contents in a folder beside the records, for sites whose files would make the database too large."""

from collections.abc import Collection
from datetime import datetime, timedelta
from os import fsync, replace
from pathlib import Path
from shutil import rmtree
from tempfile import NamedTemporaryFile

LOOSE_FOR = timedelta(hours=1)
"""A folder may be there for a moment before the row of its content is seen."""


class PiecesFolder:
    """A folder of contents: each a folder named by its hash, each piece a file named by its number."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def numbers(self, digest: str) -> set[int]:
        """The pieces that are there."""
        return {int(path.name) for path in self._at(digest).glob("*") if path.name.isdecimal()}

    def put(self, digest: str, number: int, piece: bytes) -> None:
        """Keeps a piece, written aside, on the disk, and only then in its place; one that is there stays."""
        path = self._at(digest) / str(number)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as aside:
            aside.write(piece)
            aside.flush()
            fsync(aside.fileno())
        replace(aside.name, path)

    def read(self, digest: str, number: int) -> bytes | None:
        try:
            return (self._at(digest) / str(number)).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, digest: str) -> None:
        rmtree(self._at(digest), ignore_errors=True)

    def keep_only(self, known: Collection[str], now: datetime) -> None:
        """Drops every content but those."""
        for folder in self._root.glob("??/*"):
            if folder.name not in known and folder.stat().st_mtime < (now - LOOSE_FOR).timestamp():
                rmtree(folder, ignore_errors=True)

    def _at(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
