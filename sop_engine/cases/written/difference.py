"""What differs between two texts of an SOP: each place that was added, taken away or changed, and what it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, Literal

from sop_engine.basis.models import Frozen

About = Literal["state", "transition", "work", "clock", "field", "figure", "event", "text", "rest"]
Path = tuple[str, ...]

_OF_STATES: Mapping[str, About] = MappingProxyType(
    {
        "on": "transition",
        "always": "transition",
        "after": "transition",
        "task": "work",
        "work": "work",
        "case": "work",
        "clocks": "clock",
        "no_clock": "clock",
        "title": "text",
    }
)
_OF_SOPS: Mapping[str, About] = MappingProxyType(
    {
        "on": "transition",
        "clocks": "clock",
        "data": "field",
        "reads": "field",
        "unique": "field",
        "reference": "field",
        "parameters": "figure",
        "events": "event",
        "title": "text",
        "purpose": "text",
        "source": "text",
    }
)
_TEXTS = frozenset(("en", "zh", "title", "help"))
_LACKING = object()


class Change(Frozen):
    """One place where two texts of an SOP differ."""

    about: About
    path: str
    """Keys from the top, joined by dots; entries of lists are counted from 0, as the newer text has them."""
    kind: Literal["added", "removed", "changed"]
    old: Any = None
    """Of what was added, none."""
    new: Any = None
    """Of what was removed, none."""


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every change from one text to another, shared parts written out, in the order of the newer one.

    The version is left out. What is added or removed whole is one change.
    """
    return tuple(_of_mappings(_without_version(old), _without_version(new), ()))


def about(path: Path) -> About:
    """What a place is about. A state may be called as a key is, so states are walked by name."""
    if path and path[-1] in _TEXTS:
        return "text"
    rest, of = path, _OF_SOPS
    while len(rest) > 1 and rest[0] == "states":
        rest, of = rest[2:], _OF_STATES
    if not rest or rest[0] == "states":
        return "state"
    return of.get(rest[0], "state" if of is _OF_STATES else "rest")


def _without_version(text: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in text.items() if key != "version"}


def _of_values(old: Any, new: Any, path: Path) -> Iterator[Change]:
    # True and 1 are equal in Python and two things in a file.
    if old is not _LACKING and new is not _LACKING and _canonical(old) == _canonical(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(old, new, path)
    elif _is_list(old) and _is_list(new):
        yield from _of_lists(old, new, path)
    else:
        yield _change(path, old, new)


def _of_mappings(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[Change]:
    for key in (*new, *(key for key in old if key not in new)):
        yield from _of_values(old.get(key, _LACKING), new.get(key, _LACKING), (*path, str(key)))


def _of_lists(old: Sequence[Any], new: Sequence[Any], path: Path) -> Iterator[Change]:
    """Entries are known by what they say: one that is put before others changes none of them."""
    before_texts, after_texts = ([_canonical(entry) for entry in entries] for entries in (old, new))
    alike = SequenceMatcher(None, before_texts, after_texts, autojunk=False)
    for _, old_from, old_to, new_from, new_to in alike.get_opcodes():
        for index in range(max(old_to - old_from, new_to - new_from)):
            before = old[old_from + index] if index < old_to - old_from else _LACKING
            after = new[new_from + index] if index < new_to - new_from else _LACKING
            yield from _of_values(before, after, (*path, str(new_from + index)))


def _change(path: Path, old: Any, new: Any) -> Change:
    kind: Literal["added", "removed", "changed"] = (
        "added" if old is _LACKING else "removed" if new is _LACKING else "changed"
    )
    said = {"old": None if old is _LACKING else old, "new": None if new is _LACKING else new}
    return Change(about=about(path), path=".".join(path), kind=kind, **said)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
