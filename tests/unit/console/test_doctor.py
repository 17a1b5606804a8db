"""What the doctor finds, and the mend that it names."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from sop_engine.console.doctor import check_calendars, check_firm, check_folder, check_names
from sop_engine.content.library import load_library

ROOT = Path(__file__).parents[3]


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
