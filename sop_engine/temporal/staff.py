"""The organisation as it stands at present: the posts of the day, and who is away.

A validator may know the present, a handler may not: so it is renewed here, beside the cases, and reaches a case only
through validators, activities and what people say in their acts.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sop_engine.cases.people.organization import Organization
from sop_engine.temporal.present import PRESENT

EVERY = 10.0
"""Seconds after which a worker looks again who is away."""

log = logging.getLogger(__name__)


def today(organization: Organization) -> date:
    """The firm's day."""
    return datetime.now(ZoneInfo(organization.zone)).date()


def posted(organization: Organization) -> Organization:
    """The organisation with the posts of the day, for what hangs on a role and not on who is here."""
    return organization.present(today(organization))


class Staff:
    """One per worker process."""

    def __init__(self, organization: Organization, away: Callable[[date], frozenset[str]]) -> None:
        self._organization = organization
        self._away = away

    def now(self) -> Organization:
        """The organisation as it stands now. Raises what the records raise."""
        day = today(self._organization)
        return self._organization.present(day, self._away(day))

    def look(self) -> None:
        """Has validators judge by it from here on."""
        PRESENT.organization = self.now()

    async def keep(self) -> None:
        """Looks again and again until it is cancelled; no failure ends it. What was known last holds until then."""
        is_silent = False
        while True:
            await asyncio.sleep(EVERY)
            try:
                await asyncio.to_thread(self.look)
            except Exception as error:
                if not is_silent:
                    log.warning("Who is away is not known anew: %s", str(error).partition("\n")[0])
                is_silent = True
            else:
                is_silent = False
