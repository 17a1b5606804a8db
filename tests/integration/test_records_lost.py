"""A month whose records are deleted in the middle: the repaired ones say what the lost ones said, on both databases."""

from pathlib import Path

from sqlalchemy import Engine

from tests.month.losing import lose_and_repair

pytest_plugins = ("tests.integration.databases",)
SHIPMENTS = 2
"""`python -m tests.month.losing --shipments 20` takes more."""


async def test_the_repaired_records_of_a_month_are_as_the_lost_ones_were(tmp_path: Path, empty_engine: Engine) -> None:
    url = empty_engine.url.render_as_string(hide_password=False)
    assert await lose_and_repair(tmp_path / "house", SHIPMENTS, url=url) == []
