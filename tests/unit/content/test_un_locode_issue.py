"""The table of UN/LOCODE: made from UNECE's lines as its manual describes them, and the same as its source."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from sop_engine.content.library import ContentError, content_root
from sop_engine.content.place_files import TABLE, load_un_locodes
from sop_engine.freight.identifiers import un_locode
from sop_engine.freight.un_locodes import Entry
from tests.un_locode.__main__ import packaged, written
from tests.un_locode.issue import Line, Made, make, read_issue

PATH = content_root() / "rules" / TABLE

BRUSSELS = Line(
    "", "BE", "BRU", "Brussel (Bruxelles)", "Brussel (Bruxelles)", "BRU", "1234----", "AI", "1101", *[""] * 3
)
BRIDGES = BRUSSELS._replace(name="Bruxelles (Brussel)", functions="----5---", change="|")
TORONTO = Line("#", "CA", "TOR", "Torontó", "Toronto", "ON", "1--45---", "AI", "0401", "YTO", "4339N 07923W", "")


def made(*lines: Line) -> Mapping[str, Entry]:
    return {entry.code: entry for entry in make("2023-1", lines).entries}


def left_out(*lines: Line) -> tuple[str, ...]:
    return make("2023-1", lines).left_out


def test_an_entry_keeps_what_unece_says_without_what_repeats() -> None:
    assert made(TORONTO)["CATOR"] == Entry("CATOR", "Torontó", "Toronto", (), "ON", "145", "AI", "YTO", "4339N 07923W")
    assert made(TORONTO._replace(name="Toronto", iata="TOR"))["CATOR"][2:8] == ("", (), "ON", "145", "AI", "")


def test_lines_of_one_code_become_one_entry_with_all_names_and_functions() -> None:
    brussels = made(BRUSSELS, BRIDGES)["BEBRU"]
    assert (brussels.name, brussels.also, brussels.functions) == (
        "Brussel (Bruxelles)",
        ("Bruxelles (Brussel)",),
        "12345",
    )


def test_a_reference_is_another_name_of_the_place_it_points_to() -> None:
    reference = Line("=", "CA", "", "York = Torontó", "York = Toronto", *[""] * 7)
    assert made(reference, TORONTO)["CATOR"].also == ("York",)
    lost = reference._replace(name="York = Yorkville")
    assert left_out(lost, TORONTO) == ("CA York = Yorkville: 0 places have this name",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (TORONTO._replace(status="XX", remarks="Use CAXXX"), "CATOR Torontó: to be removed. Use CAXXX"),
        (TORONTO._replace(change="X"), "CATOR Torontó: to be removed."),
        (TORONTO._replace(location="T0R"), "CAT0R Torontó: the code is not 5 letters and digits 2 to 9"),
        (TORONTO._replace(functions="9-------"), "CATOR Torontó: unknown functions 9-------"),
    ],
)
def test_what_is_not_in_force_or_not_by_the_manual_is_left_out_and_told(line: Line, reason: str) -> None:
    assert (made(line), left_out(line)) == ({}, (reason,))


def test_unknown_functions_and_bad_coordinates_are_left_blank() -> None:
    vague = made(TORONTO._replace(functions="0-------", coordinates="4339N 79W"))["CATOR"]
    assert (vague.functions, vague.coordinates) == ("", "")


def test_the_head_of_a_country_is_no_place() -> None:
    assert make("2023-1", [Line("", "CA", "", ".CANADA", *[""] * 8)]) == Made("2023-1", (), ())


def test_names_with_commas_and_quotes_come_back_whole(tmp_path: Path) -> None:
    odd = TORONTO._replace(name='Nagoya, "Aichi"')
    path = tmp_path / TABLE
    path.write_text(written(make("2031-2", [odd, BRUSSELS, BRIDGES])), encoding="utf-8")
    table = load_un_locodes(path)
    toronto, brussels = table.get("CATOR"), table.get("BEBRU")
    assert toronto is not None
    assert brussels is not None
    assert (table.edition, len(table), toronto.name) == ("2031-2", 2, 'Nagoya, "Aichi"')
    assert brussels.also == ("Bruxelles (Brussel)",)


def test_a_folder_holds_one_issue(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no issue; wanted: the CSV files of one issue"):
        read_issue(tmp_path)
    for edition in ("2023-1", "2023-2"):
        (tmp_path / f"{edition} UNLOCODE CodeListPart1.csv").touch()
    with pytest.raises(ValueError, match=r"holds 2023-1, 2023-2; wanted"):
        read_issue(tmp_path)


def test_a_file_of_another_make_is_refused(tmp_path: Path) -> None:
    path = tmp_path / TABLE
    path.write_text("code,name\nCATOR,Toronto\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"un_locode.csv:1:1: .*make it with `python -m tests.un_locode`"):
        load_un_locodes(path)


def test_the_shipped_table_is_sorted_and_every_code_has_the_form_of_one() -> None:
    codes = list(load_un_locodes(PATH))
    assert len(codes) == 115_760
    assert codes == sorted(codes)
    assert [code for code in codes if un_locode(code) != code] == []


def test_the_shipped_table_is_what_its_source_makes() -> None:
    try:
        folder = packaged()
    except PackageNotFoundError:
        pytest.skip("pyunlocode, which holds UNECE's files, is not installed")
    assert PATH.read_text(encoding="utf-8") == written(read_issue(folder))
