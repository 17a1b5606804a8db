"""Rendered documents: their versions. Their content is kept like every other."""

from datetime import date, datetime
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import JSON, Engine, UniqueConstraint, func, or_
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.cases.contracts.reading import DocumentLine, DocumentList, FindDocumentInput
from sop_engine.cases.running.effects.document import DocumentResult
from sop_engine.freight.rules import CHINA
from sop_engine.records.cases import CaseRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.contents import ContentRow, keep_content, keep_place
from sop_engine.records.engine import writing
from sop_engine.records.families import family
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping
from sop_engine.timekeeping.calendar import move_date
from sop_engine.timekeeping.periods import parse_period

HTML, PDF = ("html", "text/html; charset=utf-8"), ("pdf", "application/pdf")
"""How a file's name ends, and its media type."""


class DocumentRow(Row, table=True):
    """One version of one document of a case."""

    __tablename__ = "documents"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN
    __table_args__: ClassVar[tuple[UniqueConstraint, ...]] = (UniqueConstraint("case_id", "template", "version"),)

    document_id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    """Of the effect that asked for it: a repeated activity finds its document again."""
    case_id: str
    template: str
    version: int
    title: dict[str, str] = Field(sa_type=JSON)
    name: str
    media_type: str
    sha256: str = Field(foreign_key="contents.sha256")
    pdf_sha256: str | None = Field(default=None, foreign_key="contents.sha256")
    rendered_at: datetime = Field(sa_type=UtcInstant)
    kept_for: str | None = None
    """A period that begins when the case is closed."""
    made_from: str | None = None
    """SHA-256 of what it says: template, values and the case's data; none of papers from before it was kept."""


