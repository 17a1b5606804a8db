"""What does not hold of the table of coverage: places, scenarios, tests and arguments that are not there."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sop_engine.content.library import SCENARIOS, Library, content_root
from sop_engine.content.scenario_files import scenario_paths
from sop_engine.content.yaml_files import read_file
from tests.docs.coverage.places import Barrier, Misplaced, Place, place_of
from tests.docs.coverage.rows import Row, Section

ROOT = Path(__file__).parents[3]
DECISIONS = ROOT / "docs" / "decisions.md"


def faults_of(sections: Sequence[Section], library: Library) -> Iterator[str]:
    """Every fault, those of rows with their lines."""
    named = [section.sop for section in sections]
    for name in sorted(set(named)):
        if named.count(name) > 1:
            yield f"{name} has {named.count(name)} sections"
        if name not in library.sops:
            yield f"{name} has a section and is no procedure"
    for name, found in sorted(library.sops.items()):
        if found.outer is None and name not in named:
            yield f"{name} has no rows"
    for row in (row for section in sections if section.sop in library.sops for row in section.rows):
        yield from (f"{row.line} {row.asks}: {fault}" for fault in _of_row(row, library))


def _of_row(row: Row, library: Library) -> Iterator[str]:
    if row.argued and row.open:
        yield "is either argued or open"
    if not (row.argued or row.open or (row.at and row.by)):
        yield "says where it stands (at) and what shows it (by), or is argued or open"
    if row.argued and f"\n**{row.argued}" not in DECISIONS.read_text(encoding="utf-8"):
        yield f"no entry of docs/decisions.md begins with {row.argued!r}"
    place = Place("")
    try:
        place = place_of(row, library) if row.at else place
    except Misplaced as error:
        yield str(error)
    for cover in row.by:
        yield from _of_test(cover) if "::" in cover else _of_scenario(row.sop, cover, place.said)
    if row.by and place.barrier is not None and not any(_shows(row.sop, cover, place.barrier) for cover in row.by):
        yield "is a check, and no scenario is refused by it"


def _of_test(cover: str) -> Iterator[str]:
    path, _, name = cover.partition("::")
    if name not in _tests(ROOT / path):
        yield f"there is no test {cover}"


def _of_scenario(sop: str, cover: str, said: frozenset[str]) -> Iterator[str]:
    of, name, scenario = _scenario(sop, cover)
    # A clock is said as places say it.
    text = str(scenario).replace("'clock': '", "'clock ")
    if scenario is None:
        yield f"there is no scenario {name} of {of}"
    elif said and not any(re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text) for each in said):
        yield f"scenario {name} of {of} never comes past {' or '.join(sorted(said))}"


def _shows(sop: str, cover: str, barrier: Barrier) -> bool:
    """Whether somebody stands before the barrier; what a test does is not known here, and believed."""
    if "::" in cover:
        return True
    steps = (_scenario(sop, cover)[2] or {}).get("when", ())
    return any(
        _stands(step, barrier) for step in steps if re.split("[.#]", str(step.get("completes")))[0] == barrier.state
    )


def _stands(step: Mapping[str, Any], barrier: Barrier) -> bool:
    refused = str(step.get("refused", "")).lower()
    return (bool(refused) and (not barrier.words or refused in barrier.words)) or (barrier.warns and "reason" in step)


def _scenario(sop: str, cover: str) -> tuple[str, str, Mapping[str, Any] | None]:
    """The procedure and the name that a cover means, and the scenario where there is one."""
    of, name = cover.split("/", 1) if "/" in cover else (sop, cover)
    return of, name, _scenarios(of).get(name)


@cache
def _tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions)


@cache
def _scenarios(sop: str) -> Mapping[str, Mapping[str, Any]]:
    """The scenarios beside a procedure by name."""
    found = [path for path in scenario_paths(content_root()) if path.name == f"{sop}{SCENARIOS}"]
    return {name: scenario for path in found for name, scenario in read_file(path).value["scenarios"].items()}
