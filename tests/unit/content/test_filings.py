"""Advance filings and the carrier's cut-offs: what a way asks for and until when, and the clocks that watch it.

They run wherever the shipment is."""

from datetime import datetime
from typing import Any

import pytest

from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.freight.filings import advance_filings
from sop_engine.freight.legal_clocks import LegalClocks
from tests.unit.content.content_house import shipped
from tests.unit.content.exact_house import CASE, OPENED, ExactHouse, local
from tests.unit.content.exact_shipment import SHIPMENT_DATA, report
from tests.unit.timekeeping.timekeeping_samples import china

TABLE = load_rules(content_root() / "rules" / "legal_clocks" / "filings.yaml", LegalClocks)
EVENTS = {
    "loading": china("2026-03-14 06:00"),
    "departure": china("2026-03-14 20:00"),
    "arrival": china("2026-04-18 12:00"),
}
PRELOAD, LOAD = (
    ("CN.export.preload", "2026-03-13 06:00"),
    ("CN.export.load", "2026-03-14 05:30"),
)
SEA = {"direction": "export", "mode": "sea", "packing": "container", "distance": "deep_sea"}


@pytest.mark.parametrize(
    ("changed", "due"),
    [
        ({"destination": "DEHAM"}, [PRELOAD, ("EU.ens", "2026-03-13 06:00"), LOAD]),
        ({"destination": "DEHAM", "packing": "other"}, [PRELOAD, LOAD]),
        (
            {"destination": "USLAX"},
            [
                PRELOAD,
                ("US.ams", "2026-03-13 06:00"),
                ("US.isf", "2026-03-13 06:00"),
                LOAD,
                ("US.isf.stuffing", "2026-04-17 12:00"),
            ],
        ),
        ({"destination": "JPTYO"}, [PRELOAD, ("JP.afr", "2026-03-13 20:00"), LOAD]),
        ({"destination": "EGALY"}, [("EG.aci", "2026-03-12 20:00"), PRELOAD, LOAD]),
        ({"destination": "SGSIN"}, [PRELOAD, LOAD]),
        ({"destination": "FRPAR", "mode": "air"}, [("EU.placi", "2026-03-14 06:00")]),
        ({"direction": "import"}, [("CN.import.container", "2026-03-13 06:00")]),
        ({"direction": "import", "mode": "air"}, [("CN.import.air", "2026-03-14 16:00")]),
        ({"direction": "domestic", "mode": "road"}, []),
    ],
)
def test_a_way_asks_for_its_filings_the_next_one_first(changed: dict[str, str], due: list[tuple[str, str]]) -> None:
    found = advance_filings(TABLE, EVENTS, SEA | changed)
    assert [(filing.id, local(filing.due_at)) for filing in found] == due
    assert {filing.code for filing in found} <= {"AFC"}


def test_an_event_that_is_not_planned_starts_no_filing() -> None:
    nothing: dict[str, datetime | None] = dict.fromkeys(EVENTS)
    assert advance_filings(TABLE, nothing, SEA | {"destination": "DEHAM"}) == ()


BOOKED = {
    "booking_no": "BK-1",
    "cut_off_at": "2026-03-12T09:00+08:00",
    "loading_at": "2026-03-14T06:00+08:00",
    "etd_at": "2026-03-14T20:00+08:00",
    "eta_at": "2026-04-18T12:00+08:00",
}


def shipped_to(destination: str = "DEHAM", mode: str = "sea", direction: str = "export", **booked: Any) -> ExactHouse:
    """A shipment that was booked on Monday 2 March, 09:00."""
    house = ExactHouse(OPENED)
    house.start("FreightShipment", **{**SHIPMENT_DATA, "direction": direction, "destination": destination})
    report(house, "intake", "accepted", transport_mode=mode, cargo_class="general")
    report(house, "booking", "confirmed", **{**BOOKED, **booked})
    return house


def still_open(house: ExactHouse) -> list[str]:
    return [filing["id"] for filing in house.states[CASE].snapshot.data["filings"]]


def clocks(house: ExactHouse, name: str = "advance_filing") -> list[tuple[str, str | None]]:
    """Status and due instant of each clock of that name, the first one first."""
    found = [each for each in house.states[CASE].clocks.values() if each.name == name]
    return [(each.clock.status, None if each.due_at is None else local(each.due_at)) for each in found]


def state_of(house: ExactHouse) -> str:
    (found,) = {"not_booked", "awaiting_filings", "filed"} & set(house.states[CASE].snapshot.configuration)
    return found


def test_the_clock_watches_the_filing_that_is_due_next_until_all_are_accepted() -> None:
    house = shipped_to()
    assert clocks(house) == [("running", "2026-03-13 06:00")]
    house.signal(CASE, "filing.accepted", {"filing": "EU.ens"})
    assert clocks(house) == [("running", "2026-03-13 06:00")]
    house.signal(CASE, "filing.accepted", {"filing": "no such filing"})
    assert still_open(house) == ["CN.export.preload", "CN.export.load"]
    house.tell(CASE, "wang.fang", "filing.accepted", {"filing": "CN.export.preload"})
    assert clocks(house) == [("running", "2026-03-14 05:30")]
    house.tell(CASE, "zhou.jie", "filing.accepted", {"filing": "CN.export.load"})
    assert (clocks(house)[0][0], state_of(house)) == ("met", "filed")
    house.at("2026-04-20 09:00")
    assert [status for status, _ in clocks(house)] == ["met"]


