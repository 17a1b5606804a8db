"""Both databases for real: a pytest plugin with the fixture `engine`, once on SQLite and once on PostgreSQL.

PostgreSQL runs in a throw-away cluster (`tests.integration.postgresql`).
A test module asks for it with `pytest_plugins = ("tests.integration.databases",)`.
"""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sop_engine.records.engine import open_engine
from sop_engine.records.migration import migrate
from tests.integration.postgresql import NoPostgresqlError, postgresql

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
    try:
        with postgresql() as url:
            yield url
    except NoPostgresqlError as error:
        pytest.skip(str(error))


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
