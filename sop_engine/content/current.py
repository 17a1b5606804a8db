"""The library as new cases take it: the worker's files, and what was published above them since."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.content.checking import check_sop, surroundings_of
from sop_engine.content.library import Library, sop_of
from sop_engine.content.sop_file import SopFile
from sop_engine.content.yaml_files import YamlError, YamlFault, read_text

Heads = Callable[[], Mapping[str, tuple[int, str]]]
"""Of each SOP the version that was published last, and the hash of its text."""
TextOf = Callable[[str, int], str]


class CurrentLibrary:
    """Asks at each use, so that what is published is in force at once and for every worker.

    A published version counts where it is above that of the file. An SOP of which the worker has no file is not known.
    """

    def __init__(self, files: Library, heads: Heads, text_of: TextOf) -> None:
        self.files = files
        self._heads = heads
        self._text_of = text_of
        self._read: dict[str, SopFile] = {}
        """By the hash of the text."""

    def now(self) -> Library:
        """The files, with each SOP as it was published last."""
        above = {
            sop: self._sop_file(sop, version, content_hash)
            for sop, (version, content_hash) in self._heads().items()
            if sop in self.files.sops and version > self.files.sops[sop].definition.version
        }
        return replace(self.files, sops={**self.files.sops, **above}) if above else self.files

    def _sop_file(self, sop: str, version: int, content_hash: str) -> SopFile:
        if content_hash not in self._read:
            text = self._text_of(sop, version)
            self._read[content_hash] = as_published(self.files.sops[sop], content_hash, text)
        return self._read[content_hash]


def as_published(known: SopFile, content_hash: str, text: str) -> SopFile:
    """An SOP with another text of it, in which what shared parts say is written out."""
    value = json.loads(text)
    return known.with_definition(SopDefinition.model_validate(value), value, content_hash, text)


def read_draft(library: Library, text: str, name: str) -> tuple[SopFile | None, list[YamlFault], list[YamlFault]]:
    """A procedure's file as the library would take it, every fault, and what lint warns of.

    An SOP that starts it as a child, or sets a figure of it, has to go on working, so those are looked at too.
    """
    try:
        written = read_text(text, name)
    except YamlError as error:
        return None, list(error.faults), []
    faults: list[YamlFault] = []
    draft = sop_of(written, faults, library.parts)
    if draft is None or faults:
        return None, faults, []
    sop = draft.definition.sop
    if sop not in library.sops:
        known = ", ".join(library.sops)
        what = f"there is no file of {sop} here, and a new procedure comes as a file; allowed: {known}"
        return None, [draft.place(("sop",), what)], []
    changed = replace(library, sops={**library.sops, sop: draft})
    around = surroundings_of(changed)
    faults, warnings = check_sop(changed, sop, around)
    faults = sorted(faults)
    for parent, file in library.sops.items():
        if parent != sop and sop in file.child_sops:
            faults += check_sop(changed, parent, around)[0]
    for figure in library.overrides.get(sop, {}):
        if figure not in draft.definition.parameters:
            faults.append(draft.place(("parameters",), f"this site sets {figure}, which is no figure of it any more"))
    return draft, faults, sorted(warnings)
