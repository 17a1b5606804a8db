"""What a case is found by: the fields that its SOP names, and every number of the trade, however deep it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.cases.written.definition import READS
from sop_engine.cases.written.fields import FieldSpec

NUMBERS = frozenset({"container_no", "awb", "declaration_no", "tax_invoice_no", "paper_tax_invoice_no"})
"""Formats of numbers that name one thing a customer or a carrier asks about. Not those of a kind of goods, a place or a
party, which thousands of cases share, nor those of a person. Tested for membership only."""

MOST = 2_000
"""References of one case: each is a row that is written again with every step."""


def read_field(register: str) -> str:
    """The field under which a case is found by the rows of a register that it reads."""
    return f"{READS}.{register}"


def references_of(
    specs: Mapping[str, FieldSpec], named: tuple[str, ...], data: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """(field, value) pairs, the named fields first; a value in a list has its field's path: `containers.container_no`.

    `data` is JSON-ready.
    """
    pairs: dict[tuple[str, str], None] = {}
    for name in named:
        pairs.update(dict.fromkeys((name, text) for text in _texts(data.get(name))))
    for name, spec in specs.items():
        pairs.update(dict.fromkeys(_numbers(name, spec, data.get(name))))
    return tuple(pairs)[:MOST]


def _texts(value: Any) -> Iterator[str]:
    """A value as text, or each entry of a list."""
    if isinstance(value, list | tuple):
        for entry in value:
            yield from _texts(entry)
    elif value not in (None, "") and not isinstance(value, Mapping):
        yield str(value)


def _numbers(path: str, spec: FieldSpec, value: Any) -> Iterator[tuple[str, str]]:
    if spec.is_classified:
        return
    if spec.type == "list" and isinstance(value, list | tuple):
        for entry in value:
            yield from _numbers(path, spec.element(), entry)
    elif spec.type == "record" and isinstance(value, Mapping):
        for name, field in (spec.fields or {}).items():
            yield from _numbers(f"{path}.{name}", field, value.get(name))
    elif spec.format in NUMBERS:
        yield from ((path, text) for text in _texts(value))
