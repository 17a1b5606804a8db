"""Episodes in the readings of one subject: while a condition held for long enough, or nothing was heard for too long.

Readings come late, doubled and in any order. What a batch of them changes is found from the readings around it; what is
known then is what a look at all readings at once would find, which a test holds against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

Word = Literal["begun", "ended", "changed", "withdrawn"]
"""What is told of an episode: that it is there, that it is over, that its bounds are others, that there was none."""


class Position(NamedTuple):
    """Where a reading stands in the order of its subject."""

    at: datetime
    tie: str = ""
    """Tells readings of one instant apart."""


class Reading(NamedTuple):
    """One reading as a rule sees it."""

    position: Position
    holds: bool
    """Whether the rule's condition holds for it; a rule of silence does not ask."""

    @property
    def at(self) -> datetime:
        return self.position.at


class Readings(Protocol):
    """All readings of one subject, each once, those inside the rule's span alone."""

    def before(self, position: Position) -> Iterator[Reading]:
        """Those before a position, the newest first."""

    def since(self, position: Position | None) -> Iterator[Reading]:
        """Those at a position and after it, or all of them, the oldest first."""


@dataclass(frozen=True)
class Sought:
    """What makes an episode: `lasts` of a condition that holds, shown by readings, or of silence."""

    lasts: timedelta
    of_silence: bool
    since: datetime
    """Nothing before it counts, and silence begins with it."""
    until: datetime | None = None
    """Nothing from it on counts."""


class Bounds(NamedTuple):
    begun_at: datetime
    ended_at: datetime | None
    """None while it goes on."""

    def overlaps(self, other: Bounds) -> bool:
        return (other.ended_at is None or self.begun_at < other.ended_at) and (
            self.ended_at is None or other.begun_at < self.ended_at
        )


class Episode(NamedTuple):
    """One that is known; those that were withdrawn are not."""

    number: int
    bounds: Bounds


class News(NamedTuple):
    """What is to be told of an episode, with its bounds now; of a withdrawn one with its last."""

    number: int
    word: Word
    bounds: Bounds


def episodes(sought: Sought, readings: Iterable[Reading], now: datetime) -> Iterator[Bounds]:
    """Every episode in readings given in their order. `now` ends no silence and lets one begin."""
    return _found(sought, None, readings, now)


def news(
    sought: Sought, readings: Readings, known: Sequence[Episode], earliest: Position | None, now: datetime, last: int
) -> list[News]:
    """What readings from `earliest` on change about the episodes that are known, in the order of their beginnings.

    Without `earliest` all readings are looked at. `last` is the highest number that was given so far.
    """
    start = None if earliest is None else _start(sought, readings, known, earliest)
    found = _found(sought, start, readings.since(earliest), now)
    # What began before the start is not touched; what goes on at the start began with it.
    concerned = [each for each in known if start is None or start.floor is None or each.bounds.begun_at >= start.floor]
    return _compared(list(found), concerned, last)


class _Start(NamedTuple):
    """What is known just before the first reading that is looked at."""

    begun_at: datetime | None
    """Since when the condition holds, or nothing was heard; none where it does not hold."""
    last_at: datetime | None
    floor: datetime | None


def _start(sought: Sought, readings: Readings, known: Sequence[Episode], earliest: Position) -> _Start:
    back = readings.before(earliest)
    if sought.of_silence:
        before = next(back, None)
        return _Start(None, None, None) if before is None else _Start(before.at, None, before.at)
    begun_at = last_at = None
    for reading in back:
        if not reading.holds:
            return _Start(begun_at, last_at, begun_at or reading.at)
        begun_at, last_at = reading.at, last_at or reading.at
        around = next((each.bounds for each in known if _contains(each.bounds, reading.at)), None)
        if around is not None:
            return _Start(around.begun_at, last_at, around.begun_at)
    return _Start(begun_at, last_at, begun_at)


def _contains(bounds: Bounds, at: datetime) -> bool:
    return bounds.begun_at <= at and (bounds.ended_at is None or at < bounds.ended_at)


def _found(sought: Sought, start: _Start | None, readings: Iterable[Reading], now: datetime) -> Iterator[Bounds]:
    end = None if sought.until is None or sought.until > now else sought.until
    if sought.of_silence:
        heard_at = start.begun_at if start is not None and start.begun_at is not None else sought.since
        for reading in readings:
            if reading.at - heard_at >= sought.lasts:
                yield Bounds(heard_at, reading.at)
            heard_at = reading.at
        if (end or now) - heard_at >= sought.lasts:
            yield Bounds(heard_at, end)
        return
    begun_at, last_at = (start.begun_at, start.last_at) if start is not None else (None, None)
    for reading in readings:
        if reading.holds:
            begun_at, last_at = begun_at or reading.at, reading.at
        elif begun_at is not None and last_at is not None:
            if last_at - begun_at >= sought.lasts and reading.at > begun_at:
                yield Bounds(begun_at, reading.at)
            begun_at = last_at = None
    if begun_at is not None and last_at is not None and last_at - begun_at >= sought.lasts:
        yield Bounds(begun_at, end)


def _compared(found: list[Bounds], known: Sequence[Episode], last: int) -> list[News]:
    """An episode that overlaps a known one is that one, whichever bounds it has now."""
    rest = sorted(known, key=lambda each: each.bounds.begun_at)
    told: list[News] = []
    for bounds in found:
        same = next((each for each in rest if each.bounds.overlaps(bounds)), None)
        if same is None:
            last += 1
            told.append(News(last, "begun", bounds))
            if bounds.ended_at is not None:
                told.append(News(last, "ended", bounds))
            continue
        rest.remove(same)
        if bounds != same.bounds:
            is_over = same.bounds.ended_at is None and bounds.ended_at is not None
            told.append(News(same.number, "ended" if is_over else "changed", bounds))
    told += [News(each.number, "withdrawn", each.bounds) for each in rest]
    return sorted(told, key=lambda each: (each.bounds.begun_at, each.number))
