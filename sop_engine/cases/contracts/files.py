"""Files: what a case holds of one, and how its content is brought to the records and fetched, in pieces.

A piece itself is a bare `bytes` argument or result: a model would turn it into text of a third more.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.base import ActivityInput, Contract
from sop_engine.cases.contracts.viewing import Reading

PIECE_BYTES = 480 * 1024
"""Of one piece. The SDK warns of payloads above 512 KiB, frame included; the server refuses those above 2 MB."""

HASH = r"^[0-9a-f]{64}$"


class FileRef(Contract):
    """A file as its case holds it; the content is kept once for all cases, by its SHA-256."""

    kind: str
    """The field that holds it, `papers.file` for one within a list; or the kind of attachment."""
    name: str
    version: int = 1
    """Of a field: how many it has held. Of an attachment: how many of its name and kind there are."""
    sha256: str
    size: int
    """Bytes."""
    type: str
    """Media type."""
    at: datetime
    by: str


class FileHead(ActivityInput):
    """Activity `file_begin`, and the head of each `file_piece`: which content is to be brought."""

    sha256: str = Field(pattern=HASH)
    size: int = Field(ge=0)
    """Bytes."""
    number: int = Field(default=0, ge=0)
    """Of the piece, from 0."""


class Wanted(Contract):
    """What is still to be brought of a content."""

    pieces: tuple[int, ...]
    """Their numbers; none where all of it is kept already."""
    nonce: str
    """To be answered by the SHA-256 of it and the content: a hash alone gets nobody a receipt."""


class FinishFileInput(ActivityInput):
    """Activity `file_finish`: all pieces are there."""

    sha256: str = Field(pattern=HASH)
    nonce: str = Field(max_length=200)
    possession: str = Field(pattern=HASH)


class FileReceipt(Contract):
    """That a content is kept, signed by the workers; with a name it is the value of a field of type `file`."""

    sha256: str
    size: int
    type: str
    """Media type, as the content itself says."""
    receipt: str


class JudgeFilesInput(ActivityInput):
    """Activity `judge_files`: which of these files, by where each stands in an input, are not kept?"""

    files: dict[str, dict[str, object]]


class JudgeFilesResult(Contract):
    """A fault for each that is not."""

    faults: tuple[Fault, ...] = ()


class ListFilesInput(Reading):
    """Activity `list_files`: the files of a case and of those below it, every version."""

    case_id: str


class FileLine(FileRef):
    """A file in a list."""

    case_id: str


class FileList(Contract):
    files: tuple[FileLine, ...]
    masked: tuple[str, ...] = ()
    """Kinds of files that are there and are not for this reader."""


class ReadPieceInput(Reading):
    """Activity `read_piece`: one piece of a paper or a file of this case."""

    case_id: str
    sha256: str = Field(pattern=HASH)
    number: int = Field(default=0, ge=0)
