"""A mail server on the loopback that keeps what it takes, and now and then asks to come again."""

from __future__ import annotations

import random
from asyncio import Server
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

BUSY = 0.03
"""Share of messages that are put off."""


class PostOffice:
    """How often each message was taken, by its Message-ID."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self._chance.random() < BUSY:
            return "451 come again"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken[str(message["Message-ID"])] += 1
        return "250 OK"


class FreePort(Controller):
    """A server on a port that the system chooses; the base class would look for it on port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def post_office(chance: random.Random) -> Iterator[tuple[PostOffice, int]]:
    """The office and its port."""
    office = PostOffice(chance)
    controller = FreePort(office, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield office, controller.port
    finally:
        controller.stop()
