"""Whether the declaration and the transport document say what the consignment note says."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from sop_engine.basis.models import Frozen


class ShippingPapers(Frozen):
    """The same facts as three papers state them, by field. The consignment note says which fields count."""

    consignment: Mapping[str, Any]
    declaration: Mapping[str, Any]
    transport_document: Mapping[str, Any]


class Difference(NamedTuple):
    """One field on which the papers do not agree, as each of them writes it; None where it says nothing."""

    field: str
    consignment: str | None
    declaration: str | None
    transport_document: str | None


def compare_documents(papers: ShippingPapers) -> tuple[Difference, ...]:
    """The differences in the consignment note's order.

    Letter case, width of characters and spaces do not count; numbers are compared by value.
    """
    differences = []
    for field in papers.consignment:
        stated = [paper.get(field) for paper in (papers.consignment, papers.declaration, papers.transport_document)]
        if len({_comparable(value) for value in stated}) > 1:
            differences.append(Difference(field, *map(_written, stated)))
    return tuple(differences)


def _comparable(value: Any) -> Any:
    if isinstance(value, int | Decimal):
        return value
    return " ".join(unicodedata.normalize("NFKC", _written(value) or "").casefold().split())


def _written(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return None if value is None else str(value)
