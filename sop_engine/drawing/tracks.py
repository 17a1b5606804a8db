"""Tracks for lines: what runs in the same channel over the same stretch gets a track of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

TRACK = 9.0
"""From one track to the next."""


class Channels:
    """All channels of one direction. What goes to the same place shares a track: it joins."""

    def __init__(self) -> None:
        self._stretches: dict[int, dict[Hashable, tuple[float, float]]] = defaultdict(dict)
        self._tracks: dict[int, dict[Hashable, int]] = {}

    def use(self, channel: int, key: Hashable, *places: float) -> None:
        """A line for `key` runs between these places of a channel."""
        own = self._stretches[channel].get(key)
        known = (*places, *own) if own is not None else places
        self._stretches[channel][key] = (min(known), max(known))

    def settle(self) -> None:
        """Gives out the tracks; after this no line is added."""
        for channel, stretches in self._stretches.items():
            taken: list[list[tuple[float, float]]] = []
            given: dict[Hashable, int] = {}
            for key, stretch in sorted(stretches.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
                free = (index for index, others in enumerate(taken) if not any(_meet(stretch, one) for one in others))
                track = next(free, len(taken))
                if track == len(taken):
                    taken.append([])
                taken[track].append(stretch)
                given[key] = track
            self._tracks[channel] = given

    def count(self, channel: int) -> int:
        return max(self._tracks.get(channel, {}).values(), default=-1) + 1

    def track(self, channel: int, key: Hashable) -> int:
        return self._tracks[channel][key]


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
