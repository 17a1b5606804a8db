"""Advance filings of a consignment: which ones its way asks for, and the instant at which each must be accepted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sop_engine.freight.legal_clocks import ClockDescription, LegalClocks

ADVANCE_FILING = "AFC"
"""The DCSA code of what is filed with an authority: manifests and security filings. The other codes are of cut-offs,
whose instants the carrier names."""


class Filing(NamedTuple):
    """One filing. `rule` is the text it is from."""

    id: str
    code: str
    en: str
    zh: str
    due_at: datetime
    on_expiry: str
    rule: str


def advance_filings(
    table: LegalClocks, events: Mapping[str, datetime | None], facts: Mapping[str, str]
) -> tuple[Filing, ...]:
    """The filings due before the events or with them, the next one first; an event not yet planned starts none."""
    running = (clock for clock in table.running(events, facts) if clock.code == ADVANCE_FILING)
    found = [
        Filing(clock.id, clock.code, clock.en, clock.zh, due_at, clock.on_expiry, clock.rule)
        for clock in running
        if (due_at := _due_at(clock)) is not None
    ]
    return tuple(sorted(found, key=lambda filing: (filing.due_at, filing.id)))


def _due_at(clock: ClockDescription) -> datetime | None:
    """None where it is counted after the event, or from a day of which nobody knows the hour."""
    if not isinstance(clock.starts_on, datetime):
        return None
    if clock.period is None:
        return clock.starts_on
    amount, unit = clock.period.split()
    lengths = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
    length = lengths.get(unit.removesuffix("s"))
    return clock.starts_on - int(amount) * length if clock.before and length is not None else None
