"""The table of places: what it finds, and what it refuses to hold."""

from typing import Any

import pytest

from sop_engine.freight.places import Places
from sop_engine.freight.rules import RuleError
from tests.unit.freight_data import places


def test_the_table_says_where_it_is_from() -> None:
    assert places().source == "curated; every code stands in UN/LOCODE 2023-1"
    assert len(places().places) > 190


@pytest.mark.parametrize(
    ("text", "code"), [("cnsha", "CNSHA"), ("宁波", "CNNGB"), ("Hamburg", "DEHAM"), ("ham", "DEHAM"), ("Rott", "NLRTM")]
)
def test_a_place_is_found_by_code_airport_or_name(text: str, code: str) -> None:
    assert places().search(text)[0].code == code


def test_a_blank_finds_nothing() -> None:
    assert places().search(" ") == ()


def test_a_code_is_not_always_an_airport_code() -> None:
    """CNSHA ends in the code of Hongqiao airport; Toronto's CATOR does not end in YYZ, and Rotterdam has no airport."""
    airports = [places().find(code).airport for code in ("CNSHA", "CNPVG", "CATOR", "NLRTM")]
    assert airports == ["SHA", "PVG", "YYZ", ""]


def test_a_code_that_is_not_there_names_the_country_s_places() -> None:
    with pytest.raises(RuleError, match=r"HKXXX is not in the table .*allowed: HKHKG Hong Kong"):
        places().find("HKXXX")


def test_what_stands_twice_is_refused() -> None:
    def place(code: str, iata: str = "") -> dict[str, Any]:
        return {"code": code, "en": code, "zh": code, "kinds": ["air"], "iata": iata}

    twice = [place("CNPVG"), place("CNPVG"), place("CNSHX", "SHA"), place("CNSHA")]
    with pytest.raises(ValueError, match="the code CNPVG stands twice; the airport PVG stands twice; the airport SHA"):
        Places.model_validate({"source": "test", "places": twice})
