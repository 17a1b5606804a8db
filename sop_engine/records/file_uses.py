"""Which case holds which files, every version; and the contents that nothing refers to any more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine, exists, or_
from sqlmodel import Field, Session, col, select

from sop_engine.cases.contracts.files import FileLine, FileList, FileRef
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.contents import ContentRow, delete_content
from sop_engine.records.documents import DocumentRow
from sop_engine.records.engine import writing
from sop_engine.records.families import family
from sop_engine.records.keeping import REPLAYED, Keeping
from sop_engine.records.pieces_folder import PiecesFolder

UNUSED_FOR = timedelta(days=30)
"""How long a content stays that nothing refers to: far longer than its receipt, so none goes that an act may name."""


class FileUseRow(Row, table=True):
    """A version of a file of a case."""

    __tablename__ = "file_uses"
    keeping: ClassVar[Keeping] = REPLAYED

    case_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    sha256: str = Field(index=True)
    size: int
    type: str
    at: datetime = Field(sa_type=UtcInstant)
    by: str


def use_rows(case_id: str, files: Iterable[FileRef]) -> list[dict[str, Any]]:
    """The rows of a case's files."""
    return [{"case_id": case_id, **dict(file)} for file in files]


class FileUses:
    """Reads which files cases hold, and sweeps."""

    def __init__(self, engine: Engine, folder: Path | None = None) -> None:
        """`folder`: where pieces lie beside the records."""
        self._engine = engine
        self._folder = None if folder is None else PiecesFolder(folder)

    def list(self, case_id: str) -> FileList:
        """The files of a case and of those below it, in the order in which they came."""
        chosen = (
            select(FileUseRow)
            .where(col(FileUseRow.case_id).in_(family(case_id)))
            .order_by(col(FileUseRow.at), FileUseRow.kind, FileUseRow.name, col(FileUseRow.version))
        )
        with Session(self._engine) as session:
            return FileList(files=tuple(FileLine.model_validate(row.model_dump()) for row in session.exec(chosen)))

    def of(self, case_id: str) -> tuple[FileRef, ...]:
        """Every version of every file of one case, in the order in which they came."""
        own = select(FileUseRow).where(FileUseRow.case_id == case_id)
        chosen = own.order_by(col(FileUseRow.at), FileUseRow.kind, FileUseRow.name, col(FileUseRow.version))
        with Session(self._engine) as session:
            rows = session.exec(chosen).all()
            return tuple(FileRef.model_validate(row.model_dump(exclude={"case_id"})) for row in rows)

    def kinds(self, case_id: str, digest: str) -> tuple[str, ...]:
        """The kinds of files as which a case holds a content."""
        file = select(FileUseRow.kind).where(FileUseRow.case_id == case_id, FileUseRow.sha256 == digest)
        with Session(self._engine) as session:
            return tuple(session.exec(file.distinct()))

    def sweep(self, now: datetime) -> int:
        """Takes away what nothing refers to and nobody has brought for a month, in one transaction; how many."""
        contents, documents, uses = ContentRow.table(), DocumentRow.table(), FileUseRow.table()
        own = contents.c.sha256
        is_used = or_(
            exists().where(or_(documents.c.sha256 == own, documents.c.pdf_sha256 == own)),
            exists().where(uses.c.sha256 == own),
        )
        with writing(self._engine) as connection:
            unused = select(own).where(contents.c.touched_at < now - UNUSED_FOR, ~is_used)
            found = list(connection.scalars(unused))
            for digest in found:
                delete_content(connection, digest)
        if self._folder is not None:
            with self._engine.connect() as connection:
                self._folder.keep_only(set(connection.scalars(select(own))), now)
        return len(found)
