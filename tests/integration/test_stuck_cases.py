"""A case whose workflow task keeps failing is seen: by those who act on it, by supervisors, by the doctor."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.worker import Worker

import worker
from activities.work_rules import load_work_rules
from sop_engine.cases.written import engine_version
from sop_engine.console.doctor import check_stuck
from sop_engine.content.library import load_library
from sop_engine.temporal import gateway, server
from sop_engine.temporal.gateway import StuckError
from sop_engine.temporal.stuck import PROBLEMS_SETTING, reports_problems, stuck_cases
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.ledger_terminal import sop

CAUSE = "this worker does not know engine version"


async def asked(house: Installation, *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code of a command, and what it answered a program."""
    code, out, _ = await sop(house, *words, "--json")
    answer: dict[str, Any] = json.loads(out)
    return code, answer


async def test_a_case_that_stands_still_is_named_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation(tmp_path) as house, house.worker():
        monkeypatch.setattr(engine_version, "KNOWN_VERSIONS", ())
        await house.start("Complaint", "CMP-still", COMPLAINT)
        queue = house.settings.task_queue

        (stuck,) = await until(lambda: stuck_cases(house.client, queue), "a case that stands still")
        assert (stuck.case_id, stuck.sop, stuck.attempts > 1, CAUSE in stuck.cause) == (
            ("CMP-still", "Complaint", True, True)
        )
        refused = await house.refused("CMP-still", "comment", actor="li.na", text="hello")
        assert isinstance(refused, StuckError)
        for said in ("CMP-still (Complaint) stands still", CAUSE, "sop incident list"):
            assert said in refused.message
        assert "No worker answers" not in refused.message
        with pytest.raises(StuckError, match="stands still"):
            await house.view("CMP-still")

        _, listed = await asked(house, "incident", "list")
        (line,) = listed["incidents"]
        assert (line["case_id"], line["incident"]["kind"]) == ("CMP-still", "stuck")
        assert CAUSE in line["incident"]["message"]
        code, report = await asked(house, "doctor")
        (finding,) = (found for found in report["findings"] if found["check"] == "stuck cases")
        assert (code, finding["verdict"], "CMP-still" in finding["what"]) == (1, "wrong", True)

        monkeypatch.undo()
        await until(lambda: house.view("CMP-still"), "the case under a mended worker")
        await until(lambda: _is_none(house), "no case that stands still")


async def _is_none(house: Installation) -> bool:
    return not await stuck_cases(house.client, house.settings.task_queue)


async def test_a_server_that_marks_nothing_is_no_fault_of_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older server does not know the mark at all, and refuses to be asked for it."""
    monkeypatch.setattr(server, "PROBLEMS_AFTER", 0)
    async with installation(tmp_path) as house:
        assert not await reports_problems(house.client)
        assert await stuck_cases(house.client, house.settings.task_queue) == []
        finding = await check_stuck(house.gateway)
        assert (finding.verdict, PROBLEMS_SETTING in finding.mend) == ("warning", True)


async def test_a_slow_answer_is_not_called_a_missing_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker takes activities but no workflow tasks: it has its hands full."""
    monkeypatch.setattr(gateway, "UPDATE_TIMEOUT", timedelta(milliseconds=500))
    monkeypatch.setattr(gateway, "QUERY_TIMEOUT", timedelta(milliseconds=500))
    async with installation(tmp_path) as house:
        await house.start("Complaint", "CMP-slow", COMPLAINT)
        library = load_library()
        rules = load_work_rules(library.root, None)
        with ThreadPoolExecutor(2) as pool:
            hands = Worker(
                house.client,
                task_queue=house.settings.task_queue,
                activities=worker.activities(house.settings, library, house.engine, rules),
                activity_executor=pool,
            )
            async with hands:
                refused = await house.refused("CMP-slow", "comment", actor="li.na", text="hello")
        assert "gives no answer in time, though a worker answers" in refused.message
