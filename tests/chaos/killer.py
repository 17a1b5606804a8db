"""Ends workers and the server at random, and starts them again after a moment; or has a worker stand still for one."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from tests.chaos.evidence import Evidence, Kill
from tests.chaos.options import Options
from tests.chaos.stack import Stack

TARGETS = {"one worker": 5, "all workers": 4, "the server": 3, "the server and all workers": 1}
"""What is ended, and how often of all."""
STILL = 0.1
"""Share of strikes that end nothing: a worker stands still, as on a machine that does."""
HARD = 0.7
"""Share of kills that are not polite."""
DOWN = (0.3, 4.0)
"""Seconds that it stays down."""
STANDS = (2.5, 6.0)
"""Seconds that a worker stands still: longer than the SDK lets a turn of a case last."""


class Killer:
    """One kill after the other until told to stop; leaves everything up."""

    def __init__(
        self,
        stack: Stack,
        evidence: Evidence,
        options: Options,
        chance: random.Random,
        prepare: Callable[[], Awaitable[None]],
        warn: Callable[[], None],
    ) -> None:
        """`prepare` is called before an outage of all workers, `warn` in it: who asks then waits for the next one."""
        self._stack = stack
        self._evidence = evidence
        self._options = options
        self._chance = chance
        self._prepare = prepare
        self._warn = warn
        self._answers = 0

    async def run(self, stop: asyncio.Event) -> None:
        rest = self._chance.uniform(*self._options.kill_every)
        while not await self._stopped(stop, rest):
            await self._recovered(stop)
            if self._options.kills is not None and len(self._evidence.kills) >= self._options.kills:
                return
            if self._chance.random() < STILL:
                await self._stand_still()
                continue
            (what,) = self._chance.choices(list(TARGETS), list(TARGETS.values()))
            how = signal.SIGKILL if self._chance.random() < HARD else signal.SIGTERM
            down = self._chance.uniform(*DOWN)
            self._evidence.kills.append(Kill(datetime.now(UTC), what, how.name, down))
            began = asyncio.get_running_loop().time()
            await self._strike(what, how, down)
            took = asyncio.get_running_loop().time() - began
            rest = max(0.0, self._chance.uniform(*self._options.kill_every) - took)

    async def _stand_still(self) -> None:
        number, length = self._chance.choice(self._stack.numbers), self._chance.uniform(*STANDS)
        self._evidence.standstills.append(length)
        self._stack.signal_worker(number, signal.SIGSTOP)
        await asyncio.sleep(length)
        self._stack.signal_worker(number, signal.SIGCONT)

    async def _strike(self, what: str, how: signal.Signals, down: float) -> None:
        workers = [self._chance.choice(self._stack.numbers)] if what == "one worker" else list(self._stack.numbers)
        if "worker" not in what:
            workers = []
        if len(workers) == len(self._stack.numbers):
            await self._prepare()
        await asyncio.gather(*(self._stack.end_worker(number, how) for number in workers))
        if len(workers) == len(self._stack.numbers):
            self._warn()
        if "server" in what:
            await (self._stack.house.server.kill() if how == signal.SIGKILL else self._stack.house.server.stop())
        await asyncio.sleep(down)
        if "server" in what:
            await self._stack.house.server.start()
            # Another outage of the workers than of their server: what was asked of it now waits.
            self._warn()
        for number in workers:
            self._stack.start_worker(number)

    async def _recovered(self, stop: asyncio.Event) -> None:
        """Waits until the workers are up and something was answered since the last kill, else nothing ever happens."""
        before, deadline = self._answers, asyncio.get_running_loop().time() + self._options.patience
        while not stop.is_set() and (not self._stack.is_up or self._evidence.answers == before):
            if asyncio.get_running_loop().time() > deadline:
                self._evidence.oddities.append(f"nothing was answered within {self._options.patience:.0f} s of a kill")
                break
            await asyncio.sleep(0.2)
        self._answers = self._evidence.answers

    async def _stopped(self, stop: asyncio.Event, within: float) -> bool:
        try:
            await asyncio.wait_for(stop.wait(), within)
        except TimeoutError:
            return False
        return True
