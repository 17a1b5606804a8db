"""Every table says what becomes of it when the database is lost, and the page on the records shows it."""

from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from sop_engine.records.columns import Row
from sop_engine.records.keeping import Keeping, declared
from sop_engine.records.tables import METADATA

PAGE = Path(__file__).parents[3] / "docs" / "records.md"


def test_every_table_is_rebuilt_or_backed_up() -> None:
    found = declared(Row)
    assert set(found) == set(METADATA.tables)
    assert all(isinstance(keeping, Keeping) and keeping.how for keeping in found.values())
    assert {keeping.is_rebuilt for keeping in found.values()} == {True, False}


def test_a_table_that_declares_nothing_is_noticed() -> None:
    class Apart(SQLModel):
        metadata: ClassVar[MetaData] = MetaData()

    class Bare(Apart, table=True):
        name: str = Field(primary_key=True)

    with pytest.raises(AttributeError, match="keeping"):
        declared(Apart)


def test_the_page_shows_the_declarations() -> None:
    lines = ["| Table | When the database is lost | From |", "|---|---|---|"]
    for name, (is_rebuilt, how) in sorted(declared(Row).items()):
        lines.append(f"| `{name}` | {'rebuilt' if is_rebuilt else '**backup**'} | {how} |")
    assert "\n".join(lines) in PAGE.read_text(encoding="utf-8")