def test_a_new_schedule_lists_what_is_left_and_moves_the_clock() -> None:
    house = shipped_to()
    house.signal(CASE, "filing.accepted", {"filing": "CN.export.preload"})
    later = {"loading_at": "2026-03-21T06:00+08:00", "etd_at": "2026-03-21T20:00+08:00"}
    house.signal(CASE, "carrier.schedule_changed", later)
    assert (still_open(house), clocks(house)) == (["EU.ens", "CN.export.load"], [("running", "2026-03-20 06:00")])
    house.at("2026-03-20 05:00")
    assert clocks(house) == [("running", "2026-03-20 06:00")]
    house.at("2026-03-20 06:00")
    assert clocks(house)[0][0] == "breached"


def test_a_schedule_that_is_known_late_starts_the_clock() -> None:
    house = shipped_to(loading_at=None, etd_at=None, eta_at=None)
    assert (state_of(house), clocks(house)) == ("filed", [])
    house.signal(CASE, "carrier.schedule_changed", {"loading_at": "2026-03-21T06:00+08:00"})
    assert (state_of(house), clocks(house)) == ("awaiting_filings", [("running", "2026-03-20 06:00")])


def test_what_was_accepted_is_not_filed_again_for_a_new_schedule() -> None:
    house = shipped_to("USLAX")
    for filing in ("CN.export.preload", "US.ams", "US.isf", "CN.export.load", "US.isf.stuffing"):
        house.signal(CASE, "filing.accepted", {"filing": filing})
    assert state_of(house) == "filed"
    house.signal(CASE, "carrier.schedule_changed", {"loading_at": "2026-03-21T06:00+08:00"})
    assert (state_of(house), clocks(house)[0][0]) == ("filed", "met")


def test_a_filing_is_watched_after_the_papers_went_to_customs_and_the_ship_has_sailed() -> None:
    house = shipped_to("USLAX")
    for filing in ("CN.export.preload", "US.ams", "US.isf", "CN.export.load"):
        house.signal(CASE, "filing.accepted", {"filing": filing})
    report(house, "preparing_documents", "handed_over")
    assert house.told("filings_open") == ["customs_declarant", "operator"]
    notice = next(notice for notice in house.notices if notice.template == "filings_open")
    notices = NoticeTemplates(shipped().root / "notices")
    text = notices.render("filings_open", notice.facts, {}, shipped().organization).text
    stuffing = "US importer security filing, stuffing location and consolidator"
    assert f"- AFC {stuffing}, by 2026-04-17 12:00 +08:00" in text
    report(house, "picking_up", "handed_over", fetched_at="2026-03-02T09:00+08:00")
    report(house, "declaring", "declared", declared_on="2026-03-02")
    report(house, "releasing", "released")
    house.signal(CASE, "transport.departed", {"departed_at": "2026-03-02T09:00+08:00"})
    assert "under_way" in house.states[CASE].snapshot.configuration
    house.at("2026-04-17 12:00")
    assert house.rungs("advance_filing")["breached"] == "2026-04-17 12:00"


def test_a_domestic_way_has_no_filing_and_no_clock() -> None:
    house = shipped_to("CNSHA", mode="rail", direction="domestic")
    assert (still_open(house), clocks(house), state_of(house)) == ([], [], "filed")


# -- the carrier's cut-offs --------------------------------------------------------------------------------------------


def test_a_cut_off_that_nobody_named_has_no_clock() -> None:
    house = shipped_to(direction="import")
    assert {each.name for each in house.states[CASE].clocks.values()} == {"stalled", "cut_off", "advance_filing"}


def test_the_gross_mass_of_an_export_by_sea_is_due_with_the_cut_off_unless_named() -> None:
    assert clocks(shipped_to(), "vgm_cut_off") == [("running", "2026-03-12 09:00")]
    named = [{"code": "VCO", "at": "2026-03-11T17:00+08:00"}]
    assert clocks(shipped_to(cut_offs=named), "vgm_cut_off") == [("running", "2026-03-11 17:00")]
    assert clocks(shipped_to(mode="air"), "vgm_cut_off") == []


def test_each_cut_off_ends_with_what_it_is_for() -> None:
    named = [{"code": code, "at": "2026-03-11T17:00+08:00"} for code in ("DCO", "FCO", "CUA")]
    house = shipped_to(cut_offs=named)
    house.tell(CASE, "zhou.jie", "carrier.received", {"code": "DCO"})
    assert clocks(house, "si_cut_off")[0][0] == "met"
    assert clocks(house, "full_cut_off") == [("running", "2026-03-11 17:00")]
    house.at("2026-03-11 18:00")
    house.tell(CASE, "ma.chao", "carrier.received", {"code": "FCO"})
    assert [clocks(house, name)[0][0] for name in ("full_cut_off", "customs_cut_off")] == ["breached", "breached"]


def test_a_cut_off_moves_with_the_schedule() -> None:
    house = shipped_to()
    later = [{"code": "DCO", "at": "2026-03-18T17:00+08:00"}]
    house.signal(CASE, "carrier.schedule_changed", {"cut_offs": later})
    assert clocks(house, "si_cut_off") == [("running", "2026-03-18 17:00")]
    house.signal(CASE, "carrier.schedule_changed", {"cut_offs": [{**later[0], "at": "2026-03-19T17:00+08:00"}]})
    assert clocks(house, "si_cut_off") == [("running", "2026-03-19 17:00")]
