"""Periods that law, conventions and filing rules set: what they start from, how long they are, what their end means.

Nothing is counted here. A description says the period in words that a calendar understands ("14 days", "5 working
days"), and whoever holds the calendar counts it. The rule in force on the day of the starting event applies.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.rules import CHINA, Rule, RuleError, overlaps

Roll = Literal["none", "next_working_day"]
Effect = Literal[
    "fee", "surcharge", "enforcement", "disposal", "lapses", "duty_due", "barred", "extinguished", "burden_of_proof",
    "no_loading", "penalty", "blocked", "may_destroy", "duty",
]  # fmt: skip
"""What the end of the period brings. `duty`: nothing runs out, something must be done when the event happens."""

_PERIOD = re.compile(r"[1-9]\d* (?:(?:working )?(?:minutes?|hours?|days?)|weeks?|months?|years?)", re.ASCII)
_BY_PREFIX = frozenset({"destination", "origin"})


def _period(text: str) -> str:
    if _PERIOD.fullmatch(text) is None:
        raise ValueError(f"'{text}' is no period; write 14 days, 5 working days, 24 hours, 6 months, 1 year")
    return text


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class LegalClock(Rule):
    """One period of law."""

    id: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    en: str
    zh: str
    starts: str
    """The event, or the day, it is counted from."""
    period: Annotated[str, AfterValidator(_period)] | None = None
    """None for a duty that is due with the event."""
    before: bool = False
    """Counted backwards: to be done at the latest this long before the event."""
    from_month_end: bool = False
    """Counted from the last day of the event's month."""
    roll: Roll = "none"
    """Whether a last day on a rest day moves. Rest days inside the period always count."""
    on_expiry: str
    effect: Effect
    when: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Facts it is for; destinations and origins by country or place. What is left out does not matter."""
    code: str = ""
    """The DCSA cut-off code, where there is one."""
    restarted_by: str = ""
    """The event that starts the period again, if it happens before the end."""
    mark: Literal["V", "P", "G", "C"]
    """How sure the figure is: verified, partly verified, general knowledge, sources conflict."""

    def is_for(self, facts: Mapping[str, str]) -> bool:
        """Whether every condition holds; a fact that is not known holds for none."""
        return all(_matches(key, allowed, facts.get(key, "")) for key, allowed in self.when.items())


class ClockDescription(NamedTuple):
    """One period that runs for a case, ready for a calendar. `rule` is its version in words."""

    id: str
    en: str
    zh: str
    starts: str
    starts_on: date | datetime
    period: str | None
    before: bool
    roll: Roll
    on_expiry: str
    effect: Effect
    code: str
    restarted_by: str
    rule: str


class LegalClocks(RootModel[tuple[LegalClock, ...]]):
    """A table of periods. Two of one id for the same facts must not hold on the same day."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        if faults := overlaps(self.root, _name):
            raise ValueError("; ".join(faults))
        return self

    def running(
        self, events: Mapping[str, date | datetime | None], facts: Mapping[str, str]
    ) -> tuple[ClockDescription, ...]:
        """The periods that the events start, in the table's order. Days of instants are those of China."""
        return tuple(self._running(events, facts))

    def on(self, day: date) -> tuple[LegalClock, ...]:
        """The table as it holds on a day."""
        return tuple(clock for clock in self.root if self._current(clock, day))

    def one(self, id: str, day: date, facts: Mapping[str, str] | None = None) -> LegalClock:
        """The period of that id on a day. Raises RuleError when there is none for these facts."""
        applicable = (clock for clock in self.root if clock.id == id and clock.is_for(facts or {}))
        found = [clock for clock in applicable if self._current(clock, day)]
        if not found:
            known = ", ".join(dict.fromkeys(clock.id for clock in self.on(day)))
            raise RuleError([Fault("id", f"no period {id} for these facts on {day}", known)])
        return found[0]

    def _running(
        self, events: Mapping[str, date | datetime | None], facts: Mapping[str, str]
    ) -> Iterator[ClockDescription]:
        for clock in self.root:
            at = events.get(clock.starts)
            if at is None or not clock.is_for(facts) or not self._current(clock, _day(at)):
                continue
            yield ClockDescription(
                clock.id,
                clock.en,
                clock.zh,
                clock.starts,
                _month_end(_day(at)) if clock.from_month_end else at,
                clock.period,
                clock.before,
                clock.roll,
                clock.on_expiry,
                clock.effect,
                clock.code,
                clock.restarted_by,
                clock.source,
            )

    def _current(self, clock: LegalClock, day: date) -> bool:
        same = [each for each in self.root if _name(each) == _name(clock) and each.holds_on(day)]
        return bool(same) and max(same, key=lambda each: each.valid_from) is clock


def _matches(key: str, allowed: tuple[str, ...], fact: str) -> bool:
    return fact.startswith(allowed) if key in _BY_PREFIX else fact in allowed


def _name(clock: LegalClock) -> str:
    conditions = (f"{key} {'/'.join(allowed)}" for key, allowed in sorted(clock.when.items()))
    return ", ".join((clock.id, *conditions))


def _day(at: date | datetime) -> date:
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(CHINA).date()


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
