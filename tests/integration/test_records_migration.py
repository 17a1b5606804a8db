"""Models and migrations agree on both databases."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from sop_engine.records.engine import open_engine
from sop_engine.records.migration import drift, migrate, newest
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


def test_the_newest_revision_is_the_one_that_alembic_ends_at(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest()


def test_a_worker_whose_records_are_up_to_date_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(open_engine(url))
    told = (
        "import sys; from sop_engine.records.engine import open_engine; import worker;"
        f"worker.migrate(open_engine({url!r})); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_two_workers_that_start_together_migrate_once(empty_engine: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [empty_engine, empty_engine]))
    assert drift(empty_engine) == []
