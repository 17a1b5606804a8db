"""Disposing of files: what is due is asked for, approved by a second person, deleted file by file, and certified.

A file is judged again in the transaction that deletes it, and its row says in that transaction what became of it:
killed at any instant, a disposal goes on with what is left. The books, numbers, values that one case alone may have,
ids and how a case ended stay.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, Table, delete, or_, update
from sqlmodel import Session, col, func, select

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.cases.contracts.retention import DisposalLine, DueLine, DueList, FileLine
from sop_engine.cases.written.retention import Retention
from sop_engine.records.cases import CaseRow, ClockRow, ReferenceRow, StepRow, TaskRow
from sop_engine.records.contents import delete_content
from sop_engine.records.documents import DocumentRow
from sop_engine.records.engine import writing
from sop_engine.records.file_uses import FileUseRow
from sop_engine.records.notices import NoticeRow
from sop_engine.records.outbox import OutboxRow
from sop_engine.records.retention import (
    By,
    DisposalRow,
    DisposedFileRow,
    one_at_a_time,
    own_id,
    refuse_self_approval,
)
from sop_engine.records.retention_facts import RetentionFacts
from sop_engine.records.views import ViewRow

PAGE = 500
_ID = "case_id"
"""The reference that stays: a case is still found by its id."""


class DisposalRepository:
    """One site's files. `periods` says of each rule how long; it is given at each use, for law changes."""

    def __init__(self, engine: Engine, retention: Retention) -> None:
        self._engine = engine
        self._retention = retention

    def due(
        self, periods: Mapping[str, str], today: date, *, rules: Sequence[str] = (), every: bool = False, limit: int
    ) -> DueList:
        """Files of closed cases that are due, or all of those; the first ones of them, and how many there are."""
        with Session(self._engine) as session:
            found, total = list[DueLine](), 0
            for line in self._lines(session, periods, today):
                if (every or line.standing == "due") and (not rules or line.rule in rules):
                    total += 1
                    if len(found) < limit:
                        found.append(line)
            return DueList(files=tuple(found), total=total)

    def request(
        self, periods: Mapping[str, str], today: date, by: By, *, rules: Sequence[str], limit: int
    ) -> DisposalLine:
        """Plans what is due, once per key. Raises Refused where nothing is.

        Nobody who writes waits for the look at all files: each is judged again when its turn comes.
        """
        disposal_id = own_id("D", by.key)
        due = self.due(periods, today, rules=rules, limit=limit).files
        with writing(self._engine) as connection, Session(connection) as session:
            one_at_a_time(connection)
            if session.get(DisposalRow, disposal_id) is None:
                if not due:
                    raise Refused("nothing is due", allowed=("sop retention due --all says what keeps each file",))
                session.add(
                    DisposalRow(
                        disposal_id=disposal_id,
                        status="requested",
                        requested_by=by.actor,
                        requested_at=by.at,
                        reason=by.reason,
                    )
                )
                session.flush()
                facts = RetentionFacts(session, self._retention, periods)
                session.add_all(_planned(disposal_id, line, facts.depth(_case(session, line))) for line in due)
                session.flush()
            return _told(session, disposal_id)

    def decide(self, disposal_id: str, by: By, *, approved: bool) -> bool:
        """Whether it was still to be decided. Raises NotFound, NotPermitted for who asked, Refused for one that is
        decided otherwise."""
        with writing(self._engine) as connection, Session(connection) as session:
            row = session.exec(select(DisposalRow).where(DisposalRow.disposal_id == disposal_id).with_for_update())
            disposal = _there(row.first(), disposal_id)
            if approved:
                refuse_self_approval(disposal.requested_by, by.actor)
            wanted = "approved" if approved else "refused"
            if disposal.status != "requested":
                if disposal.status == wanted and disposal.decided_by == by.actor:
                    return False
                raise Refused(f"{disposal_id} is {disposal.status} by {disposal.decided_by}")
            disposal.status, disposal.decided_by = wanted, by.actor
            disposal.decided_at, disposal.decision_reason = by.at, by.reason
            session.add(disposal)
            session.flush()
        return True

    def next_files(self, disposal_id: str, limit: int) -> list[str]:
        """The next cases of an approved disposal. Raises NotFound, and Refused for one that is not approved."""
        with Session(self._engine) as session:
            disposal = _there(session.get(DisposalRow, disposal_id), disposal_id)
            if disposal.status == "done":
                return []
            if disposal.status != "approved":
                raise Refused(f"{disposal_id} is {disposal.status}; a second person approves it first")
            chosen = select(DisposedFileRow.case_id).where(
                DisposedFileRow.disposal_id == disposal_id, DisposedFileRow.status == "planned"
            )
            innermost = col(DisposedFileRow.depth).desc()
            return list(session.exec(chosen.order_by(innermost, DisposedFileRow.case_id).limit(limit)).all())

    def keep(self, disposal_id: str, case_id: str, why: str) -> None:
        """A planned file stays after all."""
        with writing(self._engine) as connection, Session(connection) as session:
            file = _file(session, disposal_id, case_id)
            if file is not None:
                file.status, file.why = "kept", why
                session.add(file)
                session.flush()

    def dispose(self, disposal_id: str, case_id: str, periods: Mapping[str, str], at: datetime, today: date) -> None:
        """Deletes one planned file, or says why it is kept; done already, nothing happens."""
        with writing(self._engine) as connection, Session(connection) as session:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            one_at_a_time(connection)
            file = _file(session, disposal_id, case_id)
            case = session.get(CaseRow, case_id)
            if file is None:
                return
            if case is None:
                file.status, file.why = "kept", "the records do not know the case"
                session.add(file)
                session.flush()
                return
            facts = RetentionFacts(session, self._retention, periods)
            found, hold = facts.verdict(case), facts.held_by(case)
            if hold is not None:
                file.status, file.why = "kept", f"legal hold {hold.hold_id}"
            elif not found.is_due(today):
                file.status, file.why = "kept", f"{found.rule} {found.waits_for or found.keep_until}"
            elif _is_disposed(session, case_id):
                file.status, file.why = "kept", "disposed of before"
            else:
                file.status, file.disposed_at, file.rule = "disposed", at, found.rule
                file.keep_until = found.keep_until or file.keep_until
                _delete(connection, session, case, file)
            session.add(file)
            session.flush()

    def finish(self, disposal_id: str, actor: str, at: datetime) -> DisposalLine:
        """The certificate, once. Raises Refused while files are left."""
        with writing(self._engine) as connection, Session(connection) as session:
            disposal = _there(session.get(DisposalRow, disposal_id), disposal_id)
            told = _told(session, disposal_id)
            if told.left:
                raise Refused(f"{told.left} files of {disposal_id} are left")
            if disposal.status == "approved":
                disposal.status, disposal.carried_out_by, disposal.ended_at = "done", actor, at
                session.add(disposal)
                session.flush()
            certificate = _told(session, disposal_id)
        self._forget()
        return certificate

    def list(self, disposal_id: str | None) -> Sequence[DisposalLine]:
        """The newest first, or one with its files. Raises NotFound."""
        with Session(self._engine) as session:
            if disposal_id is not None:
                return [_told(session, disposal_id)]
            rows = session.exec(select(DisposalRow).order_by(col(DisposalRow.requested_at).desc())).all()
            return [_told(session, row.disposal_id).model_copy(update={"files": ()}) for row in rows]

    def _lines(self, session: Session, periods: Mapping[str, str], today: date) -> Iterator[DueLine]:
        """Of every closed case that was not disposed of."""
        facts = RetentionFacts(session, self._retention, periods, of_all=True)
        asked = dict(
            session.exec(
                select(DisposedFileRow.case_id, DisposedFileRow.disposal_id)
                .join(DisposalRow, col(DisposalRow.disposal_id) == col(DisposedFileRow.disposal_id))
                .where(DisposedFileRow.status == "planned", col(DisposalRow.status).in_(("requested", "approved")))
            ).all()
        )
        gone = select(DisposedFileRow.case_id).where(DisposedFileRow.status == "disposed")
        after = ""
        while True:
            chosen = select(CaseRow).where(
                col(CaseRow.closed_at).is_not(None), col(CaseRow.case_id).not_in(gone), col(CaseRow.case_id) > after
            )
            page = session.exec(chosen.order_by(CaseRow.case_id).limit(PAGE)).all()
            for row in page:
                yield _line(row, facts, asked.get(row.case_id), today)
            if len(page) < PAGE:
                return
            after = page[-1].case_id

    def _forget(self) -> None:
        """SQLite's log keeps what was deleted until it is written back; then it is emptied."""
        if self._engine.dialect.name == "sqlite":
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()


