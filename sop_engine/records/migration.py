"""Bringing a database to the present version, and telling whether models and migrations agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.types import TypeDecorator

from sop_engine.records.engine import writing

if TYPE_CHECKING:
    from alembic.config import Config

LOCK = 0x50_50
"""The PostgreSQL advisory lock of migrations: two workers that start together migrate one after the other."""


def migrate(engine: Engine) -> None:
    """Creates or upgrades every table. Does nothing on an up-to-date database, and then spares loading Alembic."""
    if _version(engine) == newest():
        return
    from alembic import command

    with _configured(engine) as (configuration, _):
        command.upgrade(configuration, "head")


def revise(engine: Engine, revision: str, message: str) -> None:
    """Writes the next migration: what the models have and this up-to-date database lacks. To be read before use."""
    from alembic import command

    with _configured(engine) as (configuration, _):
        command.revision(configuration, message, autogenerate=True, rev_id=revision)


def drift(engine: Engine) -> list[Any]:
    """What the models say and the database does not, as Alembic's differences. Empty when they agree."""
    from alembic import autogenerate
    from alembic.migration import MigrationContext

    from sop_engine.records.tables import METADATA

    with _configured(engine) as (_, connection):
        differences: list[Any] = autogenerate.compare_metadata(
            MigrationContext.configure(connection, opts=OPTIONS), METADATA
        )
        return differences


def newest() -> str:
    """The last revision: revisions are numbered, and each file is named after its own."""
    files = (resources.files("sop_engine.records.migrations") / "versions").iterdir()
    return max(file.name.partition("_")[0].removeprefix("r") for file in files if file.name.startswith("r"))


def _version(engine: Engine) -> str | None:
    """The revision of a database; none where it has none yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def _render(kind: str, item: Any, context: Any) -> str | bool:
    """Our own column types by their bare names, which the template of migrations imports."""
    if kind == "type" and isinstance(item, TypeDecorator) and item.__module__ == "sop_engine.records.columns":
        return f"{type(item).__name__}()"
    if kind == "type" and type(item).__name__ == "AutoString":
        return "sa.String()"
    return False


OPTIONS: dict[str, Any] = {
    "render_as_batch": True,
    "compare_type": True,
    "compare_server_default": True,
    "render_item": _render,
}


@contextmanager
def _configured(engine: Engine) -> Iterator[tuple[Config, Connection]]:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "sop_engine.records:migrations")
    configuration.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        configuration.attributes["connection"] = connection
        yield configuration, connection
