"""`sop definition work`: the contracts of automated work for those who write SOPs."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sop_engine.console.application import application
from sop_engine.console.context import Invocation
from sop_engine.settings import Settings
from sop_engine.work.catalogue import WORKS


async def no_worker(
    client: Any, settings: Settings, ready: asyncio.Event, stop: asyncio.Event, *, stand_in: Any = None
) -> None:
    raise AssertionError("a contract is read from this machine")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def work(folder: Path, *arguments: str) -> Result:
    invocation = Invocation(serve=no_worker, environ={"SOP_DATA_DIRECTORY": str(folder)})
    return CliRunner(env={"COLUMNS": "160"}).invoke(application, ["definition", "work", *arguments], obj=invocation)


def test_the_list_names_every_work_and_says_which_write(folder: Path) -> None:
    lines = {line.split()[0]: line for line in work(folder).stdout.splitlines() if line.strip()}
    assert set(WORKS) <= set(lines)
    assert lines["issue_invoice"].split()[-1] == "money"
    assert lines["import_taxes"].split()[-1] == "—"


def test_a_contract_is_told_field_by_field(folder: Path) -> None:
    told = [line.split() for line in work(folder, "import_taxes").stdout.splitlines()]
    assert ["customs_value*", "money", "—", "—"] in told
    assert ["items[].duty_rate*", "decimal", "—", "—"] in told
    assert ["taxes[].rate", "decimal", "Rate", "fraction", "of", "one"] in told


def test_for_programs_a_contract_is_json_schema(folder: Path) -> None:
    told = json.loads(work(folder, "next_number", "--json").stdout)
    assert (told["work"], told["writes"]) == ("next_number", "number")
    assert told["takes"]["required"] == ["register"]
    assert told["gives"]["properties"]["number"] == {"title": "Number", "type": "string"}
    assert [each["work"] for each in json.loads(work(folder, "--json").stdout)["works"]] == list(WORKS)


def test_a_misspelt_name_is_answered_with_those_like_it(folder: Path) -> None:
    answer = work(folder, "import_texas")
    assert answer.exit_code == 3
    assert "import_taxes" in answer.stderr
