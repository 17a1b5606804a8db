"""How long the files of cases are kept: rules by kind of record, each counted from a named event.

A file is due for disposal when every rule that covers it says so; while an event has not come, it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.models import Frozen, Title
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.timekeeping.calendar import move_date
from sop_engine.timekeeping.periods import PeriodError, parse_period

CIVIL_UNITS = ("days", "weeks", "months", "years")
LEGAL_RULE = "retention"
"""The id of the periods of law that say how long papers are kept."""


class RegisterDay(Frozen):
    """A day that a register keeps of the party whom a case is for, such as the end of the cooperation."""

    of: str = Field(alias="register")
    """The register."""
    field: str
    """The field with the day; empty while it has not come."""
    named: str
    """The field of the register that names the party."""
    by: str
    """The field of the case, or of the nearest case above it that has one, with that name."""

    @property
    def told(self) -> str:
        return f"{self.of}.{self.field}"


Event = Literal["closed", "accounting_year_ended"]
"""`closed`: of the case and of every case above it. `accounting_year_ended`: of the last entry it made in the books."""


class RetentionRule(Frozen):
    """One kind of record, how long it is kept, and what that is counted from."""

    title: Title
    sops: tuple[str, ...] = ()
    """Whose cases are of this kind."""
    booked: bool = False
    """Whether every case that made an entry in the books is of this kind too."""
    keep: str | None = None
    """A period; none where law says it."""
    legal: Mapping[str, str] | None = None
    """The facts by which the period of law is found."""
    since: Event | RegisterDay = Field(alias="from")
    citation: str = ""

    @field_validator("keep")
    @classmethod
    def _whole_days(cls, text: str | None) -> str | None:
        if text is not None:
            try:
                period = parse_period(text)
            except PeriodError as error:
                raise ValueError(str(error)) from None
            if period.unit not in CIVIL_UNITS:
                raise ValueError(f"{text!r} is not counted in {', '.join(CIVIL_UNITS)}")
        return text

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.keep is None) == (self.legal is None):
            raise ValueError("either `keep` or `legal` says how long")
        if not self.sops and not self.booked:
            raise ValueError("`sops` or `booked` says what it is about")
        return self

    def covers(self, sop: str, *, is_booked: bool) -> bool:
        return sop in self.sops or (self.booked and is_booked)


class Retention(Frozen):
    """`retention.yaml`: who may, and the rules by name."""

    holders: tuple[str, ...] = Field(min_length=1)
    """Roles that set a legal hold and lift it."""
    requesters: tuple[str, ...] = Field(min_length=1)
    """Roles that ask for a disposal, and have an approved one carried out."""
    approvers: tuple[str, ...] = Field(min_length=1)
    """Roles that approve one; never the person who asked."""
    rules: Mapping[str, RetentionRule] = Field(min_length=1)

    def periods(self, law: LegalClocks, day: date) -> dict[str, str]:
        """Of each rule how long, by the law of the day. Raises InvalidInput for a rule of which law does not say it."""
        found = {name: rule.keep or law.one(LEGAL_RULE, day, rule.legal).period for name, rule in self.rules.items()}
        for name, period in found.items():
            if period is None:
                fault = Fault(f"retention.yaml, rules.{name}", "no period")
                raise InvalidInput(f"no period of law for {name}", [fault])
        return {name: period for name, period in found.items() if period is not None}

    def covering(self, sop: str, *, is_booked: bool) -> dict[str, RetentionRule]:
        return {name: rule for name, rule in self.rules.items() if rule.covers(sop, is_booked=is_booked)}


class Verdict(NamedTuple):
    """What the rules say of one file."""

    rule: str
    """The one that keeps it longest, or waits."""
    keep_until: date | None
    """Its last day; none while an event has not come, or where no rule covers it."""
    waits_for: str = ""

    def is_due(self, today: date) -> bool:
        return self.keep_until is not None and self.keep_until < today


def verdict(rules: Mapping[str, str], events: Mapping[str, date | str]) -> Verdict:
    """Of the rules that cover a file, each with its period, and of each its event: a day, or what it waits for.

    A file that no rule covers is kept.
    """
    waiting = [(name, said) for name in rules if isinstance(said := events[name], str)]
    if waiting:
        name, said = waiting[0]
        return Verdict(name, None, said)
    ends = [(_end(day, period), name) for name, period in rules.items() if isinstance(day := events[name], date)]
    if not ends:
        return Verdict("", None, "a rule that covers it")
    last, name = max(ends)
    return Verdict(name, last)


def accounting_year_end(month: str) -> date:
    """The last day of the year of an accounting month such as `2026-03`."""
    return date(int(month[:4]), 12, 31)


def faults_of_retention(
    retention: Retention, sops: Iterable[str], roles: Iterable[str], registers: Mapping[str, Iterable[str]]
) -> list[tuple[tuple[str, ...], str]]:
    """What is named that is not there, each with its place."""
    known, people = set(sops), set(roles)
    faults: list[tuple[tuple[str, ...], str]] = []
    for key in ("holders", "requesters", "approvers"):
        faults += [((key,), f"unknown role {role!r}") for role in getattr(retention, key) if role not in people]
    for name, rule in retention.rules.items():
        place = ("rules", name)
        faults += [((*place, "sops"), f"unknown SOP {sop!r}") for sop in rule.sops if sop not in known]
        if isinstance(rule.since, RegisterDay):
            fields = registers.get(rule.since.of)
            if fields is None:
                faults.append(((*place, "from"), f"unknown register {rule.since.of!r}"))
                continue
            there = set(fields)
            for field in (rule.since.field, rule.since.named):
                if field not in there:
                    faults.append(((*place, "from"), f"{rule.since.of} has no field {field!r}"))
    return faults


def _end(day: date, period: str) -> date:
    """The day of the event itself does not count."""
    return move_date(day, parse_period(period), 1)