class DocumentRepository:
    """Keeps documents and says which there are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def kept(self, key: str, made_from: str) -> DocumentResult | None:
        """The document that was rendered for this key before. Raises Refused where it says something else.

        A case that was reset comes to the same step again, perhaps with other data: the paper that went out stands.
        """
        with Session(self._engine) as session:
            row = session.exec(select(DocumentRow).where(DocumentRow.key == key)).first()
            if row is None:
                return None
            if row.made_from not in (None, made_from):
                raise Refused(f"{row.document_id} was made by this step before and says something else")
            return _result(row)

    def keep(
        self,
        *,
        key: str,
        case_id: str,
        template: str,
        title: dict[str, str],
        content: bytes,
        rendered_at: datetime,
        pdf: bytes | None = None,
        kept_for: str | None = None,
        made_from: str | None = None,
    ) -> DocumentResult:
        """Keeps the next version of a case's document, HTML and PDF; with a known key, answers with what is kept.

        Two keys of one document at the same instant end in an IntegrityError for one of them, which then tries again.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            row = session.exec(select(DocumentRow).where(DocumentRow.key == key)).first()
            if row is not None:
                return _result(row)
            pdf_digest = None if pdf is None else keep_content(connection, pdf, rendered_at)
            ending, media_type = HTML
            latest = select(func.max(DocumentRow.version)).where(
                DocumentRow.case_id == case_id, DocumentRow.template == template
            )
            version = (session.exec(latest).one() or 0) + 1
            document_id = f"{case_id}.{template}.v{version}"
            row = DocumentRow(
                document_id=document_id,
                key=key,
                case_id=case_id,
                template=template,
                version=version,
                title=title,
                name=f"{document_id}.{ending}",
                media_type=media_type,
                sha256=keep_content(connection, content, rendered_at),
                pdf_sha256=pdf_digest,
                rendered_at=rendered_at,
                kept_for=kept_for,
                made_from=made_from,
            )
            session.add(row)
            session.flush()
            return _result(row)

    def restore(
        self,
        recorded: DocumentResult,
        *,
        key: str,
        case_id: str,
        content: bytes | None,
        rendered_at: datetime,
        pdf: bytes | None,
        kept_for: str | None,
        made_from: str | None,
    ) -> bool:
        """Keeps a document again as it is recorded. Answers whether it is kept with its content.

        Content with another hash is not the document: the facts are kept, the bytes are lost until a backup has them.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            is_same = content is not None and sha256(content).hexdigest() == recorded.sha256
            keep_place(connection, recorded.sha256, rendered_at)
            if is_same and content is not None:
                keep_content(connection, content, rendered_at)
            # The PDF's own hash is in no history; it is of the same paper, by the same facts.
            pdf_digest = keep_content(connection, pdf, rendered_at) if is_same and pdf is not None else None
            row = session.get(DocumentRow, recorded.document_id)
            if row is None:
                row = DocumentRow(
                    document_id=recorded.document_id,
                    key=key,
                    case_id=case_id,
                    template=recorded.template,
                    version=recorded.version,
                    title=recorded.title,
                    name=recorded.name,
                    media_type=HTML[1],
                    sha256=recorded.sha256,
                    pdf_sha256=pdf_digest,
                    rendered_at=rendered_at,
                    kept_for=kept_for,
                    made_from=made_from,
                )
                session.add(row)
            session.flush()
            if (row.key, row.sha256) != (key, recorded.sha256):
                raise Refused(f"{recorded.document_id} is kept as another paper")
            return session.exec(select(ContentRow.is_whole).where(ContentRow.sha256 == recorded.sha256)).one()

    def list(self, case_id: str) -> DocumentList:
        """The documents of a case and of those below it, in the order in which they were rendered."""
        chosen = (
            select(DocumentRow, ContentRow.size, CaseRow.closed_at)
            .join(ContentRow, col(ContentRow.sha256) == col(DocumentRow.sha256))
            .outerjoin(CaseRow, col(CaseRow.case_id) == col(DocumentRow.case_id))
            .where(col(DocumentRow.case_id).in_(family(case_id)))
            .order_by(col(DocumentRow.rendered_at), DocumentRow.template, col(DocumentRow.version))
        )
        with Session(self._engine) as session:
            return DocumentList(documents=tuple(_line(*found) for found in session.exec(chosen)))

    def find(self, given: FindDocumentInput) -> DocumentLine:
        """A document. Raises NotFound for an unknown one, and for a PDF of one that has none."""
        digest = col(DocumentRow.sha256 if given.kind == "html" else DocumentRow.pdf_sha256)
        chosen = (
            select(DocumentRow, ContentRow.size, CaseRow.closed_at)
            .join(ContentRow, col(ContentRow.sha256) == digest)
            .outerjoin(CaseRow, col(CaseRow.case_id) == col(DocumentRow.case_id))
            .where(DocumentRow.document_id == given.document_id)
        )
        with Session(self._engine) as session:
            found = session.exec(chosen).first()
        if found is None:
            what = "document" if given.kind == "html" else "PDF of document"
            raise NotFound(f"records know no {what} {given.document_id}")
        return (_line if given.kind == "html" else _pdf_line)(*found)

    def of_content(self, case_id: str, digest: str) -> tuple[DocumentLine, ...]:
        """The papers of a case that have this content, as HTML or as PDF."""
        chosen = (
            select(DocumentRow, ContentRow.size)
            .join(ContentRow, col(ContentRow.sha256) == digest)
            .where(DocumentRow.case_id == case_id)
            .where(or_(col(DocumentRow.sha256) == digest, col(DocumentRow.pdf_sha256) == digest))
            .order_by(col(DocumentRow.document_id))
        )
        with Session(self._engine) as session:
            return tuple(_line(row, size, None) for row, size in session.exec(chosen))


def _kept_until(row: DocumentRow, closed_at: datetime | None) -> date | None:
    """The period counts from the day in China on which the case was closed, which itself does not count."""
    if row.kept_for is None or closed_at is None:
        return None
    return move_date(closed_at.astimezone(CHINA).date(), parse_period(row.kept_for), 1)


def _line(row: DocumentRow, size: int, closed_at: datetime | None) -> DocumentLine:
    return DocumentLine(
        document_id=row.document_id,
        case_id=row.case_id,
        template=row.template,
        version=row.version,
        title=row.title,
        name=row.name,
        media_type=row.media_type,
        size=size,
        sha256=row.sha256,
        pdf_sha256=row.pdf_sha256,
        rendered_at=row.rendered_at,
        kept_for=row.kept_for,
        keep_until=_kept_until(row, closed_at),
    )


def _pdf_line(row: DocumentRow, size: int, closed_at: datetime | None) -> DocumentLine:
    ending, media_type = PDF
    own = {"name": f"{row.document_id}.{ending}", "media_type": media_type, "sha256": row.pdf_sha256}
    return _line(row, size, closed_at).model_copy(update=own)


def _result(row: DocumentRow) -> DocumentResult:
    return DocumentResult(
        document_id=row.document_id,
        template=row.template,
        title=row.title,
        version=row.version,
        sha256=row.sha256,
        name=row.name,
    )
