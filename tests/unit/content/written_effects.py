"""Every effect that stands in a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.cases.written.procedure import Procedure


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping at any depth."""
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    for entry in value if isinstance(value, list) else ():
        yield from mappings(entry)


def effects(procedure: Procedure, kind: str) -> list[Mapping[str, Any]]:
    """The effects of a kind; a field's form entry or declaration has no text under that key."""
    definition = procedure.bundle.definition
    chart = [definition["states"], definition.get("on"), list(definition.get("cancel", ()))]
    return [found for found in mappings(chart) if isinstance(found.get(kind), str)]
