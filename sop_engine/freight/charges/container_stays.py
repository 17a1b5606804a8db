"""The containers of one shipment under a carrier's tariff: the last day free for all, and what their stay costs."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.charges.free_time import (
    ChargeType,
    FreeTimeTariff,
    FreeTimeTariffs,
    IsWorkingDay,
    free_time_bill,
    last_free_day,
)
from sop_engine.freight.money import Money, total
from sop_engine.freight.rules import RuleError


class Container(BaseModel):
    """One container; without `returned_on` its stay goes on. What else a case knows of it plays no part."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    container_no: str
    equipment: str
    returned_on: date | None = None


class ContainerStays(Frozen):
    """Containers that were discharged together."""

    carrier: str
    place: str
    direction: Literal["import", "export"]
    charge: ChargeType
    started_on: date
    """Day 1: the day of the event that the tariff counts from."""
    containers: tuple[Container, ...] = Field(min_length=1)


class StayLine(NamedTuple):
    """What one container's stay came to; nothing but its last free day while it has not been returned."""

    container_no: str
    equipment: str
    last_free_on: date
    returned_on: date | None
    days: int | None
    amount: Money | None


class StayBill(NamedTuple):
    """All containers together. `total` is None while one of them has not been returned."""

    last_free_on: date
    """The earliest of the containers' last free days; the day before day 1 where no day is free."""
    lines: tuple[StayLine, ...]
    total: Money | None
    basis: str


def container_stays(
    stays: ContainerStays, tariffs: FreeTimeTariffs, working: Callable[[FreeTimeTariff], IsWorkingDay | None]
) -> StayBill:
    """Bills each container by the tariff for its equipment; `working` gives the calendar that a tariff names.

    Raises RuleError with the faults of all containers: no tariff or price, dates the wrong way round, currencies mixed.
    """
    lines: list[StayLine] = []
    words: list[str] = []
    faults: list[Fault] = []
    for index, container in enumerate(stays.containers):
        try:
            line, basis = _stay(stays, container, tariffs, working)
        except RuleError as error:
            faults += [fault.under(f"containers.{index}") for fault in error.faults]
        else:
            lines.append(line)
            words.append(f"{container.container_no}: {basis}")
    amounts = [line.amount for line in lines if line.amount is not None]
    if len(currencies := sorted({amount.currency for amount in amounts})) > 1:
        faults.append(Fault("containers", f"charged in {' and '.join(currencies)}", "tariffs in one currency"))
    if faults:
        raise RuleError(faults)
    whole = total(amounts, amounts[0].currency) if len(amounts) == len(lines) else None
    return StayBill(min(line.last_free_on for line in lines), tuple(lines), whole, "\n".join(words))


def _stay(
    stays: ContainerStays,
    container: Container,
    tariffs: FreeTimeTariffs,
    working: Callable[[FreeTimeTariff], IsWorkingDay | None],
) -> tuple[StayLine, str]:
    equipment, started_on, returned_on = container.equipment, stays.started_on, container.returned_on
    tariff = tariffs.find(stays.carrier, stays.place, stays.direction, stays.charge, equipment, started_on)
    is_working_day = working(tariff)
    free = last_free_day(tariff, started_on, is_working_day) or started_on - timedelta(days=1)
    if returned_on is None:
        return StayLine(container.container_no, equipment, free, None, None, None), f"free until {free}"
    bill = free_time_bill(tariff, equipment, started_on, returned_on, is_working_day)
    line = StayLine(container.container_no, equipment, free, returned_on, bill.days, bill.total)
    return line, bill.basis
