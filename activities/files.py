"""Files: their content is brought in pieces, counted, and fetched in pieces; which case holds which.

Whoever may use Temporal may bring content, as he may start cases: it says nothing of any case, and goes unless one
takes it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from temporalio import activity

from activities.access import brings, reads
from activities.failures import refusals
from activities.lenses import Lenses
from activities.paper_readers import PaperReaders
from sop_engine.basis.faults import Fault, NotFound, NotPermitted
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
from sop_engine.cases.contracts.viewing import Reading
from sop_engine.cases.told.file_checks import HOW, unkept
from sop_engine.cases.visibility.held_files import is_shown, place_of
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.documents.papers import PaperTemplates
from sop_engine.records.contents import ContentStore
from sop_engine.records.documents import DocumentRepository
from sop_engine.records.file_uses import FileUses
from sop_engine.temporal.queues import FILE_BEGIN, FILE_FINISH, FILE_PIECE, JUDGE_FILES, LIST_FILES, READ_PIECE
from sop_engine.temporal.writes import writes


class FileActivities:
    """Brings and fetches."""

    def __init__(
        self,
        engine: Engine,
        store: ContentStore,
        receipts: Receipts,
        lenses: Lenses | None = None,
        templates: PaperTemplates | None = None,
    ) -> None:
        self._store = store
        self._lenses = lenses
        self._papers = None if lenses is None else PaperReaders(lenses, templates)
        self._documents = DocumentRepository(engine)
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
        """The files that the reader may see, of a case and of those below it that are not hidden from the reader."""
        held = self._uses.list(given.case_id)
        if self._lenses is None:
            return held
        with refusals():
            self._lenses.on(given.case_id, given)
            hidden = self._lenses.hidden_cases(given.reader)
            below = [file for file in held.files if file.case_id not in hidden]
            shown = tuple(file for file in below if self._shows(file.case_id, [file.kind], given))
            return FileList(files=shown, masked=tuple(dict.fromkeys(file.kind for file in below if file not in shown)))

    @reads
    @activity.defn(name=READ_PIECE)
    def read_piece(self, given: ReadPieceInput) -> bytes:
        """One piece of a paper or a file, for whoever may see the case that has it, and the field that holds the file,
        or all that the paper shows: a hash alone opens nothing.

        Raises NotFound where the case has no such content, NotPermitted for who may not see it.
        """
        with refusals():
            kinds = self._uses.kinds(given.case_id, given.sha256)
            papers = self._documents.of_content(given.case_id, given.sha256)
            if not kinds and not papers:
                raise NotFound(f"{given.case_id} has no file with the hash {given.sha256}")
            if self._lenses is not None and self._papers is not None:
                self._lenses.on(given.case_id, given)
                for paper in papers:
                    self._papers.permit(paper, given)
                if not papers and not self._shows(given.case_id, kinds, given):
                    who = given.reader or "Who does not say who looks"
                    raise NotPermitted(f"{who} may not see this file of {given.case_id}")
            return self._store.read(given.sha256, given.number)

    def _shows(self, case_id: str, kinds: Sequence[str], given: Reading) -> bool:
        """Whether the reader may see a file that a case holds as these kinds; then that is in the log."""
        assert self._lenses is not None
        case = self._lenses.cases.of(case_id)
        seen = self._lenses.of(case.definition, case.data, given.reader)
        shown = [kind for kind in kinds if is_shown(kind, seen)]
        places = (place_of(kind, seen.shows) for kind in shown)
        self._lenses.keep_places(given, case_id, (place for place in places if place is not None))
        return bool(shown)


def _now() -> datetime:
    """The server's present, by which validators judge receipts too."""
    return activity.info().started_time
