"""Places: what the table of UN/LOCODE and the notes over it find, and what they answer to a code that is not known."""

import pytest

from sop_engine.basis.faults import Fault
from sop_engine.content.library import content_root
from sop_engine.content.place_files import NOTES, TABLE, load_un_locodes
from sop_engine.content.rules import load_rules
from sop_engine.freight.places import KINDS, Place, PlaceNote, PlaceNotes, Places
from sop_engine.freight.rules import RuleError
from sop_engine.freight.un_locodes import UnLocodes
from tests.unit.freight.freight_data import places

SMALL = UnLocodes("2023-1", ["GBFXT,Felixstowe,,,SFK,123,AI,,5158N 00120E"])


def shipped() -> UnLocodes:
    return load_un_locodes(content_root() / "rules" / TABLE)


def notes() -> tuple[PlaceNote, ...]:
    return load_rules(content_root() / "rules" / NOTES, PlaceNotes).places


def first(text: str) -> Place:
    return next(places().search(text))


def labels(code: str) -> list[str]:
    return [place.label for place in places().near(code)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cnsha", "CNSHA"),
        ("上海", "CNSHA"),
        ("宁波", "CNNGB"),
        ("Hamburg", "DEHAM"),
        ("ham", "DEHAM"),
        ("Rott", "NLRTM"),
        ("Göteborg", "SEGOT"),
        ("goteborg", "SEGOT"),
        ("Gothenburg", "SEGOT"),
        ("Vienna", "ATVIE"),
        ("Madras", "INMAA"),
        ("YYZ", "CATOR"),
        ("Encamp", "ADENC"),
    ],
)
def test_a_place_is_found_by_code_airport_or_any_of_its_names(text: str, code: str) -> None:
    assert first(text).code == code


def test_a_blank_finds_nothing() -> None:
    assert list(places().search(" ")) == []


def test_a_place_says_what_both_sources_say_of_it() -> None:
    """UNECE, 2023-1: `DE HAM Hamburg HH 12345--- AF 5331N 00956E`; the Chinese name is the notes'."""
    assert places().find("DEHAM") == Place(
        code="DEHAM",
        en="Hamburg",
        zh="汉堡",
        names=("Hamburg",),
        kinds=("port", "rail", "road", "airport", "post"),
        airport="HAM",
        subdivision="HH",
        coordinates="5331N 00956E",
        status="AF",
    )


def test_the_code_of_shanghai_is_that_of_an_airport_and_means_the_port() -> None:
    """The known trap: UNECE gives CNSHA to Hongqiao Airport and CNSGH to the city; the trade writes CNSHA."""
    shanghai = places().find("CNSHA")
    assert shanghai.names == ("Shanghai", "Shanghai Hongqiao International Apt")
    assert set(shanghai.kinds) == {"airport", "port", "rail"}
    assert places().find("CNSGH").en == "Shanghai (city)"


def test_a_code_is_not_always_an_airport_code() -> None:
    """UNECE says that Vancouver's airport is YVR; the notes say that Toronto's is YYZ. Felixstowe has none."""
    airports = [places().find(code).airport for code in ("CNSHA", "CNPVG", "CAVAN", "CATOR", "GBFXT")]
    assert airports == ["SHA", "PVG", "YVR", "YYZ", ""]


def test_a_code_that_is_not_known_is_answered_with_near_ones() -> None:
    with pytest.raises(RuleError, match=r"place: NLRTD is not in UN/LOCODE 2023-1 \(allowed: NLRTM Rotterdam, "):
        places().find("NLRTD")
    assert labels("CNXMX")[0] == "CNXMN Xiamen"
    assert labels("HKXXX") == ["HKHKG Hong Kong"]


def test_a_name_that_has_the_form_of_a_code_is_answered_with_its_place() -> None:
    assert labels("TOKYO")[0] == "JPTYO Tokyo"
    assert labels("GENOA")[0] == "ITGOA Genoa"


def test_a_country_that_does_not_exist_is_answered_with_the_same_place_elsewhere() -> None:
    """UK is no country of ISO 3166-1; GB is."""
    assert "GBFXT Felixstowe" in labels("UKFXT")
    assert labels("XQ2Z9") == []


def test_an_abbreviation_is_answered_with_the_noted_place_that_it_shortens() -> None:
    assert labels("CNQGD")[0] == "CNTAO Qingdao"


def test_an_area_is_a_country_or_a_place() -> None:
    assert places().area_fault("DE", "place") is None
    assert places().area_fault("DEHAM", "place") is None
    assert places().area_fault("UK", "place") == Fault(
        "place",
        "no place of UN/LOCODE 2023-1 lies in a country UK",
        "a country's letters",
    )


@pytest.mark.parametrize(("area", "meant"), [("CNSHAX", "CNSHA"), ("Shanghai", "CNSHA"), ("", "a code of UN/LOCODE")])
def test_an_area_that_has_not_even_the_form_of_one_is_answered_too(area: str, meant: str) -> None:
    fault = places().area_fault(area, "place")
    assert fault is not None
    assert meant in fault.allowed


def test_a_firm_adds_a_place_that_the_edition_does_not_have() -> None:
    new = PlaceNote(code="GBZZZ", en="New Quay", zh="新码头", kinds=("port",))
    own = Places(SMALL, (), [new])
    found = own.find("GBZZZ")
    assert (found.label, found.kinds, found.airport, found.status) == ("GBZZZ New Quay", ("port",), "", "")
    assert [place.code for place in own.search("新码头")] == ["GBZZZ"]


def test_a_firms_note_stands_in_place_of_the_packaged_one() -> None:
    packaged, own = (PlaceNote(code="GBFXT", zh=name) for name in ("费利克斯托", "费力克斯托"))
    assert Places(SMALL, [packaged], [own]).find("GBFXT").zh == "费力克斯托"


def test_notes_on_places_outside_of_the_edition_need_a_name_and_a_kind() -> None:
    lacking = [PlaceNote(code="GBZZY", en="No kind"), PlaceNote(code="GBZZX", kinds=("port",))]
    with pytest.raises(ValueError, match=r"GBZZY is not in UN/LOCODE 2023-1, so its .*; GBZZX is not in"):
        Places(SMALL, lacking)


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="the code GBFXT stands twice"):
        PlaceNotes.model_validate({"places": [{"code": "GBFXT"}, {"code": "gb fxt"}]})


def test_the_notes_say_nothing_that_the_table_says() -> None:
    """A figure stands in one place: what UNECE says of a name, a function or an airport is not noted again."""
    table = Places(shipped(), ())
    repeated = [
        (note.code, said)
        for note in notes()
        for said in (
            note.en == table.find(note.code).en and note.en,
            set(note.kinds) & set(table.find(note.code).kinds),
            note.iata == table.find(note.code).airport and note.iata,
        )
        if said
    ]
    assert repeated == []
    assert all(note.zh for note in notes())


def test_every_function_of_the_table_has_a_kind() -> None:
    entries = (shipped().get(code) for code in shipped())
    assert {sign for entry in entries if entry for sign in entry.functions} == set(KINDS)
