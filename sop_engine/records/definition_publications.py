"""Definitions that came to the records past the worker's files: texts kept as drafts, and which of them is published.

Both are append-only. What new cases take is the published text of the highest version, or the file's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import NotFound, NotPermitted
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.definitions import DefinitionRow, PublicationRow, changed_text, refuse_other
from sop_engine.records.engine import insert_into, is_made, writing
from sop_engine.records.keeping import Keeping, backed_up


class DraftRow(Row, table=True):
    """A text that was checked and may be published."""

    __tablename__ = "definition_drafts"
    keeping: ClassVar[Keeping] = backed_up("people enter them")

    sop: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content_hash: str = Field(primary_key=True)
    text: str
    """As a case takes it, with what shared parts say written out."""
    file: str
    drafted_by: str
    reason: str
    drafted_at: datetime = Field(sa_type=UtcInstant)


class Draft(NamedTuple):
    """A text to be kept."""

    sop: str
    version: int
    content_hash: str
    text: str
    file: str


class By(NamedTuple):
    """Who orders it, and why."""

    key: str
    actor: str
    reason: str
    at: datetime
    case_id: str | None = None


class InForce(NamedTuple):
    """What the worker's files say of an SOP."""

    version: int
    content_hash: str


class PublicationRepository:
    """Keeps drafts, publishes them, and says what is published."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def draft(self, draft: Draft, by: By) -> bool:
        """Keeps a text; whether it was not there. Raises DefinitionChangedError where the version has another."""
        with writing(self._engine) as connection, Session(connection) as session:
            refuse_other(session, draft.sop, draft.version, draft.content_hash)
            made = insert_into(DraftRow.table(), connection.dialect).values(
                **draft._asdict(), drafted_by=by.actor, reason=by.reason, drafted_at=by.at
            )
            return is_made(connection, made)

    def publish(self, sop: str, version: int, content_hash: str, by: By, file: InForce) -> bool:
        """Publishes a draft; whether it was not published before.

        Raises NotFound where there is no such draft, NotPermitted for who drafted it and is no second person,
        DefinitionChangedError where the version has another text or is not above what is in force.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            draft = session.get(DraftRow, (sop, version, content_hash))
            if draft is None:
                raise NotFound(f"{sop} has no draft of version {version} with the hash {content_hash[:12]}")
            if by.case_id is not None and by.actor == draft.drafted_by:
                raise NotPermitted(f"{by.actor} drafted version {version} of {sop}; another person approves it")
            refuse_other(session, sop, version, content_hash)
            if version == file.version and content_hash != file.content_hash:
                raise changed_text(sop, version, "stands in the worker's files with another text")
            newest = max(file.version, self._newest(session, sop))
            known = session.get(PublicationRow, (sop, version))
            if known is None and version < newest:
                raise changed_text(sop, newest, f"is in force, which is above {version}")
            made = insert_into(PublicationRow.table(), connection.dialect).values(
                sop=sop,
                version=version,
                content_hash=content_hash,
                published_by=by.actor,
                reason=by.reason,
                case_id=by.case_id,
                key=by.key,
                published_at=by.at,
            )
            is_new = is_made(connection, made)
            refuse_other(session, sop, version, content_hash)
            text = {"sop": sop, "version": version, "content_hash": content_hash, "text": draft.text}
            kept = insert_into(DefinitionRow.table(), connection.dialect).values(**text, published_at=by.at)
            connection.execute(kept.on_conflict_do_nothing())
            return is_new

    def heads(self) -> dict[str, tuple[int, str]]:
        """Version and hash of the highest published version of each SOP."""
        chosen = select(PublicationRow.sop, PublicationRow.version, PublicationRow.content_hash)
        with Session(self._engine) as session:
            rows = session.exec(chosen.order_by(col(PublicationRow.version))).all()
        return {sop: (version, content_hash) for sop, version, content_hash in rows}

    def drafts(self, sop: str) -> Sequence[DraftRow]:
        """Every draft of an SOP, the published ones too, the newest first."""
        chosen = select(DraftRow).where(DraftRow.sop == sop)
        newest_first = chosen.order_by(col(DraftRow.version).desc(), col(DraftRow.drafted_at).desc())
        with Session(self._engine) as session:
            return session.exec(newest_first).all()

    def publications(self, sop: str) -> Sequence[PublicationRow]:
        with Session(self._engine) as session:
            return session.exec(select(PublicationRow).where(PublicationRow.sop == sop)).all()

    def text(self, sop: str, version: int) -> str:
        """The published text of a version. Raises LookupError for one that is not published."""
        with Session(self._engine) as session:
            row = session.get(PublicationRow, (sop, version))
            draft = None if row is None else session.get(DraftRow, (sop, version, row.content_hash))
            if draft is None:
                raise LookupError(f"{sop} version {version} is not published")
            return draft.text

    def _newest(self, session: Session, sop: str) -> int:
        chosen = select(PublicationRow.version).where(PublicationRow.sop == sop)
        return session.exec(chosen.order_by(col(PublicationRow.version).desc()).limit(1)).first() or 0
