"""Where sources conflict on a customs deadline: the first day of the late-declaration fee, the last day to pay tax."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.freight.customs.surcharges import Reading
from sop_engine.freight.legal_clocks import ClockDescription, LegalClocks, Roll
from sop_engine.freight.rules import RuleError

LastDay = Callable[[date, str, Roll], date]
"""The last day of a period such as `14 days` after a day, its end moved by the roll: the caller's calendar knows."""


class TaxDue(NamedTuple):
    """The last day to pay by the reading that is followed, and the earliest by any, which is the one to heed."""

    due_on: date
    heed_on: date
    rule: str


def late_declaration_start(inbound_on: date, clocks: LegalClocks, last_day: LastDay, reading: Reading = "A") -> date:
    """The first day that costs, after the period of clock T1.

    A: the last day of the period moves past rest days, and the fee runs from the day after it. B: the period ends where
    it ends; the day after it is the first of the fee, and moves past rest days itself. They differ whenever one of the
    two days is a rest day.
    """
    clock = clocks.one("T1", inbound_on)
    period = str(clock.period)
    if reading == "A":
        return last_day(inbound_on, period, clock.roll) + timedelta(days=1)
    return last_day(last_day(inbound_on, period, "none"), "1 day", clock.roll)


def tax_due(
    declared_on: date, notice_on: date | None, clocks: LegalClocks, last_day: LastDay, reading: Reading = "A"
) -> TaxDue:
    """The last day to pay. A: counted from the completed declaration (Tariff Law), clock T5; B: from the payment notice
    (Customs Law), clock T5.notice.

    Before the Tariff Law T5 itself was counted from the notice. Raises RuleError when the notice is needed and missing.
    """
    running = {
        clock.id: clock
        for clock in clocks.running({"declared": declared_on, "payment_form_issued": notice_on}, {})
        if clock.id in ("T5", "T5.notice")
    }
    followed = running.get("T5" if reading == "A" or "T5.notice" not in running else "T5.notice")
    if followed is None or (reading == "B" and notice_on is None):
        raise RuleError([Fault("notice_on", "the period is counted from the notice", "the day of the payment notice")])
    ends = {id: _end(clock, last_day) for id, clock in running.items()}
    return TaxDue(ends[followed.id], min(ends.values()), followed.rule)


def _end(clock: ClockDescription, last_day: LastDay) -> date:
    if isinstance(clock.starts_on, datetime) or clock.period is None:
        raise TypeError(f"{clock.id} is not counted in days")
    return last_day(clock.starts_on, clock.period, clock.roll)
