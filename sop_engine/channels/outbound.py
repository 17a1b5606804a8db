"""What every way out has in common: one message to one address, and what is known of it afterwards.

A channel says accepted only where the other side has said so in words of its own; what it cannot know it raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Message:
    """One message. The same key means the same message, however often it is handed over."""

    key: str
    to: str
    subject: str
    text: str
    short: str
    """As a text message has it: one line."""
    html: str
    at: datetime
    """When what it tells happened, in UTC."""
    called: str = ""
    language: str = ""
    template: str = ""
    event: dict[str, Any] | None = None
    """What a program is told: the data of a webhook's event."""


@dataclass(frozen=True)
class Taken:
    """The other side took it."""

    reference: str | None = None
    """Its own number of the message."""


class Outbound(Protocol):
    """A way out."""

    def send(self, message: Message) -> Taken:
        """Hands one message over. Raises TransientError or PermanentError."""


class TransientError(Exception):
    """Not now, or nobody knows: worth another try with the same key, in `retry_after` seconds at the earliest."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(why)


class PermanentError(Exception):
    """This message will never be taken by this way."""
