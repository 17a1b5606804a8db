"""The page on the command line says what the commands say."""

from pathlib import Path

from sop_engine.console.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def test_the_page_is_the_one_made_from_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run: python -m sop_engine.console.reference > docs/command-line.md"
    )
