"""Reads SCXML files of the conformance suite into the grammar of our charts.

Translates the little ECMAScript that the suite's guards and delays use; anything else raises `UnsupportedError`, so
that no test passes because something was left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

EFFECTS = frozenset({"log"})

_SPACE = "{http://www.w3.org/2005/07/scxml}"
_PROCESSOR = "http://www.w3.org/TR/scxml/#SCXMLEventProcessor"
_STATES = ("state", "parallel", "final", "history")


class UnsupportedError(Exception):
    """The file uses something that our grammar does not have."""


def read(path: Path) -> dict[str, Any]:
    """Return the chart of an SCXML file as a mapping."""
    return _Reader().chart(ElementTree.parse(path).getroot())


class _Reader:
    def __init__(self) -> None:
        self._unnamed = 0

    def chart(self, root: ElementTree.Element) -> dict[str, Any]:
        return self._state(root)

    def _state(self, element: ElementTree.Element) -> dict[str, Any]:
        kind = _tag(element)
        if kind == "history":
            (default,) = element.findall(f"{_SPACE}transition")
            return {
                "history": element.get("type", "shallow"),
                "to": default.get("target"),
                "do": self._actions(default),
            }
        state: dict[str, Any] = {"final": True} if kind == "final" else {}
        if kind == "parallel":
            state["parallel"] = True
        if element.get("initial"):
            state["initial"] = _names(element.get("initial"))
        for child in element:
            self._add(state, child)
        return state

    def _add(self, state: dict[str, Any], child: ElementTree.Element) -> None:
        kind = _tag(child)
        if kind in _STATES:
            self._unnamed += 1
            state.setdefault("states", {})[child.get("id") or f"unnamed{self._unnamed}"] = self._state(child)
        elif kind in ("onentry", "onexit"):
            state.setdefault(kind.removeprefix("on"), []).extend(self._actions(child))
        elif kind == "initial":
            (start,) = child
            state["initial"] = {"to": _names(start.get("target")), "do": self._actions(start)}
        elif kind == "transition":
            self._transition(state, child)
        else:
            raise UnsupportedError(kind)

    def _transition(self, state: dict[str, Any], element: ElementTree.Element) -> None:
        body: dict[str, Any] = {"do": self._actions(element)}
        if element.get("target"):
            body["to"] = _names(element.get("target"))
        if element.get("cond"):
            body["when"] = _condition(element.get("cond", ""))
        if element.get("event"):
            state.setdefault("on", []).append({"event": _names(element.get("event")), **body})
        else:
            state.setdefault("always", []).append(body)

    def _actions(self, element: ElementTree.Element) -> list[dict[str, Any]]:
        return [action for child in element for action in self._action(child)]

    def _action(self, element: ElementTree.Element) -> Iterator[dict[str, Any]]:
        kind = _tag(element)
        if kind == "raise":
            yield {"raise": element.get("event")}
        elif kind == "send":
            yield self._send(element)
        elif kind == "cancel":
            yield {"cancel": element.get("sendid")}
        elif kind == "log":
            yield {"log": element.get("label") or "log", "expression": element.get("expr", "")}
        else:
            raise UnsupportedError(kind)

    def _send(self, element: ElementTree.Element) -> dict[str, Any]:
        known = {"event", "id", "delay", "delayexpr", "type", "target"}
        if set(element.keys()) - known or element.get("type", _PROCESSOR) != _PROCESSOR:
            raise UnsupportedError(f"send {dict(element.attrib)}")
        if element.get("target") == "#_internal":
            return {"raise": element.get("event")}
        if element.get("target"):
            raise UnsupportedError(f"send to {element.get('target')}")
        action: dict[str, Any] = {"send": element.get("event")}
        if element.get("id"):
            action["id"] = element.get("id")
        delay = element.get("delay") or element.get("delayexpr", "").strip("'")
        if delay:
            action["after"] = _duration(delay)
        return action


def _tag(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(_SPACE)


def _names(text: str | None) -> list[str]:
    return (text or "").split()


def _condition(source: str) -> str:
    if source in ("true", "false"):
        return source
    if re.fullmatch(r"In\('[\w.]+'\)", source):
        return source.replace("In(", "in_state(")
    raise UnsupportedError(f"the condition {source}")


def _duration(text: str) -> str:
    seconds, unit = re.fullmatch(r"([\d.]+)(m?s)", text).groups()  # type: ignore[union-attr]
    return f"PT{int(seconds) / 1000}S" if unit == "ms" else f"PT{seconds}S"
