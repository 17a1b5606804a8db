"""How long, how many, how cruel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SEED = 20261129


@dataclass(frozen=True)
class Options:
    """One soak. Times are in seconds."""

    seconds: float = 600
    kills: int | None = None
    """Ends after so many kills instead, however long they take."""
    cases: int = 200
    """Cases at work at once, without the children they start."""
    seed: int = SEED
    database: Literal["sqlite", "postgresql"] = "sqlite"
    workers: int = 2
    kill_every: tuple[float, float] = (8.0, 10.0)
    """The shortest and the longest time between two kills; longer where nothing was answered since the last one."""
    hands: int = 24
    """Acts and signals under way at once."""
    readers: int = 8
    """Questions under way at once."""
    continue_after: int = 8
    """Updates after which a case goes on in a new run."""
    patience: float = 300
    """How long everything may take to come to rest afterwards."""
