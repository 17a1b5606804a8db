"""Models and migrations agree on both databases."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, inspect

from sop_engine.records.migration import drift, migrate
from sop_engine.records.tables import METADATA

pytest_plugins = ("tests.integration.databases",)


def test_migrations_make_what_the_models_say(empty_engine: Engine) -> None:
    assert drift(empty_engine), "an empty database must differ, or the comparison sees nothing"
    migrate(empty_engine)
    assert drift(empty_engine) == []
    assert set(inspect(empty_engine).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    assert drift(engine) == []


def test_two_workers_that_start_together_migrate_once(empty_engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [empty_engine, empty_engine]))
    assert drift(empty_engine) == []
