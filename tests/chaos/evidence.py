"""What was sent to the cases and what was answered, by this machine's clock: the auditor's evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Literal

Answer = Literal["taken", "refused", "unknown"]


@dataclass
class Sent:
    """One act or one signal; repeated under its id until somebody answers."""

    kind: Literal["act", "signal"]
    case_id: str
    name: str
    """Of the update or of the event."""
    id: str
    values: Mapping[str, Any]
    sent_at: datetime
    tries: int = 0
    answer: Answer = "unknown"
    answered_at: datetime | None = None
    is_over: bool = False
    """Whether nobody asks any more: answered, or the case is closed."""
    step: int | None = None
    said: str = ""
    """The refusal, or what the last failed try met."""


@dataclass
class Kill:
    """Something that was ended by force or politely."""

    at: datetime
    what: str
    how: str
    down: float
    """Seconds until it was started again."""


@dataclass
class Evidence:
    """Everything that happened outside the cases."""

    sent: list[Sent] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    standstills: list[float] = field(default_factory=list)
    """Seconds for which a worker stood still each time."""
    opened: dict[str, str] = field(default_factory=dict)
    """The SOP of each case that was opened, by its id."""
    asked: Counter[str] = field(default_factory=Counter)
    """Questions by how they ended."""
    oddities: list[str] = field(default_factory=list)
    """What no part of an installation should do, seen while it ran."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def token(self) -> str:
        """A word that stands nowhere else."""
        return f"t{next(self._numbers):06}"

    def send(self, kind: Literal["act", "signal"], case_id: str, name: str, values: Mapping[str, Any]) -> Sent:
        sent = Sent(kind, case_id, name, f"{kind}-{self.token()}", values, datetime.now(UTC))
        self.sent.append(sent)
        return sent

    def take(self, sent: Sent, step: int | None = None, *, is_again: bool = False) -> None:
        """Somebody answered that it is done. A duplicate's answer says where the case is, not the act's own step."""
        sent.answer, sent.is_over = "taken", True
        sent.answered_at = sent.answered_at or datetime.now(UTC)
        if not is_again:
            sent.step = step

    def refuse(self, sent: Sent, why: str) -> None:
        sent.answer, sent.answered_at, sent.said, sent.is_over = "refused", datetime.now(UTC), why, True

    @property
    def answers(self) -> int:
        """How many messages were answered by a case."""
        return sum(sent.answer == "taken" for sent in self.sent)

    def acts(self, case_id: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.kind == "act" and sent.case_id == case_id]

    def signals(self, case_id: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.kind == "signal" and sent.case_id == case_id]
