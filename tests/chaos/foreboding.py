"""Deadlines that ring while no worker is up, in cases that somebody looks at just then.

An event that makes a task due while a question waits for a worker is what the SDK's core once replayed in an order of
its own (docs/decisions.md). Chance alone brings the two together too seldom.
"""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from tests.chaos.hands import GaveUpError, Hands
from tests.chaos.lives import Life

CASES = 12
"""Cases whose deadlines are moved before an outage."""
SOON = (3.0, 9.0)
"""Seconds until they ring."""
HURRY = 4.0
"""Seconds after which the outage comes, whoever was answered by then."""


class Foreboding:
    """Moves deadlines into the outage that is about to come; `ringing` are the cases, for the readers."""

    def __init__(self, lives: list[Life], hands: Hands, chance: random.Random) -> None:
        self._lives = lives
        self._hands = hands
        self._chance = chance
        self._under_way: set[asyncio.Task[None]] = set()
        self.ringing: list[str] = []

    async def prepare(self) -> None:
        chosen = self._chance.sample(self._lives, min(CASES, len(self._lives)))
        self.ringing = [life.case_id for life in chosen if life.case_id]
        moving = [asyncio.create_task(self._move(life)) for life in chosen if life.case_id]
        self._under_way.update(moving)
        if moving:
            await asyncio.wait(moving, timeout=HURRY)

    async def finish(self) -> None:
        """Waits until every act of the last preparation was answered."""
        await asyncio.gather(*self._under_way)

    async def _move(self, life: Life) -> None:
        view = await self._hands.look(life.case_id)
        clocks = [clock.clock for clock in view.clocks if clock.status == "running"] if view is not None else []
        if view is None or view.status != "open" or not clocks:
            return
        due_at = datetime.now(UTC) + timedelta(seconds=self._chance.uniform(*SOON))
        try:
            await life.move_deadline(self._chance.choice(clocks), due_at)
        except GaveUpError:
            return
