"""Every command of every page is carried out, in the order in which it stands there."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from sop_engine.console.application import application
from tests.docs.acts_table import BLOCKS, PAGE
from tests.docs.computed_page import filled, names
from tests.docs.ports import free_ports
from tests.docs.runbook import PROGRAMS, PROJECT, Block, Reader, blocks_of

README, INTEGRATION, HOW_TO, WRITING = "README.md", "docs/integration.md", "docs/how-to.md", "docs/writing-an-sop.md"
SCENARIOS = "docs/scenarios.md"
DIAGRAMS, FILES = "docs/diagrams.md", "docs/files.md"
OF_AUTHORS = (HOW_TO, WRITING, DIAGRAMS, FILES)
WHO_MAY_SEE = "docs/who-may-see.md"
IDENTITY = "docs/identity.md"
BY_THEMSELVES = ("docs/operations.md",)
"""Pages with a test of their own."""
PAGES = sorted(
    path.relative_to(PROJECT).as_posix() for path in (PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md"))
)
FENCE = re.compile(r"^```(\w*)", re.MULTILINE)
SERVER = Block("server", "sop dev\n")
TAKEN = Block("until", "sop task show SHP-2026-0001.collection posting | grep ICBC-20260402-118")
CANCELLED = Block("until", "sop case list --all --status cancelled | grep CMP-2026-0007")
CASE = Block("", "sop case start Complaint --as li.na --set complainant=A --set event=B --set contact=C\n")


class Asker:
    """Asks the installation that a page was carried out on."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def answer(self, *words: str) -> Any:
        done = subprocess.run(
            [PROGRAMS / "sop", *words, "--json"],
            env=self._reader.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    given = Reader(tmp_path, free_ports("7233", "8233", "9464"))
    yield given
    given.leave()


def carry_out(reader: Reader, page: str) -> None:
    for block in blocks_of(PROJECT / page):
        reader.carry_out(block)


def test_every_command_of_the_page_for_other_systems_does_what_it_says(reader: Reader) -> None:
    carry_out(reader, INTEGRATION)
    for block in TAKEN, CANCELLED:
        reader.carry_out(block)
    asker = Asker(reader)
    (case,) = asker.answer("case", "list", "--unheard", "--all")["cases"]
    assert [(line["name"], line["count"]) for line in case["unheard"]] == [("complainant.withdrawn", 1)]
    assert "did you mean complainant.withdrew?" in case["unheard"][0]["why"]
    steps = asker.answer("case", "timeline", "CMP-2026-0007")["steps"]
    assert [(step["kind"], step["name"]) for step in steps if step["kind"] != "document"] == [
        ("opened", "Complaint"),
        ("event", "complainant.informed"),
        ("event", "complainant.informed"),
        ("event_unheard", "complainant.withdrawn"),
        ("task", "registered.acknowledged"),
        ("cancel", "cancel"),
        ("closed", "cancelled"),
    ]


def test_the_ten_minutes_of_the_first_page_are_as_it_says(reader: Reader) -> None:
    carry_out(reader, README)
    shown = Asker(reader).answer("case", "show", "COM-1")
    assert (shown["states"], shown["status"]) == (["checking"], "open")


@pytest.mark.parametrize("page", OF_AUTHORS)
def test_every_command_of_a_page_for_authors_does_what_it_says(reader: Reader, page: str) -> None:
    for block in (SERVER, CASE, *blocks_of(PROJECT / page)):
        reader.carry_out(block)


def test_every_command_of_the_page_on_scenarios_needs_no_server(reader: Reader) -> None:
    carry_out(reader, SCENARIOS)


def test_every_command_of_the_page_on_identity_needs_no_server(reader: Reader) -> None:
    carry_out(reader, IDENTITY)


def test_every_command_of_the_page_on_who_may_see_does_what_it_says(reader: Reader) -> None:
    reader.carry_out(SERVER)
    carry_out(reader, WHO_MAY_SEE)
    asker = Asker(reader)
    assert asker.answer("case", "show", "CMP-9")["data"]["contact"] is None
    assert asker.answer("case", "show", "CMP-9", "--as", "zhao.min")["data"]["contact"] == "13800000000"
    views = asker.answer("case", "views", "CMP-9", "--as", "zhao.min")["views"]
    assert [(view["reader"], view["command"]) for view in views[-2:]] == [
        ("zhao.min", "sop case timeline"),
        ("zhao.min", "sop case show"),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_no_command_of_a_page_is_left_out(page: str) -> None:
    kinds = FENCE.findall((PROJECT / page).read_text(encoding="utf-8"))[::2]
    assert "" not in kinds, "a fence says what it holds"
    carried_out = (README, INTEGRATION, SCENARIOS, WHO_MAY_SEE, IDENTITY, *OF_AUTHORS, *BY_THEMSELVES)
    assert "sh" not in kinds or page in carried_out


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_is_there(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    program = get_command(application)
    assert isinstance(program, TyperGroup)
    for noun, verb in re.findall(r"(?:`|^)sop ([a-z]+)(?: ([a-z-]+))?", text, re.MULTILINE):
        part = program.commands[noun]
        assert not verb or not isinstance(part, TyperGroup) or verb in part.commands, f"{noun} {verb}"


def test_the_table_of_acts_says_who_may_and_gives_an_example() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert names(page) == list(BLOCKS)
    assert filled(page, BLOCKS) == page, "run: python -m tests.docs.acts_table"
