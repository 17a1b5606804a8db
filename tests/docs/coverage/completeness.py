"""What a definition promises and no row names: a clock, or a figure that a source gives."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sop_engine.content.library import Library
from tests.docs.coverage.places import states_of, told_of
from tests.docs.coverage.rows import Section

GIVEN = frozenset({"F", "E", "X", "V"})
"""Marks of figures that a source gives, or asks for without giving one; the others are proposed by the house."""


def unclaimed(sections: Sequence[Section], library: Library) -> Iterator[str]:
    """Every clock, and every figure of a source, of the procedures that have rows, and of those inside them."""
    claims = {told_of(row, library) for section in sections for row in section.rows}
    for section in sections:
        if section.sop in library.sops and section.rows:
            yield from _of_family(section.sop, claims, library)


def _of_family(sop: str, claims: set[tuple[str, ...]], library: Library) -> Iterator[str]:
    claimed: set[str] = set()
    figures: dict[str, str] = {}
    for file in library.sops[sop].and_inner():
        name, value = file.definition.sop, file.file.value
        for way, spec in _clocks(value):
            if any(claim[: len(way) + 1] == (name, *way) for claim in claims):
                claimed |= _words(spec)
            else:
                yield f"{name}: no row names {'.'.join(way)}"
        for state, _, spec in states_of(value["states"]):
            if any(claim[:3] == (name, "states", state) for claim in claims):
                claimed |= _words({key: part for key, part in spec.items() if key != "states"})
        figures |= {key: name for key, spec in file.definition.parameters.items() if spec.mark in GIVEN}
        claimed |= {claim[2] for claim in claims if claim[:2] == (name, "parameters")}
        claimed |= _words(value.get("streams")) if any(claim[:2] == (name, "streams") for claim in claims) else set()
    yield from (
        f"{name}: no row names parameters.{key}, nor what it is for"
        for key, name in figures.items()
        if key not in claimed
    )


def _clocks(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield from ((("clocks", name), spec) for name, spec in (value.get("clocks") or {}).items())
    for state, _, spec in states_of(value["states"]):
        yield from ((("states", state, "clocks", name), each) for name, each in (spec.get("clocks") or {}).items())


def _words(spec: Any) -> set[str]:
    return set(re.findall(r"\w+", str(spec)))
