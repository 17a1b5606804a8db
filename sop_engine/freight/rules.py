"""Dated rules of law: each says since when it holds, who applies it and where it is written."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta, timezone
from itertools import pairwise
from typing import TypeVar

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault, FaultyError

CHINA = timezone(timedelta(hours=8), "China")
"""The civil time in which Chinese legal days are counted; no summer time since 1991."""


class RuleError(FaultyError):
    """What the rules do not allow."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Rule:
    """What every rule carries. It holds through `valid_to`; without one, until the next of its kind begins."""

    valid_from: date
    authority: str
    citation: str
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")

    @property
    def source(self) -> str:
        """The rule's version in words, to be quoted beside what was computed by it."""
        until = f" to {self.valid_to}" if self.valid_to else ""
        return f"{self.citation} ({self.authority}), in force from {self.valid_from}{until}"

    def holds_on(self, day: date) -> bool:
        """Whether the day lies inside the rule's validity, both ends included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


AnyRule = TypeVar("AnyRule", bound=Rule)


def rule_on(rules: Sequence[AnyRule], day: date, where: str = "date") -> AnyRule:
    """The rule in force on the day of the event: of several, the one that began last.

    Raises RuleError, naming `where` the day was read, for a day on which none holds.
    """
    in_force = [rule for rule in rules if rule.holds_on(day)]
    if not in_force:
        raise RuleError([Fault(where, f"no rule for {day}", _validity(rules))])
    return max(in_force, key=lambda rule: rule.valid_from)


def overlaps(rules: Sequence[AnyRule], name: Callable[[AnyRule], str]) -> list[str]:
    """Faults of a table in which two rules of one name claim the same day. One without an end gives way to the next."""
    ordered = sorted(rules, key=lambda rule: (name(rule), rule.valid_from))
    return [
        f"{name(later)}: the entries from {earlier.valid_from} and from {later.valid_from} overlap"
        for earlier, later in pairwise(ordered)
        if name(earlier) == name(later) and later.valid_from <= (earlier.valid_to or earlier.valid_from)
    ]


def _validity(rules: Sequence[Rule]) -> str:
    spans = (
        f"{rule.valid_from} to {rule.valid_to}" if rule.valid_to else f"{rule.valid_from} or later" for rule in rules
    )
    return "; ".join(sorted(spans)) or "nothing is on file"
