"""What machines, other cases and the interpreter tell a case, as data. The module that takes one says what it comes to,
and `casework.MESSAGES` has all.

They are made without a check, for making one must not fail, and what was read is not read again: what a stranger said
is judged behind the boundary of `casework.hear` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sop_engine.cases.contracts.proof import Claim, Told
from sop_engine.cases.contracts.signals import BroughtEvent, EventSignal
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.cases.running.effects.kinds import KeptAnswer, KeptCommand
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.procedure import Bundle


@dataclass(frozen=True)
class Unreadable:
    """A signal whose body cannot be read, or is too large: it is recorded and changes nothing."""

    name: str
    why: str
    id: str | None = None


@dataclass(frozen=True)
class CommandDone:
    """A command of the case was carried out, with this answer."""

    command: KeptCommand
    answer: KeptAnswer


@dataclass(frozen=True)
class CommandFailed:
    """A command of the case failed for good, or a child ended from outside."""

    command: KeptCommand
    why: str


@dataclass(frozen=True)
class ChildStarted:
    """The child runs; from here on its report must carry this run id."""

    key: str
    run_id: str


@dataclass(frozen=True)
class RelativeEnded:
    """A parent or child is said to have ended without a word: how, as the server itself tells, or none."""

    case_id: str
    end: CaseEnd | None


@dataclass(frozen=True)
class EngineWord:
    """What a parent or a child tells by one of the engine's own signals, believed as it is."""

    signal: str
    body: dict[str, Any]


@dataclass(frozen=True)
class ProvenWords:
    """What the sender of some claims really told, as its own history has it."""

    sender: str
    claims: tuple[Claim, ...]
    told: Told
    dropped: int
    """Claims that were only counted."""


@dataclass(frozen=True)
class StrangersWord:
    """One of the engine's own signals for which the case has no relative that could have sent it."""

    signal: str


@dataclass(frozen=True)
class UnfitAct:
    """An act that a reset took again was refused: its update, and who did it and why in words."""

    name: str
    why: str


@dataclass(frozen=True)
class ReferenceData:
    """The case runs by corrected calendars and legal figures, and ran by these until now."""

    before: Bundle


Message = (
    EventSignal
    | BroughtEvent
    | Unreadable
    | CommandDone
    | CommandFailed
    | ChildStarted
    | RelativeEnded
    | EngineWord
    | ProvenWords
    | StrangersWord
    | UnfitAct
    | ReferenceData
)
"""Of the kinds that there are."""


Taken = Mapping[type, Callable[[Turn, Any], None]]
"""What a case makes of messages, by their kinds."""
