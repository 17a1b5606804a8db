"""Where things stand in an SOP file: its states, its actions and its delays, each with the keys that lead there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.statechart.faults import Path

_ACTIONS = ("do", "entry", "exit", "then", "else")
_OTHERS = ("task", "work", "case", "clocks", "title", "with")
"""Keys of a state under which no action stands."""


class Written(NamedTuple):
    """An action as written, and its place."""

    path: Path
    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return str(next(iter(self.body), ""))


def paths_of_states(definition: Mapping[str, Any]) -> dict[str, Path]:
    """The place of every state by its id; the root's is the empty text."""
    return {"": (), **dict(_states(definition.get("states"), ("states",)))}


def _states(states: Any, path: Path) -> Iterator[tuple[str, Path]]:
    for name, body in (states or {}).items():
        yield name, (*path, name)
        if isinstance(body, Mapping) and "states" in body:
            yield from _states(body["states"], (*path, name, "states"))


def walk(definition: Mapping[str, Any]) -> Iterator[Written]:
    """Every action of the chart, those inside conditions included."""
    for key in ("states", "on", "initial"):
        yield from _walk(definition.get(key), (key,), False)


def delays(definition: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The text of every delayed transition and every delayed `send`."""
    for name, path in paths_of_states(definition).items():
        body: Any = definition
        for key in path:
            body = body[key]
        if name and isinstance(body, Mapping):
            yield from (((*path, "after", text), text) for text in body.get("after") or {})
    for action in walk(definition):
        if action.kind == "send" and "after" in action.body:
            yield (*action.path, "after"), str(action.body["after"])


def sent_after(definition: Mapping[str, Any], identity: str) -> str:
    """The delay with which an event is sent under an id; empty where none is."""
    sent = (action.body for action in walk(definition) if action.kind == "send" and "after" in action.body)
    return next((str(body["after"]) for body in sent if body.get("id", body["send"]) == identity), "")


def _walk(node: Any, path: Path, is_action: bool) -> Iterator[Written]:
    if isinstance(node, list | tuple):
        for index, entry in enumerate(node):
            yield from _walk(entry, (*path, index), is_action)
    elif isinstance(node, Mapping):
        if is_action:
            yield Written(path, node)
        in_states = bool(path) and path[-1] == "states"
        for key, entry in node.items():
            if in_states or key not in _OTHERS:
                yield from _walk(entry, (*path, key), not in_states and key in _ACTIONS)


def awaited_notices(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """The name of every notice that the chart waits for: the heads of the events by which it hears of them."""
    named = (str(action.body["as"]) for action in walk(definition) if action.kind == "notify" and "as" in action.body)
    return tuple(dict.fromkeys(named))
