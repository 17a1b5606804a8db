"""YAML, and JSON as a part of it, as it is read wherever people write it: version 1.2 scalars (`on`, `no` and `12:30`
are text), no duplicate keys, no aliases, no tags, no endless depth, and the line of every node."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml
from yaml.reader import ReaderError

Path = tuple[str | int, ...]


class YamlFault(NamedTuple):
    """One thing wrong in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{self.column}:{place} {self.message}"


class YamlError(Exception):
    """A file that cannot be read; every fault found."""

    def __init__(self, faults: list[YamlFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


class Origin(NamedTuple):
    """Where something is written, and how much of the way to it could be followed."""

    depth: int
    file: str
    line: int
    column: int
    used_at: str = ""


class Graft(NamedTuple):
    """A part of a file that is written somewhere else."""

    file: YamlFile
    path: Path
    used_at: str
    """File and line that use it; empty where it is written in the file itself, in another place."""


class YamlFile(NamedTuple):
    """What a file says, and where it says it."""

    name: str
    value: Any
    marks: dict[Path, tuple[int, int]]
    grafts: Mapping[Path, Graft] = MappingProxyType({})

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the nearest node at or above a path."""
        found = self.origin(path)
        return found.line, found.column

    def entries(self, faults: list[YamlFault]) -> Mapping[str, Any]:
        """What a file of entries by name says; nothing, and a fault, where it is something else."""
        if isinstance(self.value, Mapping):
            return self.value
        if self.value is not None:
            faults.append(self.fault((), "the file is a mapping of entries by name"))
        return {}

    def fault(self, path: Path, message: str) -> YamlFault:
        """A fault at a path, told where a person can mend it: of a shared part, in its file, with where it is used."""
        found = self.origin(path)
        used = f" (used in {found.used_at})" if found.used_at else ""
        return YamlFault(found.file, found.line, found.column, ".".join(map(str, path)), message + used)

    def origin(self, path: Path) -> Origin:
        """Where the nearest node at or above a path is written."""
        depth = next((length for length in range(len(path), -1, -1) if path[:length] in self.marks), 0)
        own = Origin(depth, self.name, *self.marks.get(path[:depth], (1, 1)))
        length = next((length for length in range(len(path), -1, -1) if path[:length] in self.grafts), -1)
        if length < 0:
            return own
        graft = self.grafts[path[:length]]
        found = graft.file.origin((*graft.path, *path[length:]))
        depth = found.depth - len(graft.path) + length
        return found._replace(depth=depth, used_at=graft.used_at or found.used_at) if depth > own.depth else own


KEPT = 256
"""Texts of files that are known again: a site's, which one process reads for many things."""
DEEPEST = 64
"""Lists and mappings inside each other; deeper ones exhaust whoever reads them, here or behind us."""
_OPENING = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)
_HALF = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]+|[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+)")


def read_file(path: FilePath) -> YamlFile:
    """Reads one file, whose value nobody changes: who reads the same text again is given the same. Raises YamlError."""
    return _known(path.read_text(encoding="utf-8"), path.name)


def read_noting(path: FilePath, faults: list[YamlFault]) -> YamlFile | None:
    """Reads one file; none where it is missing or cannot be read, which is added to the faults."""
    try:
        return read_file(path)
    except FileNotFoundError:
        faults.append(YamlFault(path.name, 1, 1, "", "the file is missing"))
    except YamlError as error:
        faults += error.faults
    except UnicodeDecodeError as error:
        faults.append(YamlFault(path.name, 1, 1, "", f"the file is not UTF-8 text: {error.reason}"))
    return None


def read_text(text: str, name: str, *, is_typed: bool = True) -> YamlFile:
    """Reads one document; not `is_typed` leaves numbers, true and false as the text they are written as.

    Raises YamlError with every fault of its structure.
    """
    faults, root = _composed(text, name)
    reading = _Reading(name, is_typed, {}, faults)
    value = reading.value(root, ()) if root is not None else None
    if faults:
        raise YamlError(faults)
    return YamlFile(name, value, reading.marks)


@lru_cache(KEPT)
def _known(text: str, name: str) -> YamlFile:
    return read_text(text, name)


def _composed(text: str, name: str) -> tuple[list[YamlFault], Any]:
    """The faults of a document, or its root: by libyaml, and where that finds anything wrong by the reader that says it
    in our words and knows every escape of JSON. Raises YamlError for what is no YAML at all."""
    with suppress(yaml.YAMLError, UnicodeError):
        if yaml.__with_libyaml__ and not any(_refused(yaml.scan(text, Loader=yaml.CSafeLoader))):
            return [], yaml.compose(text, Loader=yaml.CSafeLoader)
    try:
        faults = [YamlFault(name, mark.line + 1, mark.column + 1, "", what) for mark, what in _refused(yaml.scan(text))]
        return faults, yaml.compose(text, Loader=yaml.SafeLoader) if not faults else None
    except yaml.YAMLError as error:
        raise YamlError([_unreadable(error, text, name)]) from None


def _refused(tokens: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """What a document may not hold, before anything is built of it; what is too deep is not read to its end."""
    depth = 0
    for token in tokens:
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            yield token.start_mark, "anchors and aliases are not used here"
        elif isinstance(token, yaml.TagToken):
            yield token.start_mark, "tags are not used here"
        elif isinstance(token, _OPENING):
            depth += 1
            if depth > DEEPEST:
                yield token.start_mark, f"lies deeper than {DEEPEST} lists and mappings"
                return
        elif isinstance(token, _CLOSING):
            depth -= 1


def _unreadable(error: yaml.YAMLError, text: str, name: str) -> YamlFault:
    if isinstance(error, ReaderError):
        before = text[: error.position].rpartition("\n")
        line, column = before[0].count("\n") + bool(before[1]) + 1, len(before[2]) + 1
        return YamlFault(name, line, column, "", f"the character U+{ord(text[error.position]):04X} cannot stand here")
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    problem = getattr(error, "problem", None) or str(error)
    expected = getattr(error, "context", None)
    is_half = expected is not None and problem.startswith("but ")
    return YamlFault(name, line, column, "", f"{expected}, {problem}" if is_half else problem)


class _Reading(NamedTuple):
    """One document on its way from nodes to values."""

    name: str
    is_typed: bool
    marks: dict[Path, tuple[int, int]]
    faults: list[YamlFault]

    def value(self, node: Any, path: Path) -> Any:
        self.marks[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(entry, (*path, index)) for index, entry in enumerate(node.value)]
        scalar = _scalar(node, self.is_typed)
        if isinstance(scalar, str) and _HALF.search(scalar):
            dotted = ".".join(map(str, path))
            self.faults.append(YamlFault(self.name, *self.marks[path], dotted, "holds half a character"))
        return scalar

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            dotted = ".".join(map(str, (*path, key)))
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.append(YamlFault(self.name, *where, "", "a key is plain text"))
                continue
            if key in mapping:
                first = self.marks[(*path, key)][0]
                what = f"the key is there already, in line {first}"
                self.faults.append(YamlFault(self.name, *where, dotted, what))
                continue
            mapping[key] = self.value(value_node, (*path, key))
            self.marks[(*path, key)] = where
        return mapping


def _scalar(node: Any, is_typed: bool) -> Any:
    text = node.value
    if node.style:
        # JSON writes a character outside the basic plane as two escapes, which YAML reads as two halves.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if text in ("", "~", "null"):
        return None
    if not is_typed:
        return text
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
