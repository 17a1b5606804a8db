"""The published texts of SOP definitions, append-only."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import Engine
from sqlmodel import Field, Session, col, select

from sop_engine.basis.faults import Refused
from sop_engine.records.cases import CaseRow
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up


class DefinitionChangedError(Refused):
    """A version that was published, or that cases were opened with, cannot get another text."""


class DefinitionRow(Row, table=True):
    """One published text. A version that no case uses may be published again; every text stays."""

    __tablename__ = "definitions"
    keeping: ClassVar[Keeping] = backed_up("published texts are in no history; an open case carries its own")

    sop: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content_hash: str = Field(primary_key=True)
    text: str
    published_at: datetime = Field(sa_type=UtcInstant)


class PublicationRow(Row, table=True):
    """Which text a version was published with; append-only, and a version has one."""

    __tablename__ = "definition_publications"
    keeping: ClassVar[Keeping] = backed_up("who published which text is in no history")

    sop: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content_hash: str
    published_by: str
    reason: str
    case_id: str | None
    """The case whose work published it."""
    key: str
    published_at: datetime = Field(sa_type=UtcInstant)


def refuse_other(session: Session, sop: str, version: int, content_hash: str) -> None:
    """Raises DefinitionChangedError where a version was published, or a case runs under it, with another text."""
    refuse_other_publication(session, sop, version, content_hash)
    used = select(CaseRow.case_id).where(
        CaseRow.sop == sop, CaseRow.version == version, CaseRow.definition_hash != content_hash
    )
    case_id = session.exec(used.order_by(CaseRow.case_id).limit(1)).first()
    if case_id is not None:
        raise changed_text(sop, version, f"is in use by case {case_id} with another text")


def refuse_other_publication(session: Session, sop: str, version: int, content_hash: str) -> None:
    """Raises DefinitionChangedError where a version was published with another text."""
    published = session.get(PublicationRow, (sop, version), populate_existing=True)
    if published is not None and published.content_hash != content_hash:
        raise changed_text(sop, version, "was published with another text")


def changed_text(sop: str, version: int, what: str) -> DefinitionChangedError:
    return DefinitionChangedError(
        f"{sop} version {version} {what}", allowed=(f"publish the changed text as version {version + 1}",)
    )


class DefinitionRepository:
    """Stores and finds published definitions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, sop: str, version: int, content_hash: str, text: str) -> None:
        """Keeps a text; the same text again changes nothing.

        Raises DefinitionChangedError where the same version was published, or a case runs under it, with another text.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            if session.get(DefinitionRow, (sop, version, content_hash)) is not None:
                refuse_other_publication(session, sop, version, content_hash)
                return
            refuse_other(session, sop, version, content_hash)
            given = {"sop": sop, "version": version, "content_hash": content_hash, "text": text}
            given["published_at"] = datetime.now(UTC)
            new = insert_into(DefinitionRow.table(), connection.dialect).values(**given)
            # Cases that open at one instant publish the same text side by side.
            connection.execute(new.on_conflict_do_nothing())

    def all(self, sop: str) -> Sequence[DefinitionRow]:
        """Every text of an SOP that was used."""
        with Session(self._engine) as session:
            return session.exec(select(DefinitionRow).where(DefinitionRow.sop == sop)).all()

    def newest(self, sop: str) -> DefinitionRow | None:
        """The highest version's last published text."""
        return self._last(sop, None)

    def get(self, sop: str, version: int) -> DefinitionRow | None:
        """The version's last published text."""
        return self._last(sop, version)

    def _last(self, sop: str, version: int | None) -> DefinitionRow | None:
        texts = select(DefinitionRow).where(DefinitionRow.sop == sop)
        if version is not None:
            texts = texts.where(DefinitionRow.version == version)
        newest_first = texts.order_by(col(DefinitionRow.version).desc(), col(DefinitionRow.published_at).desc())
        with Session(self._engine) as session:
            return session.exec(newest_first.limit(1)).first()
