"""How often a case came into each state, by its journal."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sop_engine.cases.diagrams.model import Marks


def marks_of(live: Iterable[str], entered: Iterable[Sequence[str]]) -> Marks:
    """Of the states a case is in, and those that each step of its journal entered."""
    visits = Counter(state for step in entered for state in step)
    return Marks(frozenset(live), tuple(sorted(visits.items())))
