"""Figures that are lists: a site's own list replaces the SOP's, and what no list is is told with its line."""

from pathlib import Path

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.content.library import ContentError, load_library
from tests.unit.content.exact_house import ExactHouse
from tests.unit.content.exact_service import PROPOSED, VISIT

REP = "lin.yue"


def visited(site: str, tmp_path: Path) -> ExactHouse:
    file = tmp_path / "site.yaml"
    file.write_text(site, "utf-8")
    house = ExactHouse("2026-03-02 10:00", load_library(parameters_file=file))
    house.start("VisitFollowUp", **VISIT)
    return house


def test_a_sites_own_list_stands_in_place_of_the_sops(tmp_path: Path) -> None:
    house = visited("VisitFollowUp:\n  forbidden_promises: [32 days]\n", tmp_path)
    with pytest.raises(InvalidInput, match="No such promise"):
        house.complete(REP, "proposing", "sent", **PROPOSED)
    house.complete(REP, "proposing", "sent", **PROPOSED | {"transit_guarantee": "Zero Delay"})


def test_a_site_may_forbid_nothing(tmp_path: Path) -> None:
    house = visited("VisitFollowUp:\n  forbidden_promises: []\n", tmp_path)
    house.complete(REP, "proposing", "sent", **PROPOSED | {"transit_guarantee": "Zero Delay"})


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("zero delay", "a list is needed here, as in the SOP"),
        ("[1, 2]", "the SOP's own list holds the other kind"),
        ("[ok, 1]", "a list of figures holds texts, none of them empty, or numbers"),
        ("[ok, '']", "a list of figures holds texts, none of them empty, or numbers"),
    ],
)
def test_what_is_no_such_list_is_refused_with_its_line(written: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        visited(f"VisitFollowUp:\n  forbidden_promises: {written}\n", tmp_path)
    assert [str(fault) for fault in caught.value.faults] == [f"site.yaml:2:3: VisitFollowUp.forbidden_promises: {what}"]


def test_a_list_in_place_of_one_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="a figure is a number, a period, a text, true or false"):
        visited("VisitFollowUp:\n  thanks_within: [24 hours]\n", tmp_path)
