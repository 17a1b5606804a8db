"""The file that an SQLite engine writes to: noticed when it is deleted or replaced while the engine is in use.

Deleting or moving a file does not end what has it open: everything would go on into a file that nobody can open again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

REMEDY = "end this worker, put the right file back if you have it, start the worker again, then `sop records check`"


class RecordsGone(SQLAlchemyError):
    """The file that was opened first is not there any more; nothing is read or written until the engine is new."""


class RecordsFile:
    """Remembers which file an engine opened first, and refuses every other until the engine is disposed of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None

    def watch(self, engine: Engine) -> None:
        """Looks before each connection that the engine makes or hands out."""
        event.listen(engine, "do_connect", self._require)
        event.listen(engine, "checkout", self._require)
        event.listen(engine, "connect", self._keep)
        event.listen(engine, "engine_disposed", self._forget)

    def _require(self, *_: Any) -> None:
        present = self._present()
        if self._opened is None or present == self._opened:
            return
        what = "is gone" if present is None else "was replaced"
        raise RecordsGone(f"the records' file {self._path} {what} under the running worker")

    def _keep(self, *_: Any) -> None:
        if self._opened is None:
            self._opened = self._present()

    def _forget(self, *_: Any) -> None:
        self._opened = None

    def _present(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino
