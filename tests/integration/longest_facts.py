"""For every paper the case whose every field is as long as its definition takes.

The fields are those of the SOPs that make the paper, and what its sample has beside. A text is Chinese, English, a
mixture, or one word without a break, in turn. It begins with a mark such as `Q0007` and ends with `Z0007`, so that a
reader can tell whether a paper has the whole of it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import yaml

from sop_engine.basis.models import Title
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.written.fields import FieldKind, FieldSpec
from tests.integration.paper_samples import FOLDER, sample
from tests.unit.content.papers_samples import made
from tests.unit.content.written_effects import effects

MARK = re.compile(r"[QZ]\d{4}")
WRITING = (
    "危险品锂电池出口须附海事局备案单证并注明联合国编号，",
    "Fragile machinery spare parts, keep dry and upright; ",
    "Wuwei/WMW-PART-000017.AB_",
    "泵阀 Pump valve DN50 不锈钢 stainless, ",
    "WMO@%",
)
"""Of these texts are made; the third and the last are words that no line can break."""
NOON = "2026-12-31T15:59:00+00:00"
LONGEST_CASE_ID = "SHP-" + "W" * 496
IDENTIFIERS: Mapping[str, str] = {
    "accounting_month": "2026-12",
    "awb": "157-53806270",
    "container_no": "CSQU3054383",
    "currency": "CNY",
    "customs_enterprise_code": "3122480001",
    "declaration_no": "530420261000123456",
    "email": f"{'w' * 118}@{'w' * 63}.{'m' * 63}.example",
    "hs_code": "8517130000101",
    "phone": "+862112345678 ext 123456",
    "tax_invoice_no": "24312000000012345678",
    "un_locode": "CNSHA",
    "uscc": "91110000600037341L",
    "vessel_name": "W" * 50,
    "voyage": "WWWWWWWWW9",
}
"""Of each format the widest that it takes."""


class Filling:
    """Values for fields, each text with a number of its own."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._texts = count()

    def value(self, spec: FieldSpec) -> Any:
        match spec.type:
            case "choice":
                return max(spec.choices(), key=_width)
            case "list":
                return [self.value(spec.element()) for _ in range(min(self._rows, spec.max_items or self._rows))]
            case "record":
                return {name: self.value(inner) for name, inner in (spec.fields or {}).items()}
            case "file":
                return {"name": self._text(255)}
            case "text" | "reference" | "long_text" if spec.format:
                return IDENTIFIERS[spec.format]
            case "text" | "reference" | "long_text" | "person" | "unit":
                return self._text(spec.max_length or _LENGTHS[spec.type])
            case "money" if spec.per_unit:
                return {"amount": "999999999999999.99999999", "currency": "CNY"}
            case "integer" | "decimal" if spec.max is not None:
                return str(spec.max)
            case kind:
                return _LARGEST[kind]

    def _text(self, length: int) -> str:
        number = next(self._texts)
        written = WRITING[number % len(WRITING)] * (length // 5 + 1)
        begin, end = f"Q{number:04}", f"Z{number:04}"
        return (begin + written)[: length - len(end)] + end if length > 20 else written[-length:].replace(" ", "W")


_LENGTHS: Mapping[FieldKind, int] = {"text": 500, "reference": 500, "person": 500, "unit": 500, "long_text": 20_000}
_LARGEST: Mapping[FieldKind, Any] = {
    "boolean": True,
    "date": "2099-12-31",
    "datetime": NOON,
    "decimal": "999999999999999999.99999999",
    "duration": "P99999999DT23H59M59S",
    "integer": 999_999_999_999_999_999,
    "money": {"amount": "999999999999999.99", "currency": "CNY"},
}
_WORDS: dict[str, str] = yaml.safe_load((FOLDER / "_shared" / "words.yaml").read_text(encoding="utf-8"))


def _width(choice: str) -> int:
    return len(_WORDS.get(choice, choice))


def inferred(name: str, value: Any) -> FieldSpec:
    """The field that a sample's value may be of, for papers that no SOP makes."""
    title = Title(en=name, zh=name)
    match value:
        case {"amount": _, "currency": _}:
            return FieldSpec(type="money", title=title)
        case dict():
            return FieldSpec(type="record", title=title, fields={key: inferred(key, one) for key, one in value.items()})
        case [dict(), *_]:
            every = {key: entry for record in value for key, entry in record.items()}
            return FieldSpec(type="list", title=title, fields=inferred(name, every).fields)
        case list():
            return FieldSpec(type="list", title=title, item=FieldSpec(type="text", title=title))
        case str() if value in _WORDS:
            return FieldSpec(type="choice", title=title, of=(value,))
        case _:
            return FieldSpec(type=_kind(name, value), title=title)


def _kind(name: str, value: Any) -> FieldKind:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case _ if name.endswith("_on"):
            return "date"
        case _ if name.endswith("_at"):
            return "datetime"
        case str() if re.fullmatch(r"-?\d+\.\d+", value):
            return "decimal"
        case _:
            return "text"


@cache
def _makers() -> dict[str, dict[str, FieldSpec]]:
    """Of each paper that an SOP makes the fields of the case, and what the step gives beside them."""
    found: dict[str, dict[str, FieldSpec]] = {}
    for procedure, template in made():
        given = [effect.get("with", {}) for effect in effects(procedure, "document") if effect["document"] == template]
        texts = {name: inferred(name, "text") for values in given for name in values}
        found.setdefault(template, {}).update(texts | procedure.definition.data)
    return found


def fields(template: str) -> dict[str, FieldSpec]:
    """Every field that the paper can be told."""
    seen = {name: inferred(name, value) for name, value in sample(template).items()}
    return seen | _makers().get(template, {})


def longest_case(template: str, rows: int = 7) -> CaseFacts:
    """A case of which the paper can be told no more, but for the length of its lists: few such rows fill a page."""
    filling = Filling(rows)
    told = {name: filling.value(spec) for name, spec in fields(template).items()}
    if template == "report":
        told = _report(filling)
    return CaseFacts(
        case_id=LONGEST_CASE_ID,
        sop="FreightShipment",
        title={"en": "Freight shipment", "zh": "货运"},
        data=told,
        state=None,
        actor=None,
        at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
        zone="Asia/Shanghai",
        clocks={"tax_deadline": NOON},
    )


def _report(filling: Filling) -> dict[str, Any]:
    """A report of twelve columns: their heads are the program's, the cells come from the books."""
    told = sample("report")
    columns = told["columns"] * 4
    text = FieldSpec(type="text", title=Title(en="Cell", zh="单元格"))

    def cell(kind: str) -> Any:
        return filling.value(text) if kind == "text" else "-999,999,999,999,999.99"

    rows = [[cell(column["kind"]) for column in columns] for _ in range(7)]
    return {**told, "scope": filling.value(text), "columns": columns, "rows": rows}
