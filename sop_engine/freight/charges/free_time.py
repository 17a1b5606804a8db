"""Free time and what comes after it: demurrage, detention and storage by a carrier's or terminal's tariff."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Literal, NamedTuple, Self

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic.dataclasses import dataclass

from sop_engine.basis.faults import Fault
from sop_engine.freight.money import Currency, Money, total
from sop_engine.freight.rules import Rule, RuleError, overlaps, rule_on

ChargeType = Literal["DEM", "DET", "STO", "DMD"]
"""Demurrage, detention, storage; DMD is demurrage and detention in one."""
DayUnit = Literal["CD", "WD"]
"""Calendar days or working days (DCSA)."""

IsWorkingDay = Callable[[date], bool]
"""The word of a calendar."""

LONGEST_STAY = 3660
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Tier:
    """What a day costs from the day of that number on, counted with the free ones, until the next tier begins."""

    from_day: int = Field(ge=1)
    per_day: Mapping[str, Decimal]
    """By type of equipment."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class FreeTimeTariff(Rule):
    """One table of a published tariff: what it is for, how long is free, and the tiers after that."""

    carrier: str
    place: str
    """Country or UN/LOCODE."""
    direction: Literal["import", "export"]
    charge: ChargeType
    currency: Currency
    counted_from: str
    """The event whose day is day 1, such as `discharged`."""
    free_days: int = Field(ge=0)
    free_unit: DayUnit = "CD"
    charge_unit: DayUnit = "CD"
    """Days after the free ones on which nothing is charged do not count either."""
    calendar: str | None = None
    """By whose working days it counts; named by tariffs in working days only."""
    tiers: tuple[Tier, ...] = Field(min_length=1)

    @property
    def equipment(self) -> tuple[str, ...]:
        """The types it has a price for."""
        return tuple(self.tiers[0].per_day)

    def __post_init__(self) -> None:
        super().__post_init__()
        faults = []
        if self.tiers[0].from_day != self.free_days + 1:
            faults.append(f"the first tier begins on day {self.tiers[0].from_day}, not on day {self.free_days + 1}")
        faults += [
            f"the tier from day {later.from_day} does not come after that from day {earlier.from_day}"
            for earlier, later in pairwise(self.tiers)
            if later.from_day <= earlier.from_day
        ]
        faults += [
            f"the tier from day {tier.from_day} is not for the same equipment as the first"
            for tier in self.tiers
            if set(tier.per_day) != set(self.equipment)
        ]
        if ("WD" in (self.free_unit, self.charge_unit)) != (self.calendar is not None):
            faults.append("a tariff in working days (WD) names its `calendar`, and no other tariff does")
        if faults:
            raise ValueError("; ".join(faults))


class FreeTimeLine(NamedTuple):
    """Days of one price, both ends included."""

    from_on: date
    to_on: date
    days: int
    per_day: Money
    amount: Money


class FreeTimeBill(NamedTuple):
    """What a stay costs. `last_free_on` is the last day that costs nothing; None where there is no free day."""

    last_free_on: date | None
    days: int
    lines: tuple[FreeTimeLine, ...]
    total: Money
    basis: str


