"""Webhooks: CloudEvents 1.0 in JSON, signed as Standard Webhooks asks (https://www.standardwebhooks.com).

An event has one id however often it is sent, and each attempt a signature of its own: whoever receives it drops what it
knows by the id. Order is not promised.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from time import time

from pydantic_core import to_json

from sop_engine.cases.written.channels import ChannelSpec
from sop_engine.channels.outbound import Message, PermanentError, Taken
from sop_engine.channels.posting import post

PREFIX = "whsec_"


@dataclass(frozen=True)
class Webhook:
    """A receiver of events; `url` is none where each addressee has one of its own."""

    spec: ChannelSpec
    url: str | None
    secret: str
    source: str = "sop"
    clock: Callable[[], float] = time

    def send(self, message: Message) -> Taken:
        """Raises TransientError, PermanentError. Any answer of 2xx is an acceptance."""
        body = cloud_event(message, self.source)
        at = int(self.clock())
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": message.key,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self.secret, message.key, at, body),
        }
        is_own = self.url is not None
        post(
            self.url or message.to,
            body,
            headers,
            seconds=self.spec.timeout_seconds,
            is_local_allowed=is_own or self.spec.local,
        )
        return Taken()


def cloud_event(message: Message, source: str) -> bytes:
    """The event as JSON; a decimal is text, as everywhere in our JSON."""
    return to_json(
        {
            "specversion": "1.0",
            "id": message.key,
            "source": source,
            "type": f"sop.{message.template}",
            "time": message.at.isoformat(),
            "datacontenttype": "application/json",
            "data": message.event or {},
        },
        fallback=str,
    )


def signature(secret: str, key: str, at: int, body: bytes) -> str:
    """`v1,<base64>` over `id.timestamp.body`. Raises PermanentError for a key that is none."""
    try:
        plain = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise PermanentError("the key of the webhook is not base64, as Standard Webhooks has it") from None
    made = hmac.new(plain, f"{key}.{at}.".encode() + body, sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
