"""Files: their content is brought in pieces, counted, and fetched in pieces; which case holds which.

Whoever may use Temporal may bring content, as he may start cases: it says nothing of any case, and goes unless one
takes it.
"""

from datetime import datetime

from sqlalchemy import Engine
from temporalio import activity

from activities.access import brings, reads
from activities.failures import refusals
from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.files import (
    FileHead,
    FileList,
    FileReceipt,
    FinishFileInput,
    JudgeFilesInput,
    JudgeFilesResult,
    ListFilesInput,
    ReadPieceInput,
    Wanted,
)
from sop_engine.cases.told.file_checks import HOW, unkept
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.records.contents import ContentStore
from sop_engine.records.file_uses import FileUses
from sop_engine.temporal.queues import FILE_BEGIN, FILE_FINISH, FILE_PIECE, JUDGE_FILES, LIST_FILES, READ_PIECE
from sop_engine.temporal.writes import writes


class FileActivities:
    """Brings and fetches."""

    def __init__(self, engine: Engine, store: ContentStore, receipts: Receipts) -> None:
        self._store = store
        self._receipts = receipts
        self._uses = FileUses(engine)

    @brings
    @activity.defn(name=FILE_BEGIN)
    @writes("piece")
    def file_begin(self, head: FileHead) -> Wanted:
        """Which pieces of a content are still wanted."""
        with refusals():
            return self._store.begin(head, _now())

    @brings
    @activity.defn(name=FILE_PIECE)
    @writes("piece")
    def file_piece(self, head: FileHead, piece: bytes) -> None:
        """One piece; the same again changes nothing."""
        with refusals():
            self._store.put(head, piece)

    @brings
    @activity.defn(name=FILE_FINISH)
    @writes("piece")
    def file_finish(self, given: FinishFileInput) -> FileReceipt:
        """That all pieces are there and have the hash: the receipt with which a case takes the file."""
        with refusals():
            return self._store.finish(given, _now())

    @reads
    @activity.defn(name=JUDGE_FILES)
    def judge_files(self, given: JudgeFilesInput) -> JudgeFilesResult:
        """The files that are not kept, of what came before its case was loaded or is taken again by a reset.

        That may be long ago, so the store itself is asked, and no receipt is too old.
        """
        faults = unkept(given.files, self._receipts, None)
        gone = (where for where, file in given.files.items() if not self._store.has(str(file.get("sha256"))))
        lost = [Fault(where=where, what="its content is not kept any more", allowed=HOW) for where in gone]
        return JudgeFilesResult(faults=tuple(faults or lost))

    @reads
    @activity.defn(name=LIST_FILES)
    def list_files(self, given: ListFilesInput) -> FileList:
        return self._uses.list(given.case_id)

    @reads
    @activity.defn(name=READ_PIECE)
    def read_piece(self, given: ReadPieceInput) -> bytes:
        """One piece of a paper or a file, for whoever may see the case that has it: a hash alone opens nothing."""
        with refusals():
            self._uses.require(given.case_id, given.sha256)
            return self._store.read(given.sha256, given.number)


def _now() -> datetime:
    """The server's present, by which validators judge receipts too."""
    return activity.info().started_time
