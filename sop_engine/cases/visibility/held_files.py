"""Which files of a case a lens lets pass: those of fields that it shows, and attachments of a case that it opens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sop_engine.cases.contracts.files import FileRef
from sop_engine.cases.visibility.lens import Lens
from sop_engine.cases.written.classified import EACH

File = TypeVar("File", bound=FileRef)


def shown_files(files: Iterable[File], lens: Lens) -> tuple[File, ...]:
    """The files that the reader may see and fetch."""
    return tuple(file for file in files if is_shown(file.kind, lens))


def is_shown(kind: str, lens: Lens) -> bool:
    """Whether the reader may see files of a kind."""
    return not lens.is_shut and place_of(kind, lens.hides) is None


def place_of(kind: str, places: Iterable[str]) -> str | None:
    """The place among some that holds files of a kind: `papers.file` is that of `papers`, and of `papers.*.file`."""
    keys = kind.split(".")
    for place in sorted(places):
        around = [key for key in place.split(".") if key != EACH]
        if keys[: len(around)] == around:
            return place
    return None
