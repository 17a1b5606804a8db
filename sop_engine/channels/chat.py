"""Chats by `apprise`, where a site has it (`freight-sop[chat]`): for what neither mail nor an HTTP gateway reaches.

It follows redirects and calls what was lost on the way a success, so it is for nothing that anybody counts on; and it
writes what it sends into its log, which is therefore kept quiet.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from sop_engine.channels.outbound import Message, Taken, TransientError


@dataclass(frozen=True)
class Chat:
    """One target."""

    target: Any

    def send(self, message: Message) -> Taken:
        """Raises TransientError: it does not say whether another try is of use."""
        if not self.target.notify(body=message.text, title=message.subject):
            raise TransientError("apprise could not hand it over, and does not say why")
        return Taken()


def chat(url: str, seconds: int) -> Chat | None:
    """The target of an address of apprise; none where apprise is not installed or does not know it."""
    try:
        import apprise  # type: ignore[import-not-found]
    except ImportError:
        return None
    logging.getLogger("apprise").setLevel(logging.WARNING)
    target = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if target is None:
        return None
    target.socket_connect_timeout = target.socket_read_timeout = seconds
    return Chat(target)
