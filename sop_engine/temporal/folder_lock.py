"""One folder, one server: who runs a server on a folder holds a lock on it, which ends with the processes that hold it.

The lock is the operating system's, so a killed process leaves none behind. The server inherits it: one that outlives
whoever started it keeps its folder to itself. What the file says tells others who has it.
"""

import os
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path

from sop_engine.temporal.client import UnreachableError

LOCK_FILE = "server.lock"

if sys.platform == "win32":
    import msvcrt

    BEYOND_THE_TEXT = 1 << 20
    """A locked byte cannot be read there, so the lock lies behind what the file says."""

    def _take(file: FileIO) -> None:
        file.seek(BEYOND_THE_TEXT)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: FileIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Held from `take` to `free`, or to the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: FileIO | None = None

    def take(self, port: int) -> None:
        """Takes the lock, telling others the port. Raises `UnreachableError` with the holder's process and port."""
        file = FileIO(os.open(self.folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644), "r+")
        try:
            _take(file)
        except OSError:
            holder = _told_by(file)
            file.close()
            raise UnreachableError(
                f"A server runs on the folder {self.folder} already: {holder}; two on one folder would lose each "
                "other's cases. Use that one, stop it, or choose another folder with --data"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {os.getpid()}, port {port}\n".encode())
        self._file = file

    @property
    def inherited(self) -> tuple[int, ...]:
        """The files that the server is to inherit; Windows hands none on."""
        return () if self._file is None or sys.platform == "win32" else (self._file.fileno(),)

    def free(self) -> None:
        """Gives the lock back; the file stays, since another may wait to take it."""
        if self._file is not None:
            with suppress(OSError):
                self._file.truncate(0)
            self._file.close()
            self._file = None


def _told_by(file: FileIO) -> str:
    file.seek(0)
    return file.read(200).decode(errors="replace").strip() or "it is just starting"
