"""Corrected calendars and legal figures for an open case: its deadlines are counted again, and each clock says why its
date moved."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from sop_engine.cases.people.actors import MACHINE, SYSTEM
from sop_engine.cases.running import timing
from sop_engine.cases.running.state import RunningClock
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import ReferenceData, Taken
from sop_engine.cases.written.engine_version import HARDENED, KNOWS_THE_SAME
from sop_engine.cases.written.procedure import AppliedRule, Bundle, instant_of
from sop_engine.timekeeping import clocks
from sop_engine.timekeeping.periods import parse_period
from sop_engine.timekeeping.sla_clock import SlaClock

REASON = "calendar data was corrected"


def corrected(own: Bundle, present: Bundle) -> Bundle:
    """A case's own bundle with the present calendars and legal figures.

    Its definition, its engine version and the figures that a site chooses stay what they were.
    """
    calendars = {name: present.calendars.get(name, calendar) for name, calendar in own.calendars.items()}
    legal = {name: rule for name, rule in present.rules.items() if name in own.rules}
    figures = {name: present.parameters[name] for name in legal}
    return own.model_copy(
        update={
            "calendars": calendars,
            "rules": {**own.rules, **legal},
            "parameters": {**own.parameters, **figures},
        }
    )


def _take(turn: Turn, message: ReferenceData) -> None:
    """Counts every open clock again with the turn's own calendars and figures; where they are what they were, nothing
    is to be said."""
    before, present = message.before, turn.procedure.bundle
    if present.engine_version >= KNOWS_THE_SAME and _same(before, present):
        return
    amended = tuple(_amended(before, present))
    turn.put({name: turn.procedure.parameters[name] for name, _ in amended})
    why = "; ".join(_told(rule) for _, rule in amended)
    for key, running in list(turn.state.clocks.items()):
        if running.is_open:
            counted = _counted(turn, running, before, frozenset(name for name, _ in amended), why)
            if counted is not running.clock:
                timing.put(turn, key, counted, running.pauses)
    teller = MACHINE if present.engine_version >= HARDENED else SYSTEM
    turn.journal("reference_data", "case.reference_data", teller, note=why or REASON)


def _same(before: Bundle, present: Bundle) -> bool:
    kept = (before.calendars, before.rules, before.parameters)
    return kept == (present.calendars, present.rules, present.parameters)


def _amended(before: Bundle, after: Bundle) -> Iterator[tuple[str, AppliedRule]]:
    """The parameters whose legal figure is another one, or now has another text behind it."""
    for name, rule in after.rules.items():
        if rule != before.rules.get(name) or after.parameters[name] != before.parameters.get(name):
            yield name, rule


def _told(rule: AppliedRule) -> str:
    return f"rule {rule.id} was corrected: {rule.citation}, in force from {rule.valid_from}"


def _counted(turn: Turn, running: RunningClock, before: Bundle, amended: frozenset[str], why: str) -> SlaClock:
    """The clock by the corrected calendar, then by the corrected figure: each move has its own reason."""
    spec = turn.procedure.clock_spec(running.name)
    old = before.calendars[spec.calendar if spec and spec.calendar else turn.procedure.definition.calendar]
    new = timing.calendar_for(turn, running)
    counted = clocks.recompute(running.clock, old, new, reason=REASON, actor="system", at=turn.now)
    if spec is None or not amended:
        return counted
    if spec.within in amended:
        period = parse_period(str(turn.procedure.parameters[spec.within]))
        if clocks.set_by_person(counted) is not None:
            return counted.model_copy(update={"allowance": period})
        return clocks.change_allowance(counted, period, new, reason=why, actor="system", at=turn.now)
    until = instant_of(spec.until, turn.scope(), turn.procedure.expressions, new) if spec.until is not None else None
    if until is None:
        return counted
    if clocks.set_by_person(counted) is not None:
        # Kept beside the person's date, so that the next step does not take it for news and moves the clock.
        return counted.model_copy(update={"until": until})
    return clocks.change_until(counted, until, new, reason=why, actor="system", at=turn.now)


MESSAGES: Taken = MappingProxyType({ReferenceData: _take})
