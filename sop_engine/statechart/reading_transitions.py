"""Reads the transitions of a state, from the keys `on`, `after`, `always` and `done`, in written order."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from sop_engine.statechart.faults import Path
from sop_engine.statechart.model import ROOT, Transition
from sop_engine.statechart.outline import Outline
from sop_engine.statechart.reading import EVENT_NAME, Reader
from sop_engine.statechart.structure import common_domain

_DESCRIPTOR = re.compile(rf"\*|{EVENT_NAME.pattern}(\.\*)?")
_Trigger = tuple[tuple[str, ...], str | None]
"""Event descriptors, or a delay."""
_KEYS = ("to", "when", "do", "internal")


class TransitionReader:
    """Reads transitions and their targets."""

    def __init__(self, reader: Reader, outlines: Mapping[str, Outline]) -> None:
        self._reader = reader
        self._outlines = outlines

    def read(self, outlined: Outline, raw: Mapping[str, Any]) -> tuple[Transition, ...]:
        """All transitions of a state."""
        found: list[Transition] = []
        for trigger, content, path in self._written(outlined, raw):
            for body, place in self._alternatives(content, path):
                found.append(self._transition(outlined.id, len(found), trigger, body, place))
        return tuple(found)

    def targets(self, raw: Any, path: Path) -> tuple[str, ...]:
        """The states named by a text or a list; faults for unknown ones and for ones never active together."""
        listed = raw if isinstance(raw, list | tuple) else (raw,)
        found = [self._reader.state(item, path) for item in listed]
        if None in found:
            return ()
        targets = tuple(state for state in found if state is not None)
        for first, second in combinations(targets, 2):
            if not self._are_compatible(first, second):
                self._reader.fault(path, f"'{first}' and '{second}' are never active together")
        return targets

    def _written(self, outlined: Outline, raw: Mapping[str, Any]) -> Iterator[tuple[_Trigger, Any, Path]]:
        """Yield the trigger, the content and its place, in written order."""
        for key, content in raw.items():
            path = (*outlined.path, key)
            if key == "on" and isinstance(content, list | tuple):
                for index, item in enumerate(content):
                    place = (*path, index)
                    entry = self._reader.mapping(item, place, ("event", *_KEYS))
                    events = self._descriptors(entry.get("event"), (*place, "event"))
                    yield (events, None), {name: part for name, part in entry.items() if name != "event"}, place
            elif key == "on":
                for descriptor, item in self._reader.mapping(content, path).items():
                    place = (*path, descriptor)
                    yield (self._descriptors(descriptor, place), None), item, place
            elif key == "after":
                for delay, item in self._reader.mapping(content, path).items():
                    place = (*path, delay)
                    yield ((), self._reader.delay(delay, place)), item, place
            elif key == "always":
                yield ((), None), content, path
            elif key == "done":
                yield ((f"done.state.{outlined.id}",), None), content, path

    def _descriptors(self, raw: Any, path: Path) -> tuple[str, ...]:
        listed = tuple(raw) if isinstance(raw, list | tuple) else (raw,)
        if not listed:
            self._reader.fault(path, "expected the name of an event")
        for descriptor in listed:
            if self._reader.text(descriptor, path) and not _DESCRIPTOR.fullmatch(descriptor):
                self._reader.fault(path, f"'{descriptor}' is not an event descriptor such as a.b, a.* or *")
        return tuple(descriptor for descriptor in listed if isinstance(descriptor, str))

    def _alternatives(self, raw: Any, path: Path) -> Iterator[tuple[Mapping[str, Any], Path]]:
        for index, item in enumerate(raw) if isinstance(raw, list | tuple) else ((None, raw),):
            place = path if index is None else (*path, index)
            body = {"to": item} if isinstance(item, str) else self._reader.mapping(item, place, _KEYS)
            yield body, place

    def _transition(
        self,
        source: str,
        index: int,
        trigger: _Trigger,
        body: Mapping[str, Any],
        path: Path,
    ) -> Transition:
        events, delay = trigger
        internal = body.get("internal", False)
        if not isinstance(internal, bool):
            self._reader.fault((*path, "internal"), f"expected true or false, found {internal!r}")
        if not events and delay is None and "to" not in body and "when" not in body:
            self._reader.fault(path, "an eventless transition without `to` and `when` never ends")
        targets = self.targets(body["to"], (*path, "to")) if "to" in body else ()
        reaches_history = any(self._outlines[target].kind == "history" for target in targets)
        return Transition(
            source=source,
            index=index,
            events=events,
            delay=delay,
            when=self._reader.expression(body["when"], (*path, "when")) if "when" in body else None,
            to=targets,
            do=self._reader.actions(body.get("do", ()), (*path, "do")),
            internal=internal is True,
            prefixes=tuple(event.removesuffix("*").removesuffix(".") for event in events),
            reaches_history=reaches_history,
            path=path,
            domain=None if reaches_history else common_domain(self._outlines, source, targets, internal is True),
        )

    def _are_compatible(self, first: str, second: str) -> bool:
        """Whether entering both is possible: neither inside the other, and apart in regions of a parallel state."""
        one, other = self._lineage(first), self._lineage(second)
        if one[0] in other or other[0] in one:
            return False
        common = next((state for state in one if state in other), ROOT)
        return self._outlines[common].kind == "parallel"

    def _lineage(self, state: str) -> tuple[str, ...]:
        """The state and its ancestors; a history state stands for its parent, which it enters."""
        ancestors = self._outlines[state].ancestors
        return ancestors if self._outlines[state].kind == "history" else (state, *ancestors)
