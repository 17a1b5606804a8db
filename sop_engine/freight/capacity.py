"""What is free between two instants: room on vehicles beside what they carry already, and people who are on duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from sop_engine.freight.rules import CHINA

PAPERS = ("inspected_until", "insured_until", "permit_until")
"""The days up to which the papers of a vehicle hold; one that is not filled says nothing against it."""


class VehicleBooking(BaseModel):
    """What a vehicle carries, from when to when; at `until_at` it is free again."""

    model_config = ConfigDict(frozen=True)

    plate_no: str
    from_at: AwareDatetime
    until_at: AwareDatetime
    kg: Decimal = Field(ge=0)
    m3: Decimal = Field(default=Decimal(), ge=0)


class WantedRoom(BaseModel):
    """What is to be carried, from when to when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_at: AwareDatetime
    until_at: AwareDatetime
    kg: Decimal = Field(ge=0)
    m3: Decimal = Field(default=Decimal(), ge=0)
    kind: str | None = None
    """Of vehicle; any where absent."""
    dangerous_goods: bool = False
    bookings: tuple[VehicleBooking, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> WantedRoom:
        if self.until_at <= self.from_at:
            raise ValueError("`until_at` lies after `from_at`")
        return self


class FreeVehicle(NamedTuple):
    """A vehicle that has room for what is wanted; what it has left beside its bookings, at their fullest."""

    plate_no: str
    kind: str
    free_kg: Decimal
    free_m3: Decimal | None
    """None where nobody has said what the vehicle holds."""


class Unfit(NamedTuple):
    """What does not come into question, and everything that stands against it."""

    key: str
    reason: str


def free_vehicles(
    rows: Iterable[Mapping[str, Any]], wanted: WantedRoom
) -> tuple[tuple[FreeVehicle, ...], tuple[Unfit, ...]]:
    """The vehicles of the register that have the room, the one that it fills best first; and the others with the
    reasons. `rows` hold the fields of the register `vehicles`."""
    fit: list[FreeVehicle] = []
    unfit: list[Unfit] = []
    for row in rows:
        kg, m3 = _fullest(wanted, row["plate_no"])
        room = row.get("capacity_m3")
        free = FreeVehicle(row["plate_no"], row["kind"], row["capacity_kg"] - kg, None if room is None else room - m3)
        reasons = [*_against(row, wanted), *_too_small(free, wanted)]
        if reasons:
            unfit.append(Unfit(free.plate_no, "; ".join(reasons)))
        else:
            fit.append(free)
    return tuple(sorted(fit, key=lambda each: (each.free_kg, each.plate_no))), tuple(unfit)


def _against(row: Mapping[str, Any], wanted: WantedRoom) -> Iterator[str]:
    if row.get("out_of_service"):
        yield "out of service"
    if wanted.kind is not None and row["kind"] != wanted.kind:
        yield f"a {row['kind']}, not a {wanted.kind}"
    if wanted.dangerous_goods and not row.get("dangerous_goods"):
        yield "may not carry dangerous goods"
    last = wanted.until_at.astimezone(CHINA).date()
    for name in PAPERS:
        held: date | None = row.get(name)
        if held is not None and held < last:
            yield f"{name} {held.isoformat()}"


def _too_small(free: FreeVehicle, wanted: WantedRoom) -> Iterator[str]:
    if free.free_kg < wanted.kg:
        yield f"{free.free_kg} kg are free, {wanted.kg} are wanted"
    if free.free_m3 is not None and free.free_m3 < wanted.m3:
        yield f"{free.free_m3} m3 are free, {wanted.m3} are wanted"


def _fullest(wanted: WantedRoom, plate_no: str) -> tuple[Decimal, Decimal]:
    """The most that the vehicle carries at any instant of the time that is wanted."""
    own = [
        each
        for each in wanted.bookings
        if each.plate_no == plate_no and each.from_at < wanted.until_at and each.until_at > wanted.from_at
    ]
    # Loads only grow where a booking begins, so its beginnings are all the instants there are to look at.
    instants = [max(each.from_at, wanted.from_at) for each in own]
    together = [[each for each in own if each.from_at <= at < each.until_at] for at in instants]
    kg = max((sum((each.kg for each in some), Decimal()) for some in together), default=Decimal())
    m3 = max((sum((each.m3 for each in some), Decimal()) for some in together), default=Decimal())
    return kg, m3


@dataclass(frozen=True)
class Shift:
    """One line of a roster."""

    person: str
    shift: str
    place: str | None = None


def on_duty(
    rosters: Iterable[Mapping[str, Any]],
    absences: Sequence[Mapping[str, Any]],
    day: date,
    shift: str | None,
    booked: Sequence[str],
) -> tuple[tuple[Shift, ...], tuple[Unfit, ...]]:
    """Who works a shift on a day and is free, and who would and is not, with the reason. `rosters` and `absences` hold
    the fields of these registers."""
    free: list[Shift] = []
    taken: list[Unfit] = []
    for row in rosters:
        if row["day"] != day or (shift is not None and row["shift"] != shift):
            continue
        person = row["person"]
        away = [each for each in absences if each["person"] == person and each["from_on"] <= day <= each["until_on"]]
        if away:
            taken.append(Unfit(person, f"away: {away[0]['kind']}"))
        elif person in booked:
            taken.append(Unfit(person, "booked"))
        else:
            free.append(Shift(person, row["shift"], row.get("place")))
    return tuple(sorted(free, key=lambda each: (each.person, each.shift))), tuple(taken)
