"""The names of parties: each as it was first written, whoever spells it otherwise later."""

from typing import ClassVar

from sqlmodel import Field, Session

from sop_engine.freight.party_keys import party_key
from sop_engine.records.columns import Row
from sop_engine.records.engine import insert_into
from sop_engine.records.keeping import CARRIED_OUT_AGAIN, Keeping


class PartyNameRow(Row, table=True):
    """A customer, supplier or sender."""

    __tablename__ = "party_names"
    keeping: ClassVar[Keeping] = CARRIED_OUT_AGAIN

    party_key: str = Field(primary_key=True)
    name: str


def known_as(session: Session, name: str) -> str:
    """A party's name as it was first written; as it is given where nobody wrote it yet."""
    kept = session.get(PartyNameRow, party_key(name)) if name else None
    return kept.name if kept is not None else name


def keep_name(session: Session, name: str) -> str:
    """A party's name as it was first written, kept now where nobody wrote it yet. Nobody's name stays empty."""
    if not name:
        return name
    connection = session.connection()
    new = insert_into(PartyNameRow.table(), connection.dialect).values(party_key=party_key(name), name=name)
    connection.execute(new.on_conflict_do_nothing())
    return known_as(session, name)
