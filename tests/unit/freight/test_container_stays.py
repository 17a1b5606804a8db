"""The containers of one shipment under a carrier's tariff, billed together."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sop_engine.freight.charges.container_stays import ContainerStays, StayBill, StayLine, container_stays
from sop_engine.freight.charges.free_time import FreeTimeTariff, FreeTimeTariffs, Tier
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError

DAY_1 = date(2026, 3, 2)


def tariff(equipment: str, currency: str = "CNY", free_days: int = 3) -> FreeTimeTariff:
    return FreeTimeTariff(
        valid_from=date(2026, 1, 1),
        authority="NSL",
        citation="Tariff",
        carrier="NSL",
        place="CNSHA",
        direction="import",
        charge="DMD",
        currency=currency,
        counted_from="discharged",
        free_days=free_days,
        tiers=(Tier(from_day=free_days + 1, per_day={equipment: Decimal(40)}),),
    )


TARIFFS = FreeTimeTariffs((tariff("20GP"), tariff("40HC", free_days=0), tariff("40RF", "USD")))


def billed(*containers: tuple[str, int | None], place: str = "CNSHA") -> StayBill:
    """Containers C1, C2, … of some equipment, returned on a day of March or not yet."""
    given: dict[str, Any] = {
        "carrier": "NSL",
        "place": place,
        "direction": "import",
        "charge": "DMD",
        "started_on": DAY_1,
        "containers": [
            {
                "container_no": f"C{number}",
                "equipment": equipment,
                "returned_on": None if day is None else date(2026, 3, day),
                "seal": "x",
            }
            for number, (equipment, day) in enumerate(containers, 1)
        ],
    }
    return container_stays(ContainerStays.model_validate(given), TARIFFS, lambda _: None)


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CNY")


def test_each_container_is_billed_by_the_tariff_of_its_equipment() -> None:
    bill = billed(("20GP", 6), ("40HC", 3), ("20GP", 4))
    assert bill.lines == (
        StayLine("C1", "20GP", date(2026, 3, 4), date(2026, 3, 6), 5, yuan("80")),
        StayLine("C2", "40HC", date(2026, 3, 1), date(2026, 3, 3), 2, yuan("80")),
        StayLine("C3", "20GP", date(2026, 3, 4), date(2026, 3, 4), 3, yuan("0")),
    )
    assert bill.total == yuan("160")
    assert bill.last_free_on == date(2026, 3, 1), "the day before day 1, as no day is free"
    first, second, third = bill.basis.splitlines()
    assert first.startswith("C1: 2 × 40.00 = CNY 80.00")
    assert (second[:4], third[:4]) == ("C2: ", "C3: ")


def test_while_one_stays_there_is_no_total() -> None:
    bill = billed(("20GP", 6), ("20GP", None))
    assert bill.lines[1] == StayLine("C2", "20GP", date(2026, 3, 4), None, None, None)
    assert (bill.total, bill.last_free_on) == (None, date(2026, 3, 4))
    assert bill.basis.endswith("\nC2: free until 2026-03-04")
    assert billed(("20GP", None)).total is None


def test_the_faults_of_all_containers_are_told() -> None:
    with pytest.raises(RuleError) as refused:
        billed(("20GP", 1), ("20GP", 6), ("45XX", 6), ("40RF", 6))
    faults = refused.value.faults
    assert [fault.where.split(".")[:2] for fault in faults] == [
        ["containers", "0"],
        ["containers", "2"],
        ["containers"],
    ]
    assert (faults[2].what, faults[2].allowed) == ("charged in CNY and USD", "tariffs in one currency")
