"""Sample cases for every paper, from `paper_samples/*.yaml`, and what is read back from a finished PDF or page."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from pypdf import PdfReader

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.content.library import content_root
from sop_engine.documents.papers import Medium, PaperTemplates, RenderedPaper
from tests.unit.content.content_house import shipped

FOLDER = content_root() / "documents"
SAMPLES = Path(__file__).with_suffix("")
PAPERS = PaperTemplates(FOLDER)
FIRM = shipped().organization


@cache
def _read(template: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((SAMPLES / f"{template}.yaml").read_text(encoding="utf-8"))
    return data


def sample(template: str, **changed: Any) -> dict[str, Any]:
    """A template's sample data, with some of it changed."""
    return {**_read(template), **changed}


def paper(
    template: str, data: dict[str, Any], papers: PaperTemplates = PAPERS, *, medium: Medium = "print", **values: Any
) -> RenderedPaper:
    """The paper of a case that holds the data."""
    facts = CaseFacts(
        case_id="SHP-2026-0117",
        sop="FreightShipment",
        title={"en": "Freight shipment", "zh": "货运"},
        data=data,
        state=None,
        actor=None,
        at=datetime(2026, 3, 17, 23, 30, tzinfo=UTC),
        zone="Asia/Shanghai",
    )
    return papers.render(template, facts, values, FIRM, medium=medium)


@cache
def ordinary(template: str, medium: Medium) -> RenderedPaper:
    """The paper of its sample, made once for all tests of a process."""
    return paper(template, sample(template), medium=medium)


def pages(rendered: RenderedPaper) -> list[str]:
    """The text of each page, without blanks: where a line breaks says nothing."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(rendered.content)).pages]
