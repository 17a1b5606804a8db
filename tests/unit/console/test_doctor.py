"""What the doctor finds, and the mend that it names."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from sop_engine.cases.contracts.duties import DutiesState, DutyRound
from sop_engine.console.doctor import check_calendars, check_duties, check_firm, check_folder, check_names
from sop_engine.content.library import load_library
from sop_engine.temporal.gateway import CaseGateway
from tests.unit.timekeeping.timekeeping_samples import utc

ROOT = Path(__file__).parents[3]
FAR, LONG_AGO = utc("2099-01-05 01:00"), utc("2026-01-05 01:00")


@pytest.mark.parametrize(("days", "verdict"), [(60, "ok"), (59, "warning")])
def test_the_next_year_is_asked_for_sixty_days_ahead(days: int, verdict: str) -> None:
    calendars = load_library().calendars
    last = max(known.year for known in calendars["cn_office"].years if known.status == "published")
    today = date(last, 12, 31) - timedelta(days=days)
    (finding,) = check_calendars([calendars["cn_office"], calendars["hotline_24h"]], today)
    assert (finding.check, finding.verdict) == ("calendars", verdict)
    assert finding.what.startswith(f"cn_office: holidays published up to {last}")
    assert (str(last + 1) in finding.mend) == (verdict == "warning")


def test_modules_that_are_not_ours_are_named() -> None:
    assert check_names(ROOT).verdict == "ok"
    stranger = check_names(ROOT / "elsewhere")
    assert stranger.verdict == "wrong"
    assert f"cli is {ROOT / 'cli.py'}" in stranger.what


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "new").verdict == "ok"
    (tmp_path / "file").write_text("")
    finding = check_folder(tmp_path / "file")
    assert finding.verdict == "wrong"
    assert "SOP_DATA_DIRECTORY" in finding.mend


def test_the_example_firm_and_one_without_an_account_are_told() -> None:
    example = load_library().organization
    own = Path("firm.yaml")
    assert check_firm(example, None).verdict == "warning"
    assert "SOP_ORGANIZATION_FILE" in check_firm(example, None).mend
    poor = check_firm(example.model_copy(update={"accounts": {}}), own)
    assert (poor.verdict, "firm.yaml" in poor.mend) == ("warning", True)
    assert check_firm(example, own).what.endswith("paid in CNY, USD")


class Keeping:
    """A gateway that knows only what keeps the duties."""

    task_queue = "sop"

    def __init__(self, done: DutyRound | None, *, is_there: bool = True) -> None:
        self.client = self
        self._done = done
        self._is_there = is_there

    def get_workflow_handle(self, workflow_id: str) -> SimpleNamespace:
        return SimpleNamespace(id=workflow_id)

    async def is_running(self, workflow_id: str) -> bool:
        return self._is_there

    async def query(self, workflow_id: str, name: str, answer: type) -> DutiesState:
        return DutiesState(done=self._done)


@pytest.mark.parametrize(
    ("keeping", "verdict", "told"),
    [
        (Keeping(None, is_there=False), "warning", "sop.duties.sop does not run: nothing is started"),
        (Keeping(None), "warning", "has not looked yet"),
        (Keeping(DutyRound()), "ok", "nothing is due"),
        (Keeping(DutyRound(next_at=FAR, next_is="month_end 2099-01")), "ok", "UTC: month_end 2099-01"),
        (Keeping(DutyRound(next_at=FAR, paused={"daily": "paused by a: b"})), "ok", "paused: daily"),
        (Keeping(DutyRound(next_at=LONG_AGO)), "wrong", "was to look at 2026-01-05 01:00 UTC and has not"),
        (Keeping(DutyRound(troubles=("daily: there is no calendar x any more",))), "warning", "no calendar x"),
    ],
)
async def test_a_round_that_is_overdue_is_told(keeping: Keeping, verdict: str, told: str) -> None:
    finding = await check_duties(cast("CaseGateway", keeping))
    assert (finding.check, finding.verdict) == ("duties", verdict)
    assert told in finding.what
    assert (finding.mend == "") == (verdict == "ok")
