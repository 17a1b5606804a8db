"""Automated work on free time: what carriers charge for containers that stay. See `activities.work` for what all work
shares."""

from temporalio import activity

from activities.access import reads
from activities.customs_work import calendar_named
from activities.work_input import usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.charges.container_stays import ContainerStays, container_stays
from sop_engine.freight.charges.free_time import FreeTimeTariff, IsWorkingDay


class FreeTimeWork:
    """The part of `work:` that counts free time by the carriers' tariffs, in the days of the calendar each names."""

    def __init__(self, rules: WorkRules) -> None:
        self._rules = rules

    @reads
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
