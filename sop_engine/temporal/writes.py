"""What an activity writes to the records: declared on it, so that a repair knows what to make again.

One that writes nothing is declared a read instead (`activities.access`), and a test asks for either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

Kind = Literal[
    "number",
    "money",
    "document",
    "notice",
    "row",
    "journal",
    "content",
    "repair",
    "duty",
    "order",
    "episode",
    "disposal",
    "message",
    "piece",
    "choice",
]
ERRANDS: frozenset[Kind] = frozenset({"number", "money", "document", "notice", "row"})
"""What cases have carried out once per key; a repair carries out again what is missing."""
HELD_BACK: frozenset[Kind] = frozenset({"number", "money", "document", "row", "duty", "episode", "disposal"})
"""What waits while the records cannot be relied on: what would be given twice, started twice, counted wrong,
overwritten by what a repair carries out again, or brought back by it."""

Method = TypeVar("Method", bound=Callable[..., Any])


def writes(kind: Kind) -> Callable[[Method], Method]:
    """Declares what an activity writes."""

    def declare(method: Method) -> Method:
        method.__sop_writes__ = kind  # type: ignore[attr-defined]
        return method

    return declare


def kind_of(method: Callable[..., Any]) -> Kind | None:
    """What an activity writes; none where it only reads or calculates."""
    kind: Kind | None = getattr(method, "__sop_writes__", None)
    return kind
