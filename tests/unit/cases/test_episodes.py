"""Episodes found batch by batch are those that a look at all readings at once finds, and each is told once."""

import random
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from sop_engine.cases.streams.episodes import Bounds, Episode, News, Position, Reading, Sought, episodes, news

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WARM = Sought(timedelta(minutes=10), False, NOON)
SILENT = Sought(timedelta(hours=1), True, NOON)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def reading(minute: float, holds: bool = True, tie: str = "") -> Reading:
    return Reading(Position(at(minute), tie), holds)


def bounds(begun: float, ended: float | None) -> Bounds:
    return Bounds(at(begun), None if ended is None else at(ended))


@dataclass
class Kept:
    """The readings of one subject as a table keeps them, and what was told of them."""

    sought: Sought
    readings: list[Reading] = field(default_factory=list)
    known: dict[int, Bounds] = field(default_factory=dict)
    told: list[News] = field(default_factory=list)

    def before(self, position: Position) -> Iterator[Reading]:
        return (self.readings[index] for index in range(self._index(position) - 1, -1, -1))

    def since(self, position: Position | None) -> Iterator[Reading]:
        return iter(self.readings if position is None else self.readings[self._index(position) :])

    def _index(self, position: Position) -> int:
        return bisect_left(self.readings, position, key=lambda each: each.position)

    def take(self, given: Iterable[Reading], now: datetime) -> list[News]:
        new = [each for each in dict.fromkeys(given) if each not in self.readings[self._index(each.position) :][:1]]
        for each in new:
            insort(self.readings, each, key=lambda reading: reading.position)
        return self.look(min(each.position for each in new), now) if new else []

    def look(self, earliest: Position | None, now: datetime) -> list[News]:
        last = max((each.number for each in self.told), default=0)
        known = [Episode(number, bounds) for number, bounds in self.known.items()]
        told = news(self.sought, self, known, earliest, now, last)
        for each in told:
            self.known[each.number] = each.bounds
            if each.word == "withdrawn":
                del self.known[each.number]
        self.told += told
        return told


def words(told: Iterable[News]) -> list[tuple[int, str, Bounds]]:
    return [(each.number, each.word, each.bounds) for each in told]


def test_it_begins_once_it_lasted_and_ends_with_the_first_reading_that_breaks_it() -> None:
    kept = Kept(WARM)
    assert kept.take([reading(0), reading(9)], at(9)) == []
    assert words(kept.take([reading(10)], at(10))) == [(1, "begun", bounds(0, None))]
    assert kept.take([reading(15)], at(15)) == [], "it goes on"
    assert kept.take([reading(15)], at(16)) == [], "a double"
    assert words(kept.take([reading(20, False)], at(20))) == [(1, "ended", bounds(0, 20))]
    assert words(kept.take([reading(30), reading(45), reading(50, False)], at(50))) == [
        (2, "begun", bounds(30, 50)),
        (2, "ended", bounds(30, 50)),
    ]


def test_a_late_reading_moves_splits_or_refutes_what_was_told() -> None:
    kept = Kept(WARM)
    kept.take([reading(0, False), reading(5), reading(40)], at(40))
    assert words(kept.take([reading(4)], at(41))) == [(1, "changed", bounds(4, None))]
    assert words(kept.take([reading(15), reading(20, False)], at(42))) == [(1, "ended", bounds(4, 20))]
    assert words(kept.take([reading(25), reading(39)], at(43))) == [(2, "begun", bounds(25, None))]
    assert words(kept.take([reading(10, False), reading(12, False)], at(44))) == [
        (1, "withdrawn", bounds(4, 20)),
    ]


def test_silence_begins_with_the_last_reading_and_is_told_without_one() -> None:
    kept = Kept(SILENT)
    assert kept.look(Position(at(30)), at(30)) == []
    assert words(kept.look(Position(at(61)), at(61))) == [(1, "begun", bounds(0, None))]
    assert words(kept.take([reading(80)], at(81))) == [(1, "ended", bounds(0, 80))]
    assert words(kept.look(Position(at(150)), at(150))) == [(2, "begun", bounds(80, None))]
    assert words(kept.take([reading(30), reading(100)], at(151))) == [
        (1, "withdrawn", bounds(0, 80)),
        (2, "withdrawn", bounds(80, None)),
    ]


def test_what_ends_the_span_ends_what_goes_on_in_it() -> None:
    closed = replace(WARM, until=at(30))
    given = [reading(0), reading(20)]
    assert list(episodes(closed, given, at(25))) == [bounds(0, None)]
    assert list(episodes(closed, given, at(31))) == [bounds(0, 30)]
    assert list(episodes(replace(SILENT, until=at(90)), [reading(20)], at(300))) == [bounds(20, 90)]
    assert list(episodes(replace(SILENT, until=at(70)), [reading(20)], at(300))) == []


def test_at_one_instant_the_tie_orders_readings_and_makes_no_episode_without_length() -> None:
    at_once = replace(WARM, lasts=timedelta())
    given = [reading(0, True, "a"), reading(0, False, "b"), reading(0, True, "c"), reading(5, False)]
    assert list(episodes(at_once, given, at(9))) == [bounds(0, 5)]


def test_a_rule_that_changed_is_looked_at_as_a_whole() -> None:
    kept = Kept(WARM)
    kept.take([reading(0), reading(12), reading(20, False), reading(30), reading(60)], at(60))
    kept.sought = replace(WARM, lasts=timedelta(minutes=15))
    assert words(kept.look(None, at(61))) == [(1, "withdrawn", bounds(0, 20))]


@pytest.mark.parametrize(("sought", "subjects"), [(WARM, 200), (SILENT, 40), (replace(WARM, lasts=timedelta()), 40)])
def test_40000_readings_with_doubles_and_late_ones_give_what_a_slow_look_gives(sought: Sought, subjects: int) -> None:
    drawn = random.Random(20261130)
    sent: list[tuple[float, int, Reading]] = []
    for subject in range(subjects):
        warm, minute = False, 0.0
        for number in range(200):
            minute += drawn.choice((1, 1, 1, 5, 20, 61)) if number else 0
            warm = not warm if drawn.random() < 0.1 else warm
            each = reading(minute, warm, str(number))
            late = drawn.randint(1, 60) if drawn.random() < 0.03 else 0
            sent.append((minute + late, subject, each))
            if drawn.random() < 0.05:
                sent.append((minute + late + drawn.randint(0, 30), subject, each))
    sent.sort(key=lambda each: (each[0], each[1]))
    assert len(sent) > 1.04 * 200 * subjects
    kept: defaultdict[int, Kept] = defaultdict(lambda: Kept(sought))
    now = NOON
    for first in range(0, len(sent), 150):
        batch = sent[first : first + 150]
        now = at(batch[-1][0])
        given = defaultdict(list)
        for _, subject, each in batch:
            given[subject].append(each)
        for subject, readings in given.items():
            kept[subject].take(readings, now)
    assert sum(len(each.readings) for each in kept.values()) == 200 * subjects
    found = 0
    for own in kept.values():
        own.look(Position(now, "~"), now)
        slow = list(episodes(sought, own.readings, now))
        assert sorted(own.known.values()) == slow
        counted = Counter((told.number, told.word) for told in own.told if told.word != "changed")
        assert set(counted.values()) <= {1}, "begun, ended or withdrawn twice"
        assert {number for number, word in counted if word == "begun"} == {told.number for told in own.told}
        found += len(slow)
    assert found > subjects
