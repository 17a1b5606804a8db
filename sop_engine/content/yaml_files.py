"""YAML as the content uses it: version 1.2 scalars (`on`, `no` and `12:30` are text), no duplicate keys, no
aliases, and the line of every node."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Any, NamedTuple

import yaml

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


class YamlFile(NamedTuple):
    """What a file says, and where it says it."""

    name: str
    value: Any
    marks: dict[Path, tuple[int, int]]

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the nearest node at or above a path."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.marks:
                return self.marks[path[:length]]
        return (1, 1)


_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]+|[0-9]+(\.[0-9]+)?[eE][-+]?[0-9]+)")


def read_file(path: FilePath) -> YamlFile:
    """Reads one file. Raises YamlError."""
    return read_text(path.read_text(encoding="utf-8"), path.name)


def read_text(text: str, name: str) -> YamlFile:
    """Reads one document. Raises YamlError with every fault of its structure."""
    faults: list[YamlFault] = []
    marks: dict[Path, tuple[int, int]] = {}
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                mark = token.start_mark
                faults.append(
                    YamlFault(name, mark.line + 1, mark.column + 1, "", "anchors and aliases are not used here")
                )
        root = yaml.compose(text, Loader=yaml.SafeLoader) if not faults else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise YamlError([YamlFault(name, line, column, "", getattr(error, "problem", None) or str(error))]) from None
    value = _build(root, (), name, marks, faults) if root is not None else None
    if faults:
        raise YamlError(faults)
    return YamlFile(name, value, marks)


def _build(node: Any, path: Path, name: str, marks: dict[Path, tuple[int, int]], faults: list[YamlFault]) -> Any:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    marks[path] = (line, column)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            dotted = ".".join(map(str, (*path, key)))
            if not isinstance(key_node, yaml.ScalarNode):
                faults.append(YamlFault(name, *where, dotted, "a key is plain text"))
                continue
            if key in mapping:
                first = marks[(*path, key)][0]
                faults.append(YamlFault(name, *where, dotted, f"the key is there already, in line {first}"))
                continue
            mapping[key] = _build(value_node, (*path, key), name, marks, faults)
            marks[(*path, key)] = where
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_build(entry, (*path, index), name, marks, faults) for index, entry in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    text = node.value
    if node.style is not None:
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
