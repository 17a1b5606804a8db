"""Every field of a paper can be filled: by the case that makes it, by the firm, or by a clock.

Each SOP's paper is rendered for a case in which every field holds something. What is a dash then, or is left out as not
known, no case could ever fill.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.procedure import Procedure
from sop_engine.documents.papers import PaperTemplates
from tests.unit.content.content_house import compiled, shipped
from tests.unit.content.papers_samples import made
from tests.unit.content.written_effects import effects

FOLDER = shipped().root / "documents"
PAPERS = PaperTemplates(FOLDER)
NOON = "2026-03-02T04:00:00+00:00"
DASH = "—"

MADE_LATER = {
    "claim_letter": "Claim",
    "claim_reply": "Claim",
    "contract": "ContractSigning",
    "quotation": "Quotation",
    "statement": "AccountReconciliation",
}
"""Papers that no SOP makes yet, with the one of the catalogue that will."""
MADE_OTHERWISE = {
    "arrival_notice": "the carrier",
    "commercial_invoice": "the seller",
    "packing_list": "the seller",
    "shipping_instruction": "the shipper",
    "report": "sop report",
}
"""Papers that come from the parties, and the one that the command line makes of the books."""

FILLED: Mapping[str, Any] = {
    "integer": 1,
    "decimal": "2.5",
    "money": {"amount": "12.50", "currency": "CNY"},
    "date": "2026-03-02",
    "datetime": NOON,
    "duration": "PT2H",
    "boolean": True,
    "file": {"name": "paper.pdf"},
}


def filled(name: str, spec: FieldSpec, which: int = 0) -> Any:
    """A value for a field: of a record every field, of a list an entry with the first choices and one with the last."""
    match spec.type:
        case "choice":
            return list(spec.choices())[which]
        case "list":
            return [filled(name, spec.element(), each) for each in (0, -1)]
        case "record":
            return {part: filled(part, inner, which) for part, inner in (spec.fields or {}).items()}
        case kind:
            return FILLED.get(kind, f"Some {name}")


def page(procedure: Procedure, template: str) -> str:
    """The paper of a case that knows everything it can."""
    data = {name: filled(name, spec) for name, spec in procedure.definition.data.items()}
    given = [effect.get("with", {}) for effect in effects(procedure, "document") if effect["document"] == template]
    facts = CaseFacts(
        case_id="CASE-1",
        sop=procedure.sop,
        title={"en": "A case", "zh": "案件"},
        data=data | {name: f"Some {name}" for values in given for name in values},
        state=None,
        actor=None,
        at=datetime(2026, 3, 2, 4, tzinfo=UTC),
        zone="Asia/Shanghai",
        clocks=dict.fromkeys(procedure.definition.clocks, NOON),
    )
    return PAPERS.render(template, facts, {}, shipped().organization, medium="screen").content.decode()


def said(html: str) -> Iterator[tuple[str, list[str]]]:
    """The Chinese label of each box, column and sum, with the lines that stand under it."""
    label = r'<span lang="zh-CN">(?P<label>[^<]*)</span>'
    for found in re.finditer(rf"<dt>[^\n]*?{label}</dt><dd>(?P<value>.*?)</dd>", html):
        yield found["label"], found["value"].split("<br>")
    for found in re.finditer(rf'<tr><th scope="row">{label}.*?</th><td class="figure">(?P<value>.*?)</td>', html):
        yield found["label"], found["value"].split("<br>")
    for table in re.findall(r'<div class="table">.*?</table>', html, re.DOTALL):
        heads = re.findall(rf'<th scope="col".*?{label}</th>', table)
        for row in re.findall(r"<tr>(<td.*?)</tr>", table):
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
            yield from ((head, cell.split("<br>")) for head, cell in zip(heads, cells, strict=True))


def never_filled(html: str) -> set[str]:
    """The labels under which, in one and the same line of the cell, every row has a dash."""
    cells: dict[str, list[list[str]]] = {}
    for label, lines in said(html):
        cells.setdefault(label, []).append(lines)
    return {label for label, rows in cells.items() for line in zip(*rows, strict=False) if set(line) == {DASH}}


def promised(template: str) -> set[str]:
    """The labels in the template's own text, also of what is left out while it is not known."""
    source = (FOLDER / f"{template}.typ").read_text(encoding="utf-8")
    return set(re.findall(r'\b(?:field|known|column|figures|rates|choices)\(\s*"[^"]*",\s*"([^"]*)"', source))


@pytest.mark.parametrize(
    ("procedure", "template"), [pytest.param(*pair, id=f"{pair[0].sop}-{pair[1]}") for pair in made()]
)
def test_every_field_of_a_paper_can_be_filled(procedure: Procedure, template: str) -> None:
    html = page(procedure, template)
    left_out = promised(template) - {label for label, _ in said(html)}
    assert sorted(never_filled(html) | left_out) == []


def test_what_cannot_be_filled_is_found() -> None:
    html = page(compiled("CommissionIntake"), "tax_payment_notice")
    empty = never_filled(html)
    assert {"报关单号", "应缴合计", "计税价格"} <= empty
    assert "客户" not in empty
    assert "收款银行" in promised("tax_payment_notice")
    assert "收款银行" not in {label for label, _ in said(html)}


def test_every_paper_has_its_maker() -> None:
    ours = {template for _, template in made()}
    assert sorted([*ours, *MADE_LATER, *MADE_OTHERWISE]) == sorted(PAPERS.ids)
    written = [sop for sop in shipped().sops if sop in MADE_LATER.values()]
    assert written == []
