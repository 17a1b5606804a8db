"""Fragments of charts: states with places such as `<role>`, filled at each use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.content.shared.parts import USE, Desk, Fragment
from sop_engine.content.yaml_files import Path

PLACE = re.compile(r"<([a-z][a-z0-9_]*)>")
STATE = "state"
"""The place that the name of the using state takes."""
GIVEN = "with"
_LEFT_OUT = object()


def states_of(written: Any, path: Path, desk: Desk) -> Any:
    """States with those that fragments bring, in the places where they are used."""
    if not isinstance(written, Mapping):
        return written
    states: dict[str, Any] = {}
    for name, body in written.items():
        here = (*path, name)
        if not isinstance(body, Mapping):
            states[name] = body
            continue
        own = {**body, "states": states_of(body["states"], (*here, "states"), desk)} if "states" in body else body
        if USE not in own:
            states[name] = own
            continue
        for made, filled in _used(name, own, here, desk):
            if made in states or (made != name and made in written):
                desk.fault(here, f"brings the state {made}, which is there already")
            else:
                states[made] = filled
    return states


def places_in(node: Any) -> Iterator[str]:
    """Every place to be filled in a part of a fragment."""
    if isinstance(node, str):
        yield from PLACE.findall(node)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from PLACE.findall(key)
            yield from places_in(value)
    elif isinstance(node, list):
        for entry in node:
            yield from places_in(entry)


def _used(state: str, body: Mapping[str, Any], path: Path, desk: Desk) -> Iterator[tuple[str, Any]]:
    own = {key: value for key, value in body.items() if key not in (USE, GIVEN)}
    name = body[USE]
    fragment = desk.parts.fragments.get(name) if isinstance(name, str) else None
    if fragment is None:
        desk.unknown((*path, USE), "fragment", name, desk.parts.fragments)
        yield state, own
        return
    desk.used.add(("fragment", str(name)))
    filling = _Filling(str(name), state, fragment, path, desk)
    filling.take(body.get(GIVEN, {}))
    for written, inner in fragment.states.items():
        made = filling.text(written)
        if not isinstance(made, str):
            continue
        here, origin = (*path[:-1], made), (str(name), "states", written)
        desk.graft(here, desk.parts.fragments_file, origin, path)
        filled = filling.filled(inner, here, origin)
        yield made, desk.laid_over(filled, own, here) if made == state else filled


class _Filling:
    """One use of a fragment, with what it gives."""

    def __init__(self, name: str, state: str, fragment: Fragment, path: Path, desk: Desk) -> None:
        self._name = name
        self._fragment = fragment
        self._path = path
        self._desk = desk
        self._given: dict[str, Any] = {**fragment.may_take, STATE: state}
        self._own: frozenset[str] = frozenset()

    def take(self, given: Any) -> None:
        """Takes what the use gives; notes what is missing and what has no place."""
        fragment, desk = self._fragment, self._desk
        if not isinstance(given, Mapping):
            desk.fault((*self._path, GIVEN), f"a mapping of what {self._name} takes is needed here")
            given = {}
        known = (*fragment.takes, *fragment.may_take)
        for name in given:
            if name not in known:
                desk.unknown((*self._path, GIVEN, name), f"place of {self._name}", name, known)
        for name in sorted(fragment.takes - set(given)):
            desk.fault((*self._path, USE), f"{self._name} needs `{name}` under `with`")
        self._own = frozenset(given)
        self._given |= dict.fromkeys(fragment.takes) | dict(given)
        for name in fragment.may_take.keys() - self._own:
            whole = PLACE.fullmatch(str(fragment.may_take[name]))
            if whole is not None:
                self._given[name] = self._given.get(whole[1])

    def text(self, written: str) -> Any:
        """A text with its places filled; the value itself where the text is one place."""
        whole = PLACE.fullmatch(written)
        if whole is not None:
            value = self._given.get(whole[1])
            return _LEFT_OUT if value is None else value

        def filled(place: re.Match[str]) -> str:
            value = self._given.get(place[1])
            if value is None or isinstance(value, str | int):
                return str(value)
            given = (*self._path, GIVEN, place[1])
            self._desk.fault(given, f"`{place[1]}` stands within a text; a text is needed for it")
            return ""

        return PLACE.sub(filled, written)

    def filled(self, node: Any, path: Path, origin: Path) -> Any:
        """A part of the fragment as it stands at a path of the file."""
        if isinstance(node, str):
            whole = PLACE.fullmatch(node)
            if whole is not None and whole[1] in self._own:
                self._desk.move(path, (*self._path, GIVEN, whole[1]))
            return self.text(node)
        if isinstance(node, Mapping):
            return dict(self._entries(node, path, origin))
        return self._list(node, path, origin) if isinstance(node, list) else node

    def _entries(self, node: Mapping[str, Any], path: Path, origin: Path) -> Iterator[tuple[str, Any]]:
        for written, inner in node.items():
            key = self.text(written)
            if not isinstance(key, str):
                continue
            if key != written:
                file = self._desk.parts.fragments_file
                self._desk.graft((*path, key), file, (*origin, written), self._path)
            value = self.filled(inner, (*path, key), (*origin, written))
            if value is not _LEFT_OUT:
                yield key, value

    def _list(self, node: list[Any], path: Path, origin: Path) -> list[Any]:
        """A place that is an entry brings all entries of the list that is given for it."""
        entries: list[Any] = []
        for index, inner in enumerate(node):
            here = (*path, len(entries))
            self._desk.graft(here, self._desk.parts.fragments_file, (*origin, index), self._path)
            value = self.filled(inner, here, (*origin, index))
            if value is _LEFT_OUT:
                continue
            if not (isinstance(inner, str) and isinstance(value, list)):
                entries.append(value)
                continue
            place = PLACE.findall(inner)[0]
            for number, entry in enumerate(value):
                if place in self._own:
                    self._desk.move((*path, len(entries)), (*self._path, GIVEN, place, number))
                entries.append(entry)
        return entries
