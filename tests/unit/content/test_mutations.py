"""Random damage to the shipped SOPs: whatever somebody writes, reading and linting end in findings, not in a traceback.

`python -m tests.unit.content.test_mutations 2000` tries so many, and prints what failed.
"""

import sys
import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest

from sop_engine.cases.lint.linting import Surroundings
from sop_engine.content.checking import check_sop, surroundings_of
from sop_engine.content.library import Library, load_library, sop_of
from sop_engine.content.yaml_files import YamlFault, YamlFile

SEED = 20_260_302
SAMPLE = 60
TEXTS = ("", " ", "plain", "{{", "a.b", "1 day", "2026-02-30")
ANYTHING: tuple[Any, ...] = (*TEXTS, None, True, False, 0, -1, 10**15, 1.5, [], {}, [None], {"": None})
"""Of each type that a file may hold, what is least expected."""

Spot = tuple[Any, Any]
"""A mapping or list, and the key of one of its entries."""

library: Callable[[], Library] = cache(load_library)
surroundings: Callable[[], Surroundings] = cache(lambda: surroundings_of(library()))


def spots(node: Any) -> Iterator[Spot]:
    """Every place of a definition that can be changed."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield node, key
        yield from spots(value)


def delete(random: Random, definition: Any, at: Spot) -> None:
    del at[0][at[1]]


def duplicate(random: Random, definition: Any, at: Spot) -> None:
    holder, key = at
    if isinstance(holder, list):
        holder.insert(key, deepcopy(holder[key]))
    else:
        holder[f"{key}_again"] = deepcopy(holder[key])


def retype(random: Random, definition: Any, at: Spot) -> None:
    at[0][at[1]] = deepcopy(random.choice(ANYTHING))


def misspell(random: Random, definition: Any, at: Spot) -> None:
    """A letter more or less, in the key or in the text under it."""
    holder, key = at
    if isinstance(holder, dict) and (random.random() < 0.5 or not isinstance(holder[key], str)):
        renamed = _misspelt(random, str(key))
        holder[renamed] = holder.pop(key)
    elif isinstance(holder[key], str):
        holder[key] = _misspelt(random, holder[key])
    else:
        retype(random, definition, at)


def swap(random: Random, definition: Any, at: Spot) -> None:
    """Two values change their places."""
    other, name = random.choice(list(spots(definition)))
    one, two = deepcopy(at[0][at[1]]), deepcopy(other[name])
    at[0][at[1]], other[name] = two, one


def nest(random: Random, definition: Any, at: Spot) -> None:
    at[0][at[1]] = random.choice(([at[0][at[1]]], {"states": at[0][at[1]]}, {at[1]: at[0][at[1]]}))


def graft(random: Random, definition: Any, at: Spot) -> None:
    """A part stands in another place too."""
    other, name = random.choice(list(spots(definition)))
    if isinstance(at[0], dict):
        at[0][name if isinstance(name, str) else "x"] = deepcopy(other[name])
    else:
        at[0].append(deepcopy(other[name]))


KINDS = (delete, duplicate, retype, misspell, swap, nest, graft)


def _misspelt(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + random.choice(("", "x", "é", ".", "'", "|", "]")) + text[at + random.randrange(2) :]


def mutant(number: int) -> tuple[str, str, Any]:
    """The SOP, what was done to it, and the definition that came of it."""
    random = Random(SEED + number)
    sop = random.choice(sorted(library().sops))
    definition = deepcopy(dict(library().sops[sop].file.value))
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        kind, at = random.choice(KINDS), random.choice(list(spots(definition)))
        done.append(f"{kind.__name__} {at[1]!r}")
        kind(random, definition, at)
    return sop, ", ".join(done), definition


def found_in(sop: str, definition: Any) -> list[YamlFault]:
    """What reading and linting say of a definition that stands in the place of a shipped one."""
    faults: list[YamlFault] = []
    sop_file = sop_of(YamlFile(f"{sop}.yaml", definition, {}), faults, library().parts)
    if sop_file is None:
        return faults
    name = sop_file.definition.sop
    around = replace(surroundings(), sops={**surroundings().sops, name: sop_file.definition})
    errors, warnings = check_sop(replace(library(), sops={**library().sops, name: sop_file}), name, around)
    return [*errors, *warnings]


@pytest.mark.parametrize("number", range(SAMPLE))
def test_damage_ends_in_findings(number: int) -> None:
    sop, _, definition = mutant(number)
    for fault in found_in(sop, definition):
        assert (fault.file, bool(fault.message)) == (f"{sop}.yaml", True)


def test_much_of_the_damage_is_found() -> None:
    assert sum(bool(found_in(sop, definition)) for sop, _, definition in map(mutant, range(10))) >= 5


def _try_all(count: int) -> int:
    """Tries so many and prints each traceback. How many there were."""
    failed = 0
    for number in range(count):
        sop, done, definition = mutant(number)
        try:
            found_in(sop, definition)
        except Exception as error:
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"{number} {sop}: {done}: {type(error).__name__} at {where.filename}:{where.lineno}: {error}")
    print(f"{failed} tracebacks of {count}")
    return failed


if __name__ == "__main__":
    sys.exit(min(_try_all(int(sys.argv[1])), 1))
