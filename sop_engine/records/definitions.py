"""The published texts of SOP definitions, append-only."""

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
    """A version that cases were opened with cannot get another text; publish it under a new version."""


class DefinitionRow(Row, table=True):
    """One published text. A version that no case uses may be published again; every text stays."""

    __tablename__ = "definitions"
    keeping: ClassVar[Keeping] = backed_up("published texts are in no history; an open case carries its own")

    sop: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content_hash: str = Field(primary_key=True)
    text: str
    published_at: datetime = Field(sa_type=UtcInstant)


class DefinitionRepository:
    """Stores and finds published definitions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def store(self, sop: str, version: int, content_hash: str, text: str) -> None:
        """Keeps a text; the same text again changes nothing.

        Raises DefinitionChangedError where a case runs under the same version with another text.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            if session.get(DefinitionRow, (sop, version, content_hash)) is not None:
                return
            used = select(CaseRow.case_id, CaseRow.definition_hash).where(
                CaseRow.sop == sop, CaseRow.version == version, CaseRow.definition_hash != content_hash
            )
            case = session.exec(used.order_by(CaseRow.case_id)).first()
            if case is not None:
                raise DefinitionChangedError(
                    f"{sop} version {version} is in use by case {case[0]} with another text",
                    allowed=(f"publish the changed text as version {version + 1}",),
                )
            given = {"sop": sop, "version": version, "content_hash": content_hash, "text": text}
            given["published_at"] = datetime.now(UTC)
            new = insert_into(DefinitionRow.table(), connection.dialect).values(**given)
            # Cases that open at one instant publish the same text side by side.
            connection.execute(new.on_conflict_do_nothing())

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
