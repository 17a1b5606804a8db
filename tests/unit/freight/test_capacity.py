"""Room on vehicles beside their bookings, and people on duty."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.freight.capacity import Shift, VehicleBooking, WantedRoom, free_vehicles, on_duty
from tests.unit.timekeeping.timekeeping_samples import china

LORRY: dict[str, Any] = {
    "plate_no": "A",
    "kind": "box",
    "capacity_kg": Decimal(5000),
    "capacity_m3": Decimal(30),
    "dangerous_goods": False,
    "out_of_service": False,
    "insured_until": date(2026, 12, 31),
}


def at(hour: int, day: int = 2) -> datetime:
    return china(f"2026-03-{day:02} {hour:02}:00")


def booked(begin: int, end: int, kg: int, m3: int = 0, plate: str = "A") -> VehicleBooking:
    return VehicleBooking(plate_no=plate, from_at=at(begin), until_at=at(end), kg=Decimal(kg), m3=Decimal(m3))


def wanted(*bookings: VehicleBooking, **changed: Any) -> WantedRoom:
    room = {"from_at": at(9), "until_at": at(12), "kg": 2000, "m3": 10, "bookings": bookings}
    return WantedRoom.model_validate(room | changed)


@pytest.mark.parametrize(
    ("bookings", "kg", "m3"),
    [
        ((), 5000, 30),
        ((booked(7, 9, 4000),), 5000, 30),
        ((booked(12, 15, 4000),), 5000, 30),
        ((booked(8, 10, 1000, 5), booked(10, 11, 2000, 20)), 3000, 10),
        ((booked(8, 11, 1000, 5), booked(10, 14, 2000, 6)), 2000, 19),
        ((booked(8, 14, 4000, plate="B"),), 5000, 30),
    ],
)
def test_what_is_free_is_what_is_left_at_the_fullest_instant(
    bookings: tuple[VehicleBooking, ...], kg: int, m3: int
) -> None:
    ((free,), unfit) = free_vehicles([LORRY], wanted(*bookings))
    assert unfit == ()
    assert (free.free_kg, free.free_m3) == (Decimal(kg), Decimal(m3))


def test_the_vehicle_that_is_filled_best_comes_first() -> None:
    rows = [LORRY, {**LORRY, "plate_no": "B", "capacity_kg": Decimal(2500), "capacity_m3": None}]
    free, _ = free_vehicles(rows, wanted())
    assert [(each.plate_no, each.free_m3) for each in free] == [("B", None), ("A", 30)]


@pytest.mark.parametrize(
    ("row", "room", "reason"),
    [
        ({"out_of_service": True}, {}, "out of service"),
        ({}, {"kind": "reefer"}, "a box, not a reefer"),
        ({}, {"dangerous_goods": True}, "may not carry dangerous goods"),
        ({"insured_until": date(2026, 3, 1)}, {}, "insured_until 2026-03-01"),
        ({}, {"kg": 6000}, "5000 kg are free, 6000 are wanted"),
        ({}, {"m3": 31}, "30 m3 are free, 31 are wanted"),
        (
            {"out_of_service": True},
            {"kg": 6000, "m3": 31},
            "out of service; 5000 kg are free, 6000 are wanted; 30 m3 are free, 31 are wanted",
        ),
    ],
)
def test_what_stands_against_a_vehicle_is_all_told(row: dict[str, Any], room: dict[str, Any], reason: str) -> None:
    free, (unfit,) = free_vehicles([{**LORRY, **row}], wanted(**room))
    assert (free, unfit.key, unfit.reason) == ((), "A", reason)


def test_papers_hold_through_their_last_day() -> None:
    assert free_vehicles([{**LORRY, "insured_until": date(2026, 3, 2)}], wanted())[1] == ()


def test_room_is_wanted_from_an_earlier_instant_to_a_later_one() -> None:
    with pytest.raises(ValidationError, match="`until_at` lies after `from_at`"):
        wanted(until_at=at(9))


def test_who_is_on_duty_is_on_the_roster_and_neither_away_nor_booked() -> None:
    day = date(2026, 3, 2)
    rosters = [
        {"person": person, "day": day, "shift": shift, "place": None}
        for person, shift in (("wu", "early"), ("li", "early"), ("he", "early"), ("ma", "late"))
    ]
    rosters.append({"person": "xu", "day": date(2026, 3, 3), "shift": "early"})
    absences = [
        {"person": "li", "from_on": day, "until_on": day, "kind": "sick"},
        {"person": "wu", "from_on": date(2026, 3, 3), "until_on": date(2026, 3, 4), "kind": "leave"},
    ]
    free, missing = on_duty(rosters, absences, day, "early", ["he"])
    assert free == (Shift("wu", "early"),)
    assert [tuple(each) for each in missing] == [("li", "away: sick"), ("he", "booked")]
    assert [each.person for each in on_duty(rosters, (), day, None, ())[0]] == ["he", "li", "ma", "wu"]
