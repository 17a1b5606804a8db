"""A mail server on the loopback that keeps what it takes, and now and then asks to come again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from tests.integration.mail_server import listening

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


@contextmanager
def post_office(chance: random.Random) -> Iterator[tuple[PostOffice, int]]:
    """The office and its port."""
    office = PostOffice(chance)
    with listening(office) as port:
        yield office, port
