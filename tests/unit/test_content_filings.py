"""Advance filings: which ones a way asks for and until when, and the clock that watches the next one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sop_engine.cases.state import RunningClock
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.freight.filings import advance_filings
from sop_engine.freight.legal_clocks import LegalClocks
from tests.unit.content_house import House, RuledHouse, shipped
from tests.unit.exact_freight import DOCUMENTS, INVOICE_PAPER, PAPER
from tests.unit.exact_house import local
from tests.unit.timekeeping_samples import china

TABLE = load_rules(content_root() / "rules" / "legal_clocks" / "filings.yaml", LegalClocks)
EVENTS = {
    "vgm_cut_off": china("2026-03-12 09:00"),
    "loading": china("2026-03-14 06:00"),
    "departure": china("2026-03-14 20:00"),
    "arrival": china("2026-04-18 12:00"),
}
VGM, PRELOAD, LOAD = (
    ("VGM", "2026-03-12 09:00"),
    ("CN.export.preload", "2026-03-13 06:00"),
    ("CN.export.load", "2026-03-14 05:30"),
)
SEA = {"direction": "export", "mode": "sea", "packing": "container", "distance": "deep_sea"}
SAILING = {"loading_at": "2026-03-14T06:00+08:00", "etd_at": "2026-03-14T20:00+08:00", "destination": "DEHAM"}


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ({"destination": "DEHAM"}, [VGM, PRELOAD, ("EU.ens", "2026-03-13 06:00"), LOAD]),
        ({"destination": "DEHAM", "packing": "other"}, [PRELOAD, LOAD]),
        (
            {"destination": "USLAX"},
            [
                VGM,
                PRELOAD,
                ("US.ams", "2026-03-13 06:00"),
                ("US.isf", "2026-03-13 06:00"),
                LOAD,
                ("US.isf.stuffing", "2026-04-17 12:00"),
            ],
        ),
        ({"destination": "JPTYO"}, [VGM, PRELOAD, ("JP.afr", "2026-03-13 20:00"), LOAD]),
        ({"destination": "EGALY"}, [VGM, ("EG.aci", "2026-03-12 20:00"), PRELOAD, LOAD]),
        ({"destination": "SGSIN"}, [VGM, PRELOAD, LOAD]),
        ({"destination": "FRPAR", "mode": "air"}, [("EU.placi", "2026-03-14 06:00")]),
        ({"direction": "import"}, [VGM, ("CN.import.container", "2026-03-13 06:00")]),
        ({"direction": "import", "mode": "air"}, [("CN.import.air", "2026-03-14 16:00")]),
        ({"direction": "domestic", "mode": "road"}, []),
    ],
)
def test_a_way_asks_for_its_filings_the_next_one_first(changed: dict[str, str], due: list[tuple[str, str]]) -> None:
    found = advance_filings(TABLE, EVENTS, SEA | changed)
    assert [(filing.id, local(filing.due_at)) for filing in found] == due
    assert {filing.code for filing in found} <= {"AFC", "VCO"}


def test_an_event_that_is_not_planned_starts_no_filing() -> None:
    nothing: dict[str, datetime | None] = dict.fromkeys(EVENTS)
    assert advance_filings(TABLE, nothing, SEA | {"destination": "DEHAM"}) == ()


def preparing(**more: Any) -> House:
    house = RuledHouse(now=china("2026-03-02 09:00"))
    house.open("DocumentPreparation", "DP", {**DOCUMENTS, **SAILING, **more})
    return house


def still_open(house: House) -> list[str]:
    return [filing["id"] for filing in house.states["DP"].snapshot.data["filings"]]


def filing_clocks(house: House) -> list[RunningClock]:
    return [each for each in house.states["DP"].clocks.values() if each.name == "advance_filing"]


def clock(house: House) -> tuple[str, str]:
    running = filing_clocks(house)[-1]
    assert running.due_at is not None
    return running.clock.status, local(running.due_at)


def test_the_clock_watches_the_filing_that_is_due_next_until_all_are_accepted() -> None:
    house = preparing()
    assert clock(house) == ("running", "2026-03-12 09:00")
    house.signal("DP", "filing.accepted", {"filing": "EU.ens"})
    assert clock(house) == ("running", "2026-03-12 09:00")
    house.tell("DP", "zhou.jie", "filing.accepted", {"filing": "VGM"})
    assert clock(house) == ("running", "2026-03-13 06:00")
    house.signal("DP", "filing.accepted", {"filing": "no such filing"})
    assert [filing["id"] for filing in house.states["DP"].snapshot.data["filings"]] == [
        "CN.export.preload",
        "CN.export.load",
    ]
    house.tell("DP", "wang.fang", "filing.accepted", {"filing": "CN.export.preload"})
    assert clock(house) == ("running", "2026-03-14 05:30")
    house.tell("DP", "wang.fang", "filing.accepted", {"filing": "CN.export.load"})
    assert clock(house)[0] == "met"
    house.pass_time(timedelta(days=20))
    assert {each.clock.status for each in filing_clocks(house)} == {"met"}


def test_a_late_filing_is_told_before_its_instant_and_at_it() -> None:
    house = preparing(cut_off_at=None)
    house.pass_time(timedelta(days=10, hours=21))  # Friday 13 March, 06:00
    house.pass_time(timedelta(seconds=1))
    rungs = [notice for notice in house.notices if notice.template == "clock_rung"]
    told = [(local(notice.facts.at), notice.values["rung"], notice.recipient) for notice in rungs]
    assert told[-5:] == [
        ("2026-03-12 06:00", "day_before", "customs_declarant"),
        ("2026-03-13 02:00", "hours_before", "customs_declarant"),
        ("2026-03-13 02:00", "hours_before", "operations_manager"),
        ("2026-03-13 06:00", "breached", "customs_declarant"),
        ("2026-03-13 06:00", "breached", "operations_manager"),
    ]


def test_a_domestic_way_has_no_filing_and_no_clock() -> None:
    house = preparing(direction="domestic", transport_mode="road")
    assert still_open(house) == []
    assert filing_clocks(house) == []


def test_papers_handed_over_before_a_filing_say_so() -> None:
    house = preparing(transport_mode="air", destination="FRPAR")
    needed = [paper["type"] for paper in house.states["DP"].snapshot.data["required_documents"] if paper["needed"]]
    papers = [{**INVOICE_PAPER, "type": kind} for kind in needed]
    house.do("DP", "zhou.jie", "collecting", "complete", {"documents": papers})
    house.do("DP", "zhou.jie", "first_check", "agreed", {"goods_match": True})
    made = {"declaration": PAPER, "transport_document": PAPER, "awb": "020-12345675"}
    house.do("DP", "zhou.jie", "making_transport_documents", "made", made)
    seen = {"complete": True, "accurate": True, "consistent": True}
    house.do("DP", "wang.fang", "second_review", "passed", seen)
    house.do("DP", "wang.fang", "sorting", "handed_over", {"document_order": needed})
    assert house.states["DP"].outcome == "handed_over"
    assert house.told("filings_open") == ["customs_declarant", "operator"]
    notice = next(notice for notice in house.notices if notice.template == "filings_open")
    notices = NoticeTemplates(shipped().root / "notices")
    text = notices.render("filings_open", notice.facts, {}, shipped().organization).text
    assert "- AFC EU pre-loading air cargo information, by 2026-03-14 06:00 +08:00" in text
