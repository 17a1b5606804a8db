"""Choosing some of many so that anybody can check it afterwards: by places, and by lot from a seed that is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.freight.rules import RuleError


class Placed(NamedTuple):
    """One candidate with its place; equal scores share the best place of them, and the next is as far behind."""

    key: str
    score: Decimal
    place: int


def placed(scores: Sequence[tuple[str, Decimal]], *, is_lowest_best: bool = False) -> tuple[Placed, ...]:
    """The candidates from the first place on; equal ones in the order of their keys.

    Raises RuleError for a key that stands twice.
    """
    _refuse_doubles(key for key, _ in scores)
    ordered = sorted(scores, key=lambda each: (each[1] if is_lowest_best else -each[1], each[0]))
    found: list[Placed] = []
    for number, (key, score) in enumerate(ordered, 1):
        place = found[-1].place if found and found[-1].score == score else number
        found.append(Placed(key, score, place))
    return tuple(found)


def best(candidates: Sequence[Placed], most: int) -> tuple[Placed, ...]:
    """The first so many, and whoever shares the place of the last of them: no lot is drawn in silence."""
    last = candidates[min(most, len(candidates)) - 1].place if most and candidates else 0
    return tuple(each for each in candidates if each.place <= last)


def share_of(whole: int, count: int | None, percent: Decimal | None) -> int:
    """How many of a whole are meant: so many, or so many percent, a part of one counting as one; at most all.

    Raises RuleError where neither or both are said.
    """
    if (count is None) == (percent is None):
        raise RuleError([Fault("count", "say how many, or which percentage", "either `count` or `percent`")])
    if count is not None:
        return min(count, whole)
    assert percent is not None
    return min(whole, int((whole * percent / 100).to_integral_value(ROUND_CEILING)))


def drawn(keys: Sequence[str], count: int, seed: str) -> tuple[str, ...]:
    """So many of the keys, drawn by lot: the same for the same keys and seed, in whatever order the keys stand.

    Each key's lot is the SHA-256 of seed and key; the smallest are drawn. Raises RuleError for a key that stands twice.
    """
    _refuse_doubles(keys)
    return tuple(sorted(keys, key=lambda key: sha256(f"{seed}\n{key}".encode()).digest())[:count])


def _refuse_doubles(keys: Iterable[str]) -> None:
    doubles = [key for key, times in Counter(keys).items() if times > 1]
    if doubles:
        raise RuleError([Fault("keys", f"{key!r} stands twice", "each key once") for key in doubles])
