"""Texts beside a case are as long as a server takes, and end with a whole character."""

import json

import pytest

from sop_engine.temporal.texts import details, keyword, summary


@pytest.mark.parametrize("character", ["a", "关", "\U00020bb7", '"', "\x7f", "\u3000"])
def test_a_keyword_takes_what_fits_and_no_more(character: str) -> None:
    kept = keyword(character * 300)
    assert len(json.dumps(kept)) <= 2_048
    assert len(kept) == 200 or len(json.dumps(kept + character)) > 2_048


def test_what_fits_stays_as_it_is() -> None:
    assert keyword("SHP-2026-0099") == "SHP-2026-0099"
    assert summary("Complaint 客户投诉 CMP-7") == "Complaint 客户投诉 CMP-7"
    assert details("### Complaint\n\n- **Status** open") == "### Complaint\n\n- **Status** open"


@pytest.mark.parametrize("character", ["a", "关", "\U00020bb7", '"'])
def test_a_summary_counts_its_bytes(character: str) -> None:
    kept = summary(character * 500)
    assert kept.endswith("…")
    assert 390 < len(json.dumps(kept, ensure_ascii=False).encode()) <= 400
    assert len(json.dumps(details(character * 25_000), ensure_ascii=False).encode()) <= 20_000


def test_a_summary_is_one_line() -> None:
    assert summary("Complaint\n客户投诉  CMP-7 ") == "Complaint 客户投诉 CMP-7"
