"""The pages of docs/sops are what the definitions say, each and no other."""

import re
from datetime import date
from pathlib import Path

from sop_engine.console.procedure_page import contents_page, page_subject, procedure_page
from sop_engine.content.library import load_library

FOLDER = Path(__file__).parents[2] / "docs" / "sops"
AGAIN = "sop definition page --on {day} --output docs/sops"


def test_every_page_is_as_the_definitions_say() -> None:
    contents = (FOLDER / "README.md").read_text(encoding="utf-8")
    found = re.search(AGAIN.format(day=r"(\d{4}-\d\d-\d\d)"), contents)
    assert found is not None
    library, day = load_library(), date.fromisoformat(found[1])
    made = {f"{sop}.md": procedure_page(page_subject(library, sop, day)) for sop in library.sops}
    made["README.md"] = contents_page(library, day)
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    assert sorted(kept) == sorted(made)
    stale = [name for name, text in made.items() if kept[name] != text]
    assert stale == [], f"make them again: {AGAIN.format(day=day)}"
