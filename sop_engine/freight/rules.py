"""Dated rules of law: each says since when it holds, who applies it and where it is written."""

from collections.abc import Sequence
from datetime import date, timedelta, timezone
from typing import TypeVar

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

CHINA = timezone(timedelta(hours=8), "China")
"""The civil time in which Chinese legal days are counted; no summer time since 1991."""

Fault = tuple[str, str, str]
"""Where, what is wrong, what is allowed."""


class RuleError(ValueError):
    """What the rules do not allow; `faults` lists all of it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{where}: {what} (allowed: {allowed})" for where, what, allowed in faults))


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Rule:
    """What every rule of law carries. It holds until the next one of its kind begins."""

    valid_from: date
    authority: str
    citation: str

    @property
    def source(self) -> str:
        """The rule's version in words, to be quoted beside what was computed by it."""
        return f"{self.citation} ({self.authority}), in force from {self.valid_from}"


AnyRule = TypeVar("AnyRule", bound=Rule)


def rule_on(rules: Sequence[AnyRule], day: date) -> AnyRule:
    """The rule in force on the day of the event. Raises RuleError for a day before the first one."""
    begun = [rule for rule in rules if rule.valid_from <= day]
    if not begun:
        first = min(rule.valid_from for rule in rules)
        raise RuleError([("date", f"no rule for {day}", f"{first} or later")])
    return max(begun, key=lambda rule: rule.valid_from)
