"""Readings of streams in a scenario: taken as the records take them, and judged for each case that watches them.

All readings of a watch are looked at anew whenever anything may have changed. The records, which have tens of
thousands of them, look at what is around the new ones and find the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.folding import fold
from sop_engine.cases.contracts.publishing import EpisodeWatch
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.scenarios.instants import read_instant
from sop_engine.cases.scenarios.model import ReadingsCome
from sop_engine.cases.streams.episodes import Bounds, Episode, Position, Reading, Sought, news
from sop_engine.cases.streams.judging import Sight, said_of
from sop_engine.cases.written.stream import AT, StreamSpec, TakenReading, read_reading
from sop_engine.timekeeping.calendar import BusinessCalendar


def read_rows(
    spec: StreamSpec, step: ReadingsCome, calendar: BusinessCalendar, now: datetime
) -> tuple[list[TakenReading], list[tuple[int, Fault]]]:
    """The readings of a step that is taken `now`, and each fault with the number of its row.

    Their instants are written as all instants of scenarios are; what says none is of now.
    """
    read, faults = [], []
    for number, row in enumerate(step.rows):
        values = {AT: now, **step.with_, **row}
        try:
            at = values[AT] if isinstance(values[AT], datetime) else read_instant(str(values[AT]), calendar)
        except ValueError as error:
            faults.append((number, Fault(AT, str(error))))
            continue
        reading, found = read_reading(spec, {**values, AT: at.isoformat()}, now)
        faults += [(number, fault) for fault in found]
        read += [reading] if reading is not None else []
    return read, faults


class _Kept(NamedTuple):
    reading: TakenReading
    is_late: bool


class _Ordered(NamedTuple):
    """The readings of one subject as a rule sees them, in their order."""

    readings: tuple[Reading, ...]

    def before(self, position: Position) -> Iterator[Reading]:
        return (each for each in reversed(self.readings) if each.position < position)

    def since(self, position: Position | None) -> Iterator[Reading]:
        return (each for each in self.readings if position is None or each.position >= position)


class _Found:
    """What is known of one watch: its episodes, and how many there were."""

    def __init__(self) -> None:
        self.last = 0
        self.episodes: dict[int, Bounds] = {}


class ReadingBook:
    """All readings of a scenario, and the episodes that its cases know."""

    def __init__(self, streams: Mapping[str, StreamSpec]) -> None:
        self._streams = streams
        self._kept: dict[tuple[str, str], dict[str, _Kept]] = {}
        """Stream and subject -> id -> reading."""
        self._found: dict[tuple[str, str, str, str], _Found] = {}
        """Case, stream, rule, subject."""

    def take(self, step: ReadingsCome, calendar: BusinessCalendar, now: datetime) -> None:
        """Takes the readings of a step, each once. Raises InvalidInput with the faults of all, and takes none then."""
        spec = self._streams[step.readings]
        read, faults = read_rows(spec, step, calendar, now)
        if faults:
            raise InvalidInput(
                f"Readings of {spec.name} cannot be taken", [fault.under(str(row)) for row, fault in faults]
            )
        until = {key: max(each.reading.at for each in kept.values()) for key, kept in self._kept.items()}
        for reading in read:
            key = (spec.name, fold(reading.subject))
            is_late = spec.late_after is not None and key in until and reading.at < until[key] - spec.late_after
            self._kept.setdefault(key, {}).setdefault(reading.id, _Kept(reading, is_late))

    def news(self, case_id: str, watches: Iterable[EpisodeWatch], now: datetime) -> list[EventSignal]:
        """What a case is to hear that it was not told yet."""
        return [told for watch in watches for told in self._news(case_id, watch, now)]

    def next_look(self, watches: Iterable[EpisodeWatch], now: datetime) -> datetime | None:
        """When silence begins or a span ends next, where nothing is heard until then."""
        ahead = []
        for watch in watches:
            kept = self._kept.get((watch.stream, fold(watch.subject)))
            if not kept:
                continue
            if watch.until is not None:
                ahead.append(watch.until)
            if watch.when is None:
                last = max((each.at for each in self._seen(watch, kept)), default=watch.since)
                ahead.append(last + timedelta(seconds=watch.seconds))
        return min((at for at in ahead if at > now), default=None)

    def _news(self, case_id: str, watch: EpisodeWatch, now: datetime) -> Iterator[EventSignal]:
        kept = self._kept.get((watch.stream, fold(watch.subject)))
        if not kept:
            # Of whom nothing was ever heard is not silent.
            return
        found = self._found.setdefault((case_id, watch.stream, watch.rule, fold(watch.subject)), _Found())
        sought = Sought(timedelta(seconds=watch.seconds), watch.when is None, watch.since, watch.until)
        known = [
            Episode(number, bounds)
            for number, bounds in found.episodes.items()
            if bounds.ended_at is None or bounds.begun_at >= watch.since
        ]
        for each in news(sought, _Ordered(tuple(self._seen(watch, kept))), known, None, now, found.last):
            found.last = max(found.last, each.number)
            found.episodes[each.number] = each.bounds
            if each.word == "withdrawn":
                del found.episodes[each.number]
            for event, fields in watch.tell.get(each.word, {}).items():
                yield EventSignal(name=event, data=said_of(watch.subject, each, fields))

    def _seen(self, watch: EpisodeWatch, kept: Mapping[str, _Kept]) -> Iterator[Reading]:
        sight = Sight(watch.when, watch.given, self._streams[watch.stream].fields)
        seen: dict[Position, Any] = {
            Position(each.reading.at, tie): sight.holds(each.reading.values)
            for tie, each in kept.items()
            if not each.is_late
        }
        for position in sorted(seen):
            inside = watch.since <= position.at and (watch.until is None or position.at < watch.until)
            if inside and seen[position] is not None:
                yield Reading(position, seen[position])
