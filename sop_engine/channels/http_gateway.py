"""Messages by a provider's HTTP gateway, as `channels.yaml` describes it: text messages, bots of chats.

Whether the provider took a message is read from its answer by `accepted`: many answer 200 to what they refuse.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sop_engine.cases.written.channels import ANSWER, NAMED, ChannelSpec
from sop_engine.channels.outbound import Message, PermanentError, Taken, TransientError
from sop_engine.channels.posting import post
from sop_engine.statechart.expressions import ExpressionError, compile_expression

SHOWN = 300
"""Characters of an answer that a refusal quotes."""


@dataclass(frozen=True)
class HttpGateway:
    """A gateway with its address and key."""

    spec: ChannelSpec
    url: str
    secret: str

    def send(self, message: Message) -> Taken:
        """Raises TransientError, PermanentError with what the provider said."""
        names = {
            "address": message.to,
            "called": message.called,
            "subject": message.subject,
            "text": message.text,
            "short": message.short,
            "out_id": message.key,
            "secret": self.secret,
            "language": message.language,
            "template": message.template,
        }
        body = _filled(self.spec.body, names)
        content = urlencode(body) if self.spec.form else json.dumps(body, ensure_ascii=False)
        kind = "application/x-www-form-urlencoded" if self.spec.form else "application/json"
        headers = {key: _filled(value, names) for key, value in self.spec.headers.items()}
        if any("\n" in value or "\r" in value or not value.isascii() for value in headers.values()):
            raise PermanentError("a header of the message cannot be sent: it holds a line break or is not ASCII")
        answer = post(
            self.url,
            content.encode(),
            {"Content-Type": kind, **headers},
            seconds=self.spec.timeout_seconds,
            is_local_allowed=True,
        )
        return self._judged(answer.status, answer.body)

    def _judged(self, status: int, body: bytes) -> Taken:
        shown = body[:SHOWN].decode(errors="replace").replace(self.secret or "\0", "…")
        try:
            said = json.loads(body)
        except ValueError:
            raise TransientError(f"the gateway answers what is no JSON: {shown!r}") from None
        names = {"answer": said, "status": status}
        try:
            if not compile_expression(str(self.spec.accepted), ANSWER).holds(names):
                raise PermanentError(f"the gateway did not take it: {shown}")
            known = self.spec.reference
            reference = compile_expression(known, ANSWER).evaluate(names) if known is not None else None
        except ExpressionError as error:
            raise PermanentError(
                f"nobody can say whether the gateway took it: {error.message}; it said {shown}"
            ) from None
        return Taken(None if reference is None else str(reference))


def _filled(value: Any, names: dict[str, str]) -> Any:
    """The body with its names filled; a name is filled once, so that no value can name another."""
    if isinstance(value, str):
        return NAMED.sub(lambda found: names.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return value
