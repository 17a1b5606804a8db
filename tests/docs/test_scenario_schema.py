"""The JSON Schema of scenarios: shipped as it is made, named by each file, and true of each file."""

import json
from pathlib import Path

import pytest

from sop_engine.content.library import content_root
from sop_engine.content.scenario_files import scenario_paths
from sop_engine.content.scenario_schema import FILE, scenario_schema
from sop_engine.content.yaml_files import read_file, read_text
from tests.docs.json_schema import faults

SCHEMA = scenario_schema()
SMALL = """
given: {at: "2026-03-02 09:00"}
scenarios:
  one:
    title: {en: One, zh: 一}
    given: {children: {intake: {ends: accepted}}}
    when:
      - {at: "+1 hour", person: li.na, completes: registered.done, with: {note: x}}
      - {readings: positions, with: {vehicle: B-1}, rows: [{speed_kmh: 0}]}
      - {expect: [{in: registered}]}
      - {silence: "2026-03-03 09:00"}
    then:
      - {clock: reply, reaches: {breached: "2026-03-02 11:00"}}
"""


def found(text: str) -> list[str]:
    return list(faults(SCHEMA, read_text(text, "Small.scenarios.yaml").value, SCHEMA))


def test_what_is_shipped_is_what_is_made() -> None:
    shipped = (content_root() / FILE).read_text(encoding="utf-8")
    assert shipped == json.dumps(SCHEMA, ensure_ascii=False, indent=2) + "\n", (
        f"run: sop definition schema --scenarios > sop_definitions/{FILE}"
    )


@pytest.mark.parametrize("path", scenario_paths(content_root()), ids=lambda path: path.name)
def test_a_shipped_file_names_the_schema_and_is_as_it_says(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema=../{FILE}\n")
    assert list(faults(SCHEMA, read_file(path).value, SCHEMA)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("title: {en: One, zh: 一}", "sop: Small", "scenarios.one: title is missing"),
        ("scenarios:", "scenario:", ": unknown key scenario"),
        ("{ends: accepted}", "{end: accepted}", "intake: unknown key end"),
        ("completes:", "completed:", "when.0: unknown key completed"),
        ("rows: [{speed_kmh: 0}]", "rows: 5", "when.1.rows: 5 is no array"),
        ("{in: registered}", "{im: registered}", "unknown key im"),
        ("silence:", "silent:", "when.3: unknown key silent"),
        ("reaches:", "reach:", "then.0: unknown key reach"),
    ],
)
def test_a_slip_is_shown_in_an_editor(right: str, wrong: str, what: str) -> None:
    assert found(SMALL) == []
    assert SMALL.count(right) == 1
    wrong_text = SMALL.replace(right, wrong)
    assert any(what in fault for fault in found(wrong_text)), found(wrong_text)
