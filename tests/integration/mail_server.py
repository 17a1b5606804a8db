"""A real SMTP server on the loopback, which answers as a test wants it to."""

from __future__ import annotations

from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class PostOffice:
    """A server that keeps what it takes, and refuses addresses that say so."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.taken: list[EmailMessage] = []
        self.answer = answer

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("unknown"):
            return "550 no such mailbox"
        if address.startswith("greylisted"):
            return "451 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer


class FreePort(Controller):
    """A server on a port that the system chooses; the base class would look for it on port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def listening(office: object) -> Iterator[int]:
    """Gives the port on which the office takes mail."""
    controller = FreePort(office, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
