"""Every word of the glossary stands for something that is there, and stands there once."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| Word ")
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_word_names_what_is_there(row: list[str]) -> None:
    _word, meaning, place, _ = row
    module, _, name = place.strip("`").partition(":")
    found = importlib.import_module(module)
    assert meaning
    assert not name or hasattr(found, name)


def test_a_word_has_one_meaning_in_its_field() -> None:
    fields = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(fields) == 6
    for field in fields:
        words = [line.split("|")[1].strip() for line in field.splitlines() if line.startswith("| ")]
        assert len(words) == len(set(words))