def _line(row: CaseRow, facts: RetentionFacts, asked: str | None, today: date) -> DueLine:
    found = facts.verdict(row)
    told = {"case_id": row.case_id, "sop": row.sop, "rule": found.rule, "keep_until": found.keep_until}
    if not found.is_due(today):
        standing = "waits" if found.keep_until is None else "kept"
        return DueLine.model_validate({**told, "standing": standing, "why": found.waits_for})
    hold = facts.held_by(row)
    if hold is not None:
        return DueLine.model_validate({**told, "standing": "on_hold", "why": f"{hold.hold_id}: {hold.reason}"})
    if asked is not None:
        return DueLine.model_validate({**told, "standing": "asked_for", "why": asked})
    return DueLine.model_validate({**told, "standing": "due"})


def _case(session: Session, line: DueLine) -> CaseRow:
    return session.exec(select(CaseRow).where(CaseRow.case_id == line.case_id)).one()


def _planned(disposal_id: str, line: DueLine, depth: int) -> DisposedFileRow:
    return DisposedFileRow(
        disposal_id=disposal_id,
        case_id=line.case_id,
        sop=line.sop,
        rule=line.rule,
        keep_until=line.keep_until or date.max,
        depth=depth,
        status="planned",
    )


def _there(row: DisposalRow | None, disposal_id: str) -> DisposalRow:
    if row is None:
        raise NotFound(f"there is no disposal {disposal_id!r}", allowed=("sop retention certificates",))
    return row


