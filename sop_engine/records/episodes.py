"""Which episodes cases are to hear of: what readings change about them is entered with the readings themselves.

What is kept is what a look at all readings at once would find. Whoever calls holds the stream's lock.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sop_engine.cases.contracts.publishing import GivenValue
from sop_engine.cases.streams.episodes import Bounds, Episode, News, Position, Reading, Sought, news
from sop_engine.cases.written.fields import read_fields
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.records.cases import CaseRow
from sop_engine.records.streams import EpisodeRow, JudgedRow, NewsRow, ReadingRow, WatchRow
from sop_engine.statechart.expressions import Expression, ExpressionError, compile_expression

PAGE = 500
BACK = 20
"""Readings that are looked back at in one question: mostly the first one says enough."""
LAST = "\U0010ffff"
"""Stands behind every tie."""


class EpisodeBook:
    """Judges readings for the cases that watch them."""

    def __init__(self, streams: Mapping[str, StreamSpec]) -> None:
        self._streams = streams

    def judge_subject(self, session: Session, stream: str, subject_key: str, earliest: Position, now: datetime) -> None:
        """What new readings of a subject, from the earliest on, change for every open case that watches it."""
        for watch in session.exec(_watches(stream).where(WatchRow.subject_key == subject_key)).all():
            self._judge(session, watch, earliest, now)

    def look(self, session: Session, stream: str, now: datetime) -> tuple[int, datetime | None]:
        """What the passing of time changes: silence begins, a span ends, a rule became another one.

        Answers how many watches there are, and when silence begins next.
        """
        watches = session.exec(_watches(stream)).all()
        soonest: datetime | None = None
        for watch in watches:
            self._judge(session, watch, Position(now, LAST), now)
            if watch.when is None and (watch.until is None or watch.until > now):
                last = _Kept(session, watch, None, {}).last_at()
                begins = max(last or watch.since, watch.since) + timedelta(seconds=watch.seconds)
                if begins > now:
                    soonest = begins if soonest is None else min(soonest, begins)
        return len(watches), soonest

    def _judge(self, session: Session, watch: WatchRow, earliest: Position, now: datetime) -> None:
        spec = self._streams.get(watch.stream)
        if spec is None:
            return
        key = (watch.case_id, watch.stream, watch.rule, watch.subject_key)
        judged = session.get(JudgedRow, key)
        digest = _digest(watch)
        if judged is None:
            names = ("case_id", "stream", "rule", "subject_key")
            judged = JudgedRow(**dict(zip(names, key, strict=True)), judged_by="", last_number=0)
            session.add(judged)
        is_same = judged.judged_by == digest
        judged.judged_by = digest
        sought = Sought(timedelta(seconds=watch.seconds), watch.when is None, watch.since, watch.until)
        condition = None if watch.when is None else compile_expression(watch.when)
        readings = _Kept(session, watch, condition, {name: spec.fields[name] for name in spec.fields})
        known = _episodes(session, watch)
        told = news(
            sought,
            readings,
            [
                Episode(row.number, Bounds(row.begun_at, row.ended_at))
                for row in known.values()
                if _concerns(row, watch)
            ],
            earliest if is_same else None,
            now,
            judged.last_number,
        )
        for each in told:
            judged.last_number = max(judged.last_number, each.number)
            self._enter(session, watch, known, each, now)
        session.flush()

    def _enter(
        self, session: Session, watch: WatchRow, known: dict[int, EpisodeRow], found: News, now: datetime
    ) -> None:
        row = known.get(found.number)
        if row is None:
            row = EpisodeRow(
                case_id=watch.case_id,
                stream=watch.stream,
                rule=watch.rule,
                subject_key=watch.subject_key,
                number=found.number,
                subject=watch.subject,
                begun_at=found.bounds.begun_at,
                ended_at=None,
                is_withdrawn=False,
                revision=0,
            )
            known[found.number] = row
            session.add(row)
        row.begun_at, row.ended_at = found.bounds
        row.is_withdrawn = found.word == "withdrawn"
        row.revision += 1
        for event, fields in watch.tell.get(found.word, {}).items():
            said = {
                "subject": watch.subject,
                "begun_at": row.begun_at.isoformat(),
                "ended_at": row.ended_at.isoformat() if row.ended_at is not None else None,
                "episode": found.number,
            }
            session.add(
                NewsRow(
                    case_id=watch.case_id,
                    id=_news_id(session, watch, found, row.revision),
                    stream=watch.stream,
                    rule=watch.rule,
                    subject_key=watch.subject_key,
                    episode=found.number,
                    word=found.word,
                    event=event,
                    data={name: value for name, value in said.items() if name in fields and value is not None},
                    status="waiting",
                    found_at=now,
                )
            )


def _watches(stream: str) -> SelectOfScalar[WatchRow]:
    """Those of open cases; one that was ended past the engine has its rows still."""
    of_open = select(WatchRow).join(CaseRow, col(CaseRow.case_id) == col(WatchRow.case_id))
    of_stream = of_open.where(WatchRow.stream == stream, col(CaseRow.closed_at).is_(None))
    return of_stream.order_by(WatchRow.case_id, WatchRow.rule, WatchRow.subject_key)


def _concerns(row: EpisodeRow, watch: WatchRow) -> bool:
    """Whether a known episode lies in the span of the watch, or goes on: one of an earlier span stays as it was."""
    return not row.is_withdrawn and (row.ended_at is None or row.begun_at >= watch.since)


def _news_id(session: Session, watch: WatchRow, found: News, revision: int) -> str:
    """By which the case drops a repetition. It says what is told, so that what is found again after the records were
    lost has the id that it had; only what comes to be true a second time gets another one."""
    bounds = (found.bounds.begun_at, found.bounds.ended_at)
    said = ":".join("" if each is None else each.isoformat() for each in bounds)
    base = f"{watch.stream}.{watch.rule}:{watch.subject_key}:{found.word}:{said}"
    known = select(NewsRow.number).where(NewsRow.case_id == watch.case_id, NewsRow.id == base)
    return base if session.exec(known).first() is None else f"{base}:{revision}"


def _episodes(session: Session, watch: WatchRow) -> dict[int, EpisodeRow]:
    chosen = select(EpisodeRow).where(
        EpisodeRow.case_id == watch.case_id,
        EpisodeRow.stream == watch.stream,
        EpisodeRow.rule == watch.rule,
        EpisodeRow.subject_key == watch.subject_key,
    )
    return {row.number: row for row in session.exec(chosen)}


def _digest(watch: WatchRow) -> str:
    said = [watch.when, watch.seconds, watch.since.isoformat(), str(watch.until), watch.given]
    return hashlib.sha256(to_json(said)).hexdigest()


class _Kept:
    """The readings of a watch's subject and span, as the rule sees them."""

    def __init__(
        self, session: Session, watch: WatchRow, condition: Expression | None, fields: Mapping[str, Any]
    ) -> None:
        self._session = session
        self._watch = watch
        self._condition = condition
        self._fields = fields
        self._given = {name: GivenValue.model_validate(value).value for name, value in watch.given.items()}
        self._needs = [] if condition is None else [name for name in condition.reads if name in fields]

    def before(self, position: Position) -> Iterator[Reading]:
        return self._seen(self._pages(position, is_back=True))

    def since(self, position: Position | None) -> Iterator[Reading]:
        return self._seen(self._pages(position, is_back=False))

    def last_at(self) -> datetime | None:
        newest = self._session.exec(select(func.max(ReadingRow.at)).where(self._inside())).one()
        return newest if isinstance(newest, datetime) else None

    def _inside(self) -> ColumnElement[bool]:
        watch, at = self._watch, col(ReadingRow.at)
        parts = [
            col(ReadingRow.stream_name) == watch.stream,
            col(ReadingRow.subject_key) == watch.subject_key,
            at >= watch.since,
            ~col(ReadingRow.is_late),
        ]
        return and_(*parts, *([at < watch.until] if watch.until is not None else []))

    def _pages(self, position: Position | None, *, is_back: bool) -> Iterator[ReadingRow]:
        at, tie = col(ReadingRow.at), col(ReadingRow.tie)
        order = (at.desc(), tie.desc()) if is_back else (at, tie)
        size, is_first = BACK if is_back else PAGE, True
        while True:
            chosen = select(ReadingRow).where(self._inside()).order_by(*order).limit(size)
            if position is not None and is_back:
                chosen = chosen.where(or_(at < position.at, and_(at == position.at, tie < position.tie)))
            elif position is not None:
                beyond = tie >= position.tie if is_first else tie > position.tie
                chosen = chosen.where(or_(at > position.at, and_(at == position.at, beyond)))
            page: Sequence[ReadingRow] = self._session.exec(chosen).all()
            yield from page
            if len(page) < size:
                return
            position, is_first = Position(page[-1].at, page[-1].tie), False

    def _seen(self, rows: Iterable[ReadingRow]) -> Iterator[Reading]:
        for row in rows:
            position = Position(row.at, row.tie)
            if self._condition is None:
                yield Reading(position, True)
                continue
            read, faults = read_fields(self._fields, {name: row.values.get(name) for name in self._needs})
            # A reading that lacks what the condition asks for says nothing about it.
            if faults or any(read[name] is None for name in self._needs):
                continue
            try:
                yield Reading(position, self._condition.holds({**self._given, **read}))
            except ExpressionError:
                continue
