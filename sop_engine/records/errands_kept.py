"""Whether the records have what an errand left, as its history recorded it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.cases.contracts.effects import DocumentResult, NotifyResult, PostResult, WorkResult
from sop_engine.records.documents import ContentRow, DocumentRow
from sop_engine.records.identity import ErrandRow, IdentityRow
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.notices import NoticeRow
from sop_engine.records.numbers import NumberRow


class KeptErrands:
    """Looks for the traces of errands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lacking(self, kind: str, key: str, ended_at: datetime, result: Any) -> list[tuple[str, str]]:
        """What the records lack of an errand, or say otherwise: table and words."""
        with Session(self._engine) as session:
            return [*_itself(session, key, ended_at), *_traces(session, kind, key, result)]


def _itself(session: Session, key: str, ended_at: datetime) -> Iterator[tuple[str, str]]:
    since = session.exec(select(IdentityRow.complete_from)).one()
    if (since is None or ended_at > since) and session.get(ErrandRow, key) is None:
        yield "errands", f"{key} was carried out on {ended_at.isoformat(timespec='seconds')}"


def _traces(session: Session, kind: str, key: str, result: Any) -> Iterator[tuple[str, str]]:
    match result:
        case DocumentResult():
            yield from _document(session, key, result)
        case NotifyResult():
            yield from _notice(session, key, result)
        case PostResult():
            yield from _entry(session, result.entry_id)
        case WorkResult() if kind == "number":
            yield from _number(session, key, str(result.values["number"]))
        case WorkResult() if isinstance(result.values.get("entry_id"), str):
            yield from _entry(session, result.values["entry_id"])


def _document(session: Session, key: str, result: DocumentResult) -> Iterator[tuple[str, str]]:
    row = session.get(DocumentRow, result.document_id)
    if row is None:
        yield "documents", f"{result.document_id} is missing"
        return
    if (row.key, row.sha256) != (key, result.sha256):
        yield (
            "documents",
            f"{result.document_id} is another paper: its hash is {row.sha256}, by the history {result.sha256}",
        )
    found = session.exec(select(col(ContentRow.content).is_(None)).where(ContentRow.sha256 == result.sha256)).first()
    if found is not False:
        yield "contents", f"the content of {result.document_id} is lost; only a backup has it"


def _notice(session: Session, key: str, result: NotifyResult) -> Iterator[tuple[str, str]]:
    kept = set(session.exec(select(NoticeRow.recipient).where(NoticeRow.key == key)))
    for recipient in result.recipients:
        if recipient not in kept:
            yield "notices", f"the notice {key} to {recipient} is missing"


def _entry(session: Session, entry_id: str) -> Iterator[tuple[str, str]]:
    if session.get(EntryRow, entry_id) is None:
        yield "ledger_entries", f"{entry_id} is missing"


def _number(session: Session, key: str, number: str) -> Iterator[tuple[str, str]]:
    kept = session.get(NumberRow, key)
    if kept is None:
        yield "numbers", f"{number} is missing"
    elif kept.number != number:
        yield "numbers", f"the records say {kept.number}, the history {number}"
    other = session.exec(select(NumberRow).where(NumberRow.number == number, NumberRow.key != key)).first()
    if other is not None:
        yield "numbers", f"{number} was given twice: by {key} and by {other.key}"
