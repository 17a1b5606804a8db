"""PDF files as archives want them, and templates that are wrong."""

from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from sop_engine.basis.faults import NotFound
from sop_engine.documents.environment import TemplateError
from sop_engine.documents.papers import PaperTemplates
from tests.integration.paper_samples import PAPERS, pages, paper, sample

LETTERS = "Müller Łódź İstanbul Yağmur Ωμέγα Жук Київ Việt ₫ ≥ ☑ 〇 貳 臺灣 𠮷"
"""Names as customers have them; of these only 𠮷 is in none of the fonts."""


def own(template: str, folder: Path) -> PaperTemplates:
    (folder / "own.typ").write_text(template, encoding="utf-8")
    return PaperTemplates(folder)


def entries(reader: PdfReader) -> list[DictionaryObject]:
    """Every dictionary in the file."""
    found = (reader.get_object(number) for number in range(1, int(str(reader.trailer["/Size"]))))
    return [entry for entry in found if isinstance(entry, DictionaryObject)]


def test_a_file_is_an_archive_file_with_its_fonts_and_the_time_of_the_case() -> None:
    reader = PdfReader(BytesIO(paper("release_notice", sample("release_notice", goods_text=LETTERS)).content))
    assert reader.xmp_metadata is not None
    assert b"<pdfaid:part>2</pdfaid:part>" in reader.xmp_metadata.stream.get_data()
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.isoformat() == "2026-03-17T23:30:00+00:00"
    kinds = [entry.get("/Type") for entry in entries(reader)]
    assert kinds.count("/FontDescriptor") == kinds.count("/Font") / 2 >= 2
    for entry in entries(reader):
        assert entry.get("/Type") != "/FontDescriptor" or {"/FontFile2", "/FontFile3"} & set(entry)


def test_letters_of_many_scripts_are_printed_and_one_without_a_glyph_is_marked() -> None:
    (text,) = pages(paper("release_notice", {"goods_text": LETTERS}))
    assert "".join(LETTERS.split()).replace("𠮷", "〓") in text
    assert pages(paper("release_notice", {"goods_text": normalize("NFD", LETTERS)})) == [text]


def test_what_the_effect_gives_goes_before_what_the_case_has() -> None:
    (text,) = pages(paper("release_notice", sample("release_notice"), release_no="FX-9"))
    assert "FX-9" in text
    assert "FX-2026-0099" not in text


@pytest.mark.parametrize("template", ["nowhere", "../documents/invoice", "_shared/paper", ""])
def test_an_unknown_template_is_not_found_and_the_known_ones_are_named(template: str) -> None:
    with pytest.raises(NotFound, match="acceptance, air_waybill"):
        paper(template, {})


@pytest.mark.parametrize(
    ("template", "match"),
    [
        ("#let x = (\n", r"own\.typ:1: unclosed delimiter"),
        ("\n#nobody\n", r"own\.typ:2: unknown variable: nobody"),
        ('#read("/../secret.txt")', r"own\.typ:1: .*escape"),
        ('#import "@preview/cetz:0.3.0"', r"own\.typ:1: "),
    ],
)
def test_a_template_that_fails_says_where(template: str, match: str, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    with pytest.raises(TemplateError, match=match):
        paper("own", {}, own(template, folder))


def test_a_template_without_a_title_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"own\.typ: .*title"):
        paper("own", {}, own("text", tmp_path))


def test_the_folder_says_what_there_is() -> None:
    assert "invoice" in PAPERS
    assert "_shared/paper" not in PAPERS