def _file(session: Session, disposal_id: str, case_id: str) -> DisposedFileRow | None:
    """A file that is still planned."""
    chosen = select(DisposedFileRow).where(
        DisposedFileRow.disposal_id == disposal_id,
        DisposedFileRow.case_id == case_id,
        DisposedFileRow.status == "planned",
    )
    return session.exec(chosen.with_for_update()).first()


def _is_disposed(session: Session, case_id: str) -> bool:
    chosen = select(DisposedFileRow.case_id).where(
        DisposedFileRow.case_id == case_id, DisposedFileRow.status == "disposed"
    )
    return session.exec(chosen.limit(1)).first() is not None


def _delete(connection: Connection, session: Session, case: CaseRow, file: DisposedFileRow) -> None:
    """Takes away what a case's file says; notes in its row how much that was, and its hash."""
    documents = session.exec(select(DocumentRow).where(DocumentRow.case_id == case.case_id)).all()
    steps, notices = (_said(connection, model.table(), case.case_id) for model in (StepRow, NoticeRow))
    papers = {sha for row in documents for sha in (row.sha256, row.pdf_sha256) if sha is not None}
    files = session.exec(select(FileUseRow.sha256).where(FileUseRow.case_id == case.case_id)).all()
    hashes = sorted({*papers, *files})
    file.digest = hashlib.sha256(to_json([case.data, steps, notices, hashes])).hexdigest()
    file.steps, file.notices, file.documents = len(steps), len(notices), hashes
    for model in (StepRow, TaskRow, ClockRow, NoticeRow, OutboxRow, DocumentRow, FileUseRow, ViewRow):
        table = model.table()
        connection.execute(delete(table).where(table.c.case_id == case.case_id))
    references = ReferenceRow.table()
    connection.execute(delete(references).where(references.c.case_id == case.case_id, references.c.field != _ID))
    cases = CaseRow.table()
    connection.execute(update(cases).where(cases.c.case_id == case.case_id).values(data={}, due_at=None))
    _delete_contents(connection, session, hashes)


def _delete_contents(connection: Connection, session: Session, hashes: Sequence[str]) -> None:
    """The bytes go with the last paper or file that has them."""
    documents, uses = DocumentRow.table(), FileUseRow.table()
    for sha in hashes:
        papers = select(func.count()).where(or_(documents.c.sha256 == sha, documents.c.pdf_sha256 == sha))
        files = select(func.count()).where(uses.c.sha256 == sha)
        if not session.exec(papers).one() and not session.exec(files).one():
            delete_content(connection, sha)


def _said(connection: Connection, table: Table, case_id: str) -> list[dict[str, Any]]:
    chosen = table.select().where(table.c.case_id == case_id).order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(chosen).mappings()]


def _told(session: Session, disposal_id: str) -> DisposalLine:
    row = _there(session.get(DisposalRow, disposal_id), disposal_id)
    chosen = select(DisposedFileRow).where(DisposedFileRow.disposal_id == disposal_id)
    files = session.exec(chosen.order_by(DisposedFileRow.case_id)).all()
    wanted = "disposed" if row.status == "done" else "planned"
    kinds: dict[str, int] = {}
    for file in files:
        if file.status == wanted:
            kinds[file.rule] = kinds.get(file.rule, 0) + 1
    lines = (FileLine.model_validate(file.model_dump(exclude={"disposal_id", "depth"})) for file in files)
    return DisposalLine.model_validate(
        {
            **row.model_dump(),
            "kinds": dict(sorted(kinds.items())),
            "disposed": sum(file.status == "disposed" for file in files),
            "kept": sum(file.status == "kept" for file in files),
            "left": sum(file.status == "planned" for file in files),
            "files": tuple(lines),
        }
    )