class FreeTimeTariffs(RootModel[tuple[FreeTimeTariff, ...]]):
    """The tariffs on file. Two for the same thing on one day are refused."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _one_a_day(self) -> Self:
        faults = [
            fault
            for equipment in dict.fromkeys(name for tariff in self.root for name in tariff.equipment)
            for fault in overlaps([tariff for tariff in self.root if equipment in tariff.equipment], _name)
        ]
        if faults:
            raise ValueError("; ".join(dict.fromkeys(faults)))
        return self

    def find(self, carrier: str, place: str, direction: str, charge: str, equipment: str, day: date) -> FreeTimeTariff:
        """The tariff for a stay that began on a day; a tariff for the country serves every place in it.

        Raises RuleError when there is none.
        """
        found = [
            tariff
            for tariff in self.root
            if (tariff.carrier, tariff.direction, tariff.charge) == (carrier, direction, charge)
            and place.startswith(tariff.place)
            and equipment in tariff.equipment
        ]
        if not found:
            known = "; ".join(dict.fromkeys(f"{_name(each)} {', '.join(each.equipment)}" for each in self.root))
            wanted = f"{carrier} {place} {direction} {charge} {equipment}"
            raise RuleError([Fault("tariff", f"there is none for {wanted}", known or "none on file")])
        nearest = max(len(tariff.place) for tariff in found)
        return rule_on([tariff for tariff in found if len(tariff.place) == nearest], day)


def free_time_bill(
    tariff: FreeTimeTariff,
    equipment: str,
    started_on: date,
    ended_on: date,
    is_working_day: IsWorkingDay | None = None,
) -> FreeTimeBill:
    """The bill of a stay, both ends included; its first day is day 1 if it counts. Bounds of tiers are inclusive.

    `is_working_day` is the word of a calendar, and needed by tariffs in working days only. Raises RuleError for
    equipment without a price, dates the wrong way round, or a missing calendar.
    """
    faults = []
    if equipment not in tariff.equipment:
        faults.append(Fault("equipment", f"no price for {equipment}", ", ".join(tariff.equipment)))
    if not timedelta() <= ended_on - started_on <= timedelta(days=LONGEST_STAY):
        faults.append(Fault("ended_on", f"{ended_on} does not follow {started_on}", f"up to {LONGEST_STAY} days later"))
    if "WD" in (tariff.free_unit, tariff.charge_unit) and is_working_day is None:
        faults.append(Fault("is_working_day", "the tariff counts working days", "a calendar"))
    if faults:
        raise RuleError(faults)
    days = tuple(_numbered(tariff, started_on, ended_on, is_working_day or (lambda _: True)))
    charged = [(on, _price(tariff, equipment, number)) for on, number in days if number > tariff.free_days]
    lines = []
    for price, run in groupby(charged, key=lambda each: each[1]):
        on = [each[0] for each in run]
        lines.append(FreeTimeLine(on[0], on[-1], len(on), price, price.times(Decimal(len(on)))))
    whole = total((line.amount for line in lines), tariff.currency)
    words = " + ".join(f"{line.days} × {line.per_day.amount}" for line in lines) or "inside free time"
    basis = f"{words} = {whole}. Tariff: {tariff.source}."
    return FreeTimeBill(last_free_day(tariff, started_on, is_working_day), len(days), tuple(lines), whole, basis)


def last_free_day(tariff: FreeTimeTariff, started_on: date, is_working_day: IsWorkingDay | None = None) -> date | None:
    """The last day on which nothing is owed yet; None where no day is free."""
    if tariff.free_days == 0:
        return None
    horizon = started_on + timedelta(days=LONGEST_STAY)
    days = _numbered(tariff, started_on, horizon, is_working_day or (lambda _: True))
    return next(on for on, number in days if number == tariff.free_days)


def _numbered(
    tariff: FreeTimeTariff, started_on: date, ended_on: date, working: IsWorkingDay
) -> Iterator[tuple[date, int]]:
    number = 0
    for offset in range((ended_on - started_on).days + 1):
        on = started_on + offset * _DAY
        unit = tariff.free_unit if number < tariff.free_days else tariff.charge_unit
        if unit == "CD" or working(on):
            number += 1
            yield on, number


def _price(tariff: FreeTimeTariff, equipment: str, number: int) -> Money:
    tier = max((tier for tier in tariff.tiers if tier.from_day <= number), key=lambda tier: tier.from_day)
    return Money.rounded(tier.per_day[equipment], tariff.currency)


def _name(tariff: FreeTimeTariff) -> str:
    return f"{tariff.carrier} {tariff.place} {tariff.direction} {tariff.charge}"
