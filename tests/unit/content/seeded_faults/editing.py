"""Small edits of a YAML text, at a place named by its keys: whatever else changes in the file, they go on fitting."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml


class UnfitEdit(Exception):
    """The place or the words of an edit are not in the file: the corpus has to follow the procedure."""


class Span(NamedTuple):
    """Where an entry stands in a text, in characters: its key (of a list: the entry itself), and its value."""

    key: int
    start: int
    end: int
    node: Any
    parent: Any


class Edited(NamedTuple):
    text: str
    line: int
    """Of the edit, counted from 1."""


def line_of(text: str, place: str) -> int:
    """The line of the key at a place such as `states/asking/task`."""
    return _line(text, _span(text, place).key)


def put(text: str, place: str, value: str) -> Edited:
    """Another value."""
    span = _span(text, place)
    return Edited(text[: span.start] + value + text[span.end :], _line(text, span.key))


def say(text: str, place: str, old: str, new: str) -> Edited:
    """Other words within an entry, where they stand once."""
    span = _span(text, place)
    within = text[span.key : span.end]
    if within.count(old) != 1:
        raise UnfitEdit(f"{old!r} stands {within.count(old)} times at {place}")
    at = span.key + within.index(old)
    return Edited(text[:at] + new + text[at + len(old) :], _line(text, at))


def add(text: str, place: str, entry: str) -> Edited:
    """One entry more, at the beginning of a mapping or a list."""
    span = _span(text, place)
    if span.node.flow_style:
        at = span.start + 1
        entry += ", " if span.node.value else ""
        return Edited(text[:at] + entry + text[at:], _line(text, at))
    column = span.start - (text.rfind("\n", 0, span.start) + 1)
    lines = f"\n{' ' * column}".join([*entry.splitlines(), ""])
    return Edited(text[: span.start] + lines + text[span.start :], _line(text, span.start))


def drop(text: str, place: str) -> Edited:
    """One entry less."""
    span = _span(text, place)
    if span.parent.flow_style:
        before, after = text[: span.key], text[span.end :]
        if after.lstrip().startswith(","):
            after = after.lstrip()[1:].lstrip()
        else:
            before = before.rstrip().removesuffix(",")
        return Edited(before + after, _line(text, span.key))
    begin = text.rfind("\n", 0, span.key) + 1
    end = text.find("\n", span.end) + 1
    return Edited(text[:begin] + (text[end:] if end else ""), _line(text, span.key))


def _span(text: str, place: str) -> Span:
    """Where the entry at a place stands."""
    node: Any = yaml.compose(text, Loader=yaml.CSafeLoader)
    parent: Any = None
    key_mark: Any = None
    for key in place.split("/") if place else ():
        parent = node
        if isinstance(node, yaml.MappingNode):
            named = {str(name.value): (name, value) for name, value in node.value}
        else:
            numbered = node.value if isinstance(node, yaml.SequenceNode) else ()
            named = {str(index): (value, value) for index, value in enumerate(numbered)}
        if key not in named:
            raise UnfitEdit(f"nothing stands at {place}: no {key}, only {', '.join(named)}")
        name, node = named[key]
        key_mark = name.start_mark
    begins = [0]
    for line in text.split("\n"):
        begins.append(begins[-1] + len(line) + 1)

    def at(mark: Any) -> int:
        return int(begins[mark.line] + mark.column)

    start = at(node.start_mark)
    end = start + len(_without_comments(text[start : at(node.end_mark)]))
    return Span(start if key_mark is None else at(key_mark), start, end, node, parent)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _without_comments(text: str) -> str:
    """A block as far as it says something; the remarks that follow belong to the next entry."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and lines[-1].lstrip().startswith("#"):
        lines.pop()
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
    return "\n".join(lines).rstrip()
