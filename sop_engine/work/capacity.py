"""What is free: vehicles of the register beside their bookings, and people of the rosters."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from sop_engine.freight.capacity import WantedRoom
from sop_engine.work.contract import Gives, Takes, Work, told


class FreeVehicle(Gives):
    """A vehicle that has room."""

    plate_no: Annotated[str, told("Plate")]
    kind: Annotated[str, told("Kind")]
    free_kg: Annotated[Decimal, told("Left beside its bookings", "kg")]
    free_m3: Annotated[Decimal | None, told("Left beside its bookings", "m3")]


class UnfitVehicle(Gives):
    """A vehicle that does not come into question."""

    plate_no: Annotated[str, told("Plate")]
    reason: Annotated[str, told("Everything that stands against it")]


class Vehicles(Gives):
    """The vehicles of the register, as they are kept when the work is done."""

    vehicles: Annotated[tuple[FreeVehicle, ...], told("Those with room, the one that the load fills best first")]
    unfit: Annotated[tuple[UnfitVehicle, ...], told("The others")]


class WantedPeople(Takes):
    """Who is sought."""

    on: Annotated[date, told("Day")]
    shift: Annotated[str | None, told("Shift; any where absent")] = None
    booked: Annotated[tuple[str, ...], told("Who has other work then")] = ()


class PersonOnDuty(Gives):
    """Somebody who works then."""

    person: Annotated[str, told("Person")]
    shift: Annotated[str, told("Shift")]
    place: Annotated[str | None, told("Where")]


class PersonMissing(Gives):
    """Somebody who would work then."""

    person: Annotated[str, told("Person")]
    reason: Annotated[str, told("Why not")]


class PeopleOnDuty(Gives):
    """The people of the rosters, less those who are away or booked."""

    people: Annotated[tuple[PersonOnDuty, ...], told("Who is free")]
    missing: Annotated[tuple[PersonMissing, ...], told("Who is not")]


FREE_VEHICLES = Work(
    "free_vehicles",
    "Lists the vehicles that have room between two instants beside the bookings given, and why others have not.",
    WantedRoom,
    Vehicles,
)
PEOPLE_ON_DUTY = Work(
    "people_on_duty",
    "Lists who works on a day by the rosters and is neither away nor booked.",
    WantedPeople,
    PeopleOnDuty,
)
