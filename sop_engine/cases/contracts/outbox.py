"""What is asked of the outbox: the messages of notices that left the house, or were to."""

from __future__ import annotations

from typing import Any

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.viewing import Reading
from sop_engine.timekeeping.instants import Instant


class ListOutboxInput(Reading):
    """Activity `list_outbox`: which messages are there?"""

    case_id: str | None = None
    notice: str | None = None
    channel: str | None = None
    status: str | None = None
    after: int | None = None
    limit: int = 100


class OutboxLine(Contract):
    """One message."""

    number: int
    out_id: str
    notice: str
    case_id: str
    name: str
    recipient: str
    channel: str
    address: str | None
    template: str
    subject: str
    text: str
    event: dict[str, Any] | None
    status: str
    begun_at: Instant
    sent_at: Instant | None
    settled_at: Instant | None
    reference: str | None
    error: str | None


class OutboxList(Contract):
    messages: tuple[OutboxLine, ...]
