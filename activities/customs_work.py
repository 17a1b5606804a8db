"""Automated work on customs periods and what missing them costs. See `activities.work` for what all work shares."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.access import reads
from activities.work_input import usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.customs.deadlines import LastDay, late_declaration_start
from sop_engine.freight.customs.surcharges import Exemption, LateDeclaration, Reading, late_declaration_fee
from sop_engine.freight.customs.taxes import CustomsAmount
from sop_engine.freight.legal_clocks import Roll
from sop_engine.freight.rules import RuleError, rule_on
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.periods import parse_period

CUSTOMS_CALENDAR = "cn_customs"


class LateImport(BaseModel):
    """What `late_declaration_fee` takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customs_value: CustomsAmount
    inbound_on: date
    """The day the means of transport declared itself inbound."""
    accepted_on: date
    """The day customs accepted the declaration."""
    reading: Reading = "A"
    exemption: Exemption | None = None


class CustomsWork:
    """The part of `work:` that counts customs periods on the customs calendar."""

    def __init__(self, rules: WorkRules) -> None:
        self._rules = rules

    @reads
    @activity.defn(name="late_declaration_fee")
    def late_declaration_fee(self, given: WorkInput) -> WorkResult:
        """customs_value, inbound_on, accepted_on, reading?, exemption? -> starts_on, fee, days, basis"""
        with usable("late_declaration_fee"):
            late = LateImport.model_validate(given.values)
            starts_on = late_declaration_start(
                late.inbound_on, self._rules.clocks.customs, last_day_by(self._rules), late.reading
            )
            charged = LateDeclaration(
                customs_value=late.customs_value,
                starts_on=starts_on,
                accepted_on=late.accepted_on,
                exemption=late.exemption,
            )
            fee = late_declaration_fee(charged, rule_on(self._rules.customs.late_declaration, starts_on))
        doubts = calendar_named(self._rules.calendars, CUSTOMS_CALENDAR).doubts(late.inbound_on, starts_on)
        words = [f"Reading {late.reading}: the fee runs from {starts_on}. {fee.basis}"]
        words += [f"Provisional: {'; '.join(doubts)}."] if doubts else []
        return WorkResult(
            values={"starts_on": starts_on, "fee": fee.amount.model_dump(), "days": fee.days, "basis": " ".join(words)}
        )


def last_day_by(rules: WorkRules) -> LastDay:
    """How the customs calendar counts the last day of a period."""
    calendar = calendar_named(rules.calendars, CUSTOMS_CALENDAR)

    def last_day(starts_on: date, period: str, roll: Roll) -> date:
        return calendar.last_day(calendar.add_period(calendar.day_start(starts_on), parse_period(period), roll).at)

    return last_day


def calendar_named(calendars: Mapping[str, BusinessCalendar], name: str) -> BusinessCalendar:
    """The calendar of that name. Raises RuleError with those that there are."""
    if name not in calendars:
        raise RuleError([("calendar", f"there is no calendar {name}", ", ".join(calendars))])
    return calendars[name]
