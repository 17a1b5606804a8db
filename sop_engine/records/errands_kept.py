"""Whether the records have what an errand left, as its history recorded it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.cases.contracts.effects import WorkResult
from sop_engine.cases.running.effects.document import DocumentResult
from sop_engine.cases.running.effects.notify import NotifyResult
from sop_engine.cases.running.effects.post import PostResult
from sop_engine.records.contents import ContentRow
from sop_engine.records.documents import DocumentRow
from sop_engine.records.identity import ErrandRow, IdentityRow
from sop_engine.records.ledger.entries import EntryRow
from sop_engine.records.notices import NoticeRow
from sop_engine.records.numbers import NumberRow

SETTLING = timedelta(minutes=1)
"""An errand ends this long at most after the records got the step that asked for it, where all is well."""


class KeptErrands:
    """Looks for the traces of errands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lacking(self, kind: str, key: str, ended_at: datetime, result: Any) -> list[tuple[str, str]]:
        """What the records lack of an errand, or say otherwise: table and words."""
        with Session(self._engine) as session:
            traces = _traces(session, kind, key, result)
            return [*_itself(session, key, ended_at, is_traced=traces is not None), *(traces or ())]


def _itself(session: Session, key: str, ended_at: datetime, *, is_traced: bool) -> Iterator[tuple[str, str]]:
    """Whether the errand has its own row. Where it is older than such rows, its traces speak for it, if it left any."""
    identity = session.exec(select(IdentityRow)).one()
    since = identity.complete_from
    is_older = since is not None and ended_at <= (identity.made_at if is_traced else since + SETTLING)
    if not is_older and session.get(ErrandRow, key) is None:
        yield "errands", f"{key} was carried out on {ended_at.isoformat(timespec='seconds')}"


def _traces(session: Session, kind: str, key: str, result: Any) -> Iterator[tuple[str, str]] | None:
    """What is missing of an errand's traces; None for one that leaves none."""
    match result:
        case DocumentResult():
            return _document(session, key, result)
        case NotifyResult():
            return _notice(session, key, result)
        case PostResult():
            return _entry(session, result.entry_id)
        case WorkResult() if kind == "number":
            return _number(session, key, str(result.values["number"]))
        case WorkResult() if isinstance(result.values.get("entry_id"), str):
            return _entry(session, result.values["entry_id"])
        case _:
            return None


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
    found = session.exec(select(~col(ContentRow.is_whole)).where(ContentRow.sha256 == result.sha256)).first()
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
