"""Automated work on free time: what carriers charge for containers that stay. See `activities.work` for what all work
shares."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.customs_work import calendar_named
from activities.work_input import usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.container_stays import ContainerStays, container_stays
from sop_engine.freight.free_time import FreeTimeTariff, IsWorkingDay, free_time_bill


class Stay(BaseModel):
    """What `free_time_charges` takes. Both days count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    carrier: str
    place: str
    direction: Literal["import", "export"]
    charge: str
    equipment: str
    started_on: date
    ended_on: date


class FreeTimeWork:
    """The part of `work:` that counts free time by the carriers' tariffs, in the days of the calendar each names."""

    def __init__(self, rules: WorkRules) -> None:
        self._rules = rules

    @activity.defn(name="free_time_charges")
    def free_time_charges(self, given: WorkInput) -> WorkResult:
        """carrier, place, direction, charge, equipment, started_on, ended_on -> last_free_on, lines, total, basis"""
        with usable("free_time_charges"):
            stay = Stay.model_validate(given.values)
            tariff = self._rules.free_time.find(
                stay.carrier, stay.place, stay.direction, stay.charge, stay.equipment, stay.started_on
            )
            bill = free_time_bill(tariff, stay.equipment, stay.started_on, stay.ended_on, self._working(tariff))
        lines = [
            {**line._asdict(), "per_day": line.per_day.model_dump(), "amount": line.amount.model_dump()}
            for line in bill.lines
        ]
        return WorkResult(values={**bill._asdict(), "lines": lines, "total": bill.total.model_dump()})

    @activity.defn(name="container_stays")
    def container_stays(self, given: WorkInput) -> WorkResult:
        """carrier, place, direction, charge, started_on, containers [{container_no, equipment, returned_on?}] ->
        last_free_on, lines [{container_no, last_free_on, days, amount, …}], total (when all are returned), basis"""
        with usable("container_stays"):
            stays = ContainerStays.model_validate(given.values)
            bill = container_stays(stays, self._rules.free_time, self._working)
        lines = [{**line._asdict(), "amount": line.amount and line.amount.model_dump()} for line in bill.lines]
        return WorkResult(values={**bill._asdict(), "lines": lines, "total": bill.total and bill.total.model_dump()})

    def _working(self, tariff: FreeTimeTariff) -> IsWorkingDay | None:
        """The working days of the calendar that the tariff names; None where it counts calendar days only."""
        if tariff.calendar is None:
            return None
        return calendar_named(self._rules.calendars, tariff.calendar).is_working_day
