"""The corpus: every planted fault as it stands in the `*.yaml` beside this module, and what lint says of it.

Each entry has a `name`, the `sop` (or the `file` of shared content) that is spoiled at the place `at` by one of `put`,
`say`, `add`, `drop`, and the word that the message `says`; its line is that of the edit, or of the place in `line`.
A fault that lint does not find is `blind`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from sop_engine.content.checking import check_ladders, check_sop, surroundings_of
from sop_engine.content.library import ContentError, Library, load_library, read_sop
from sop_engine.content.sop_file import SopFile
from sop_engine.content.yaml_files import YamlFault
from tests.unit.content.seeded_faults import editing


class Planted(BaseModel):
    """One fault, as it is written."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: str = ""
    sop: str | None = None
    file: str | None = None
    at: str
    put: str | None = None
    say: tuple[str, str] | None = None
    add: str | None = None
    drop: bool = False
    line: str | None = None
    says: str
    blind: str | None = None

    def planted_in(self, text: str, judged: Path | None = None) -> editing.Edited:
        """The text with the fault; its line is where lint has to point, in it or in the SOP that is judged by it."""
        if self.put is not None:
            edited = editing.put(text, self.at, self.put)
        elif self.say is not None:
            edited = editing.say(text, self.at, *self.say)
        elif self.add is not None:
            edited = editing.add(text, self.at, self.add)
        else:
            edited = editing.drop(text, self.at)
        if self.line is None:
            return edited
        pointed = edited.text if judged is None else judged.read_text(encoding="utf-8")
        return edited._replace(line=editing.line_of(pointed, self.line))


class Said(NamedTuple):
    """One line of lint."""

    file: str
    line: int
    path: str
    message: str


def corpus() -> tuple[Planted, ...]:
    """Every planted fault, by file and in written order."""
    return tuple(_read())


def _read() -> Iterator[Planted]:
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for kind, entries in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).items():
            yield from (Planted.model_validate({"kind": kind, **entry}) for entry in entries)


@dataclass(frozen=True, eq=False, repr=False)
class House:
    """The shipped library, loaded once, in which one file at a time is spoiled.

    It has no text of its own: pytest shows it beside a failure, and the whole library would take minutes to write out.
    """

    library: Library
    room: Path
    """Where spoiled files are written."""

    @cache  # noqa: B019 a house lives as long as the tests
    def text(self, name: str) -> str:
        return (self.library.root / name).read_text(encoding="utf-8")

    @cached_property
    def _places(self) -> dict[str, Path]:
        return {path.stem: path for path in self.library.root.glob("*/*.yaml")}

    @cache  # noqa: B019
    def _unspoiled(self, sop: str) -> frozenset[tuple[str, str]]:
        return frozenset(_without_way(said) for said in _judged(self.library, sop))

    def spoiled(self, fault: Planted) -> tuple[editing.Edited, list[Said]]:
        """The spoiled text, and what lint says of it that it does not say of the shipped one."""
        if fault.file is not None:
            edited = fault.planted_in(self.text(fault.file), self._places[fault.sop] if fault.sop is not None else None)
            return edited, self._shared(fault, edited.text)
        assert fault.sop is not None
        path = self._places[fault.sop]
        edited = fault.planted_in(path.read_text(encoding="utf-8"))
        spoiled = self.room / path.name
        spoiled.write_text(edited.text, encoding="utf-8")
        faults: list[YamlFault] = []
        try:
            sop_file = read_sop(spoiled, faults, self.library.parts)
        except ContentError as error:
            faults += error.faults
            sop_file = None
        read = [_said(found) for found in faults]
        if sop_file is None:
            return edited, read
        known = self._unspoiled(fault.sop)
        found = _judged(self._with(fault.sop, sop_file), fault.sop)
        return edited, read + [said for said in found if _without_way(said) not in known]

    def _with(self, sop: str, sop_file: SopFile) -> Library:
        return replace(self.library, sops={**self.library.sops, sop: sop_file})

    def _shared(self, fault: Planted, text: str) -> list[Said]:
        """Ladders and the organisation: a small house of their own, in which an SOP may be judged."""
        assert fault.file is not None
        root = self.room / fault.name
        root.mkdir()
        for name in ("ladders.yaml", "ledger.yaml", "organization.yaml"):
            (root / name).write_text(text if name == fault.file else self.text(name), encoding="utf-8")
        for folder in ("calendars", "notices"):
            (root / folder).symlink_to(self.library.root / folder)
        try:
            small = load_library(root)
        except ContentError as error:
            return [_said(found) for found in error.faults]
        if fault.sop is None:
            return [_said(found) for found in check_ladders(small)]
        known = self._unspoiled(fault.sop)
        house = replace(self.library, organization=small.organization, ladders=small.ladders)
        return [said for said in _judged(house, fault.sop) if _without_way(said) not in known]


def _without_way(said: Said) -> tuple[str, str]:
    """What is said, however the case comes there: a fault elsewhere may lengthen the way."""
    return said.path, said.message.partition(" (after ")[0]


def _judged(library: Library, sop: str) -> list[Said]:
    errors, warnings = check_sop(library, sop, surroundings_of(library))
    return [_said(found) for found in (*errors, *warnings)]


def _said(found: YamlFault) -> Said:
    return Said(found.file, found.line, found.path, found.message)


def is_found(fault: Planted, edited: editing.Edited, said: list[Said]) -> bool:
    """Whether lint names the line and the word."""
    return any(each.line == edited.line and fault.says in f"{each.path}: {each.message}" for each in said)
