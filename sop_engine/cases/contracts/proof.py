"""How a case learns whether another one really told it something: the sender's own history is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sop_engine.cases.contracts.base import Contract, ForCase


class Claim(Contract):
    """A message that says it is the engine's. It is a reason to look, and nothing more is kept of it."""

    signal: str
    sender: str
    """The parent or child that would have sent it."""
    run_id: str | None = None
    """The run that sent it, by its own word; the latest one when absent."""
    digest: str
    """Of the body as it arrived: SHA-256."""
    arrived: datetime


class Word(Contract):
    """A message as the sender's history has it."""

    signal: str
    body: dict[str, Any]
    digest: str
    run_started_at: datetime
    event: int
    """Its number in the history of the run that sent it."""

    @property
    def mark(self) -> Mark:
        return Mark(run_started_at=self.run_started_at, event=self.event)


class Mark(Contract):
    """How far a sender was listened to."""

    run_started_at: datetime
    event: int


class AskedSender(Contract):
    """Whose history to look into."""

    case_id: str
    digests: tuple[str, ...]
    """Of the messages that are said to be the sender's."""
    after: Mark | None = None
    runs: tuple[str | None, ...]
    """None is the latest one."""
    chain: str | None = None
    """First run of the sender's chain; the one that the records know when absent."""


class ProofInput(ForCase):
    """Activity `read_words`: what did these cases tell this one?"""

    case_id: str
    senders: tuple[AskedSender, ...]

    @property
    def of_case(self) -> str:
        return self.case_id


class Told(Contract):
    """What one sender told."""

    words: tuple[Word, ...] = ()
    """After the mark, oldest first."""
    proven: tuple[str, ...] = ()
    """Which of the digests are the sender's, also before the mark."""
    is_gone: bool = False
    """The server has forgotten the sender, so nothing can be proven any more."""


class ProofResult(Contract):
    """One entry for each sender asked for."""

    told: tuple[Told, ...]
