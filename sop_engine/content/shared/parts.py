"""The shared parts themselves, and the desk at which a file that uses them is written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.content.yaml_files import Graft, Path, YamlFault, YamlFile

USE = "use"
DIFFERS = "differs"
"""Beside a field of its own that has the name of another: why it says something else."""

NOTHING = YamlFile("", None, {})


@dataclass(frozen=True)
class Fragment:
    """States of a chart with places for what differs from use to use."""

    states: Mapping[str, Any]
    takes: frozenset[str]
    """What each use must give."""
    may_take: Mapping[str, Any]
    """What a use may give, with what stands there otherwise; for none, the key is left out."""


@dataclass(frozen=True)
class Parts:
    """Everything that procedures may use by name, written out and checked."""

    types_file: YamlFile = NOTHING
    fields_file: YamlFile = NOTHING
    fragments_file: YamlFile = NOTHING
    types: Mapping[str, Any] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fragments: Mapping[str, Fragment] = field(default_factory=dict)
    used: frozenset[tuple[str, ...]] = frozenset()
    """The types that the parts themselves use."""
    registers: Mapping[str, RegisterSpec] = field(default_factory=dict)
    """What procedures may read."""
    published: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What they may read of other cases: SOP -> the fields that it publishes, as written."""

    def group_of(self, name: str) -> str | None:
        """The group in which a field stands."""
        return next((group for group, fields in self.groups.items() if name in fields), None)

    def named(self, name: str) -> tuple[tuple[str, str], ...]:
        """The fields that a name stands for, each as group and field; none where it is unknown."""
        if name in self.groups:
            return tuple((name, each) for each in self.groups[name])
        group = self.group_of(name)
        return ((group, name),) if group is not None else ()

    def names(self) -> Iterable[str]:
        """Every group and every field."""
        return [*self.groups, *(name for fields in self.groups.values() for name in fields)]


@dataclass
class Desk:
    """One file while its shared parts are written out: what is wrong, what was used, and where each part comes from."""

    file: YamlFile
    parts: Parts
    faults: list[YamlFault]
    grafts: dict[Path, Graft] = field(default_factory=dict)
    used: set[tuple[str, ...]] = field(default_factory=set)
    """`field`, `type` or `fragment`, with its name."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Field -> why it says something else than its namesakes."""

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(self.file.fault(path, message))

    def unknown(self, path: Path, kind: str, name: Any, known: Iterable[str]) -> None:
        near = suggestion(name, known) if isinstance(name, str) else ""
        self.fault(path, f"unknown {kind} {name!r}{near}")

    def graft(self, path: Path, file: YamlFile, origin: Path, used_at: Path) -> None:
        line = self.file.place(used_at)[0]
        self.grafts[path] = Graft(file, origin, f"{self.file.name}:{line}")

    def move(self, path: Path, origin: Path) -> None:
        """Notes that what stands at a path is written elsewhere in the same file."""
        self.grafts[path] = Graft(self.file, origin, "")

    def laid_over(self, base: Any, own: Any, path: Path) -> Any:
        """A shared part with what its user says besides: a mapping key by key, anything else in place of it."""
        if not isinstance(base, Mapping):
            return own
        if not isinstance(own, Mapping):
            self.fault(path, "the shared part has a mapping here, of which single keys can be changed")
            return base
        changed = {
            key: self.laid_over(base[key], value, (*path, key)) if key in base else value for key, value in own.items()
        }
        return {**base, **changed}
