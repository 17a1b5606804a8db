"""Which episodes cases are to hear of: what readings change about them is entered with the readings themselves.

What is kept is what a look at all readings at once would find. Whoever calls holds the stream's lock.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import ColumnElement, and_, func, or_, tuple_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from sop_engine.cases.contracts.publishing import GivenValue
from sop_engine.cases.streams.episodes import Bounds, Episode, News, Position, Reading, Sought, news
from sop_engine.cases.streams.judging import Sight, said_of
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.records.cases import CaseRow
from sop_engine.records.streams import EpisodeRow, JudgedRow, NewsRow, ReadingRow, WatchRow

AT_ONCE = 200
"""Subjects or watches that are judged together."""
PAGE = 500
BACK = 20
"""Readings that are looked back at in one question: mostly the first one says enough."""
LAST = "\U0010ffff"
"""Stands behind every tie."""


Key = tuple[str, str, str]
"""Of a watch among those of its stream: case, rule and subject."""


class Looked(NamedTuple):
    """What one part of a look at all watches of a stream came to."""

    watches: int
    soonest: datetime | None
    """When silence begins next, where nothing is heard until then."""
    after: Key | None
    """Where the next part goes on; none at the end."""


class EpisodeBook:
    """Judges readings for the cases that watch them."""

    def __init__(self, streams: Mapping[str, StreamSpec]) -> None:
        self._streams = streams

    def judge(self, session: Session, stream: str, earliest: Mapping[str, Position], now: datetime) -> None:
        """What new readings, of each subject from the earliest on, change for every open case that watches it."""
        subjects = iter(earliest)
        while part := list(islice(subjects, AT_ONCE)):
            watches = session.exec(_watches(stream).where(col(WatchRow.subject_key).in_(part))).all()
            known = _Known(session, stream, watches)
            for watch in watches:
                self._judge(session, watch, known, earliest[watch.subject_key], now)
            session.flush()

    def look(self, session: Session, stream: str, now: datetime, after: Key | None = None) -> Looked:
        """What the passing of time changes: silence begins, a span ends, a rule became another one."""
        chosen = _watches(stream).limit(AT_ONCE)
        if after is not None:
            chosen = chosen.where(tuple_(*_order()) > after)
        watches = session.exec(chosen).all()
        known = _Known(session, stream, watches)
        soonest: datetime | None = None
        heard = _heard(session, stream, watches)
        for watch in watches:
            if watch.when is None and watch.subject_key not in heard:
                continue
            if watch.when is None or watch.until is not None or not known.is_judged(watch):
                self._judge(session, watch, known, Position(now, LAST), now)
            if watch.when is None and (watch.until is None or watch.until > now):
                last = _last_at(session, watch)
                begins = (last or watch.since) + timedelta(seconds=watch.seconds)
                if begins > now:
                    soonest = begins if soonest is None else min(soonest, begins)
        session.flush()
        is_more = len(watches) == AT_ONCE
        return Looked(len(watches), soonest, _key(watches[-1]) if is_more else None)

    def _judge(self, session: Session, watch: WatchRow, kept: "_Known", earliest: Position, now: datetime) -> None:
        spec = self._streams.get(watch.stream)
        if spec is None:
            return
        is_same, known = kept.is_judged(watch), kept.episodes[_key(watch)]
        judged = kept.judged_now(watch)
        sought = Sought(timedelta(seconds=watch.seconds), watch.when is None, watch.since, watch.until)
        readings = _Kept(session, watch, spec.fields)
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
            self._enter(session, watch, kept, each, now)

    @staticmethod
    def _enter(session: Session, watch: WatchRow, kept: "_Known", found: News, now: datetime) -> None:
        known = kept.episodes[_key(watch)]
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
            session.add(
                NewsRow(
                    case_id=watch.case_id,
                    id=kept.news_id(watch, found, row.revision),
                    stream=watch.stream,
                    rule=watch.rule,
                    subject_key=watch.subject_key,
                    episode=found.number,
                    word=found.word,
                    event=event,
                    data=said_of(watch.subject, found, fields),
                    status="waiting",
                    found_at=now,
                )
            )


class _Known:
    """What is known of some watches: by which rule each was judged, and its episodes."""

    def __init__(self, session: Session, stream: str, watches: Sequence[WatchRow]) -> None:
        self._session = session
        cases, subjects = {each.case_id for each in watches}, {each.subject_key for each in watches}
        judged = select(JudgedRow).where(JudgedRow.stream == stream)
        judged = judged.where(col(JudgedRow.case_id).in_(cases), col(JudgedRow.subject_key).in_(subjects))
        found = select(EpisodeRow).where(EpisodeRow.stream == stream, ~col(EpisodeRow.is_withdrawn))
        found = found.where(col(EpisodeRow.case_id).in_(cases), col(EpisodeRow.subject_key).in_(subjects))
        self._judged = {_key(row): row for row in session.exec(judged)}
        self.episodes: defaultdict[Key, dict[int, EpisodeRow]] = defaultdict(dict)
        for row in session.exec(found):
            self.episodes[_key(row)][row.number] = row

        news = select(NewsRow.case_id, NewsRow.id).where(NewsRow.stream == stream, col(NewsRow.case_id).in_(cases))
        self._told = {(case_id, own) for case_id, own in session.exec(news)}

    def news_id(self, watch: WatchRow, found: News, revision: int) -> str:
        """By which the case drops a repetition. It says what is told, so that what is found again after the records
        were lost has the id that it had; only what comes to be true a second time gets another one."""
        bounds = (found.bounds.begun_at, found.bounds.ended_at)
        said = ":".join("" if each is None else each.isoformat() for each in bounds)
        own = f"{watch.stream}.{watch.rule}:{watch.subject_key}:{found.word}:{said}"
        if (watch.case_id, own) in self._told:
            own = f"{own}:{revision}"
        self._told.add((watch.case_id, own))
        return own

    def is_judged(self, watch: WatchRow) -> bool:
        """Whether its readings were judged by the rule as it is now."""
        row = self._judged.get(_key(watch))
        return row is not None and row.judged_by == _digest(watch)

    def judged_now(self, watch: WatchRow) -> JudgedRow:
        """Notes that they are, in a row that is kept."""
        row = self._judged.get(_key(watch))
        if row is None:
            of_watch = {name: getattr(watch, name) for name in ("case_id", "stream", "rule", "subject_key")}
            row = self._judged[_key(watch)] = JudgedRow(**of_watch, judged_by="", last_number=0)
            self._session.add(row)
        row.judged_by = _digest(watch)
        return row


def _heard(session: Session, stream: str, watches: Sequence[WatchRow]) -> set[str]:
    """The subjects of which anything was ever heard: another one may have no sensor, and is not silent."""
    subjects = {each.subject_key for each in watches if each.when is None}
    kept = select(ReadingRow.tie).where(ReadingRow.stream == stream, ReadingRow.subject_key == WatchRow.subject_key)
    chosen = select(WatchRow.subject_key).where(WatchRow.stream == stream, kept.exists())
    return set(session.exec(chosen.where(col(WatchRow.subject_key).in_(subjects)).distinct()))


def _key(row: WatchRow | JudgedRow | EpisodeRow) -> Key:
    return row.case_id, row.rule, row.subject_key


def _order() -> tuple[Any, Any, Any]:
    return col(WatchRow.case_id), col(WatchRow.rule), col(WatchRow.subject_key)


def _watches(stream: str) -> SelectOfScalar[WatchRow]:
    """Those of open cases; one that was ended past the engine has its rows still."""
    of_open = select(WatchRow).join(CaseRow, col(CaseRow.case_id) == col(WatchRow.case_id))
    return of_open.where(WatchRow.stream == stream, col(CaseRow.closed_at).is_(None)).order_by(*_order())


def _concerns(row: EpisodeRow, watch: WatchRow) -> bool:
    """Whether a known episode lies in the span of the watch, or goes on: one of an earlier span stays as it was."""
    return row.ended_at is None or row.begun_at >= watch.since


_COLUMNS = (
    ReadingRow.table().c.at,
    ReadingRow.table().c.tie,
    ReadingRow.table().c["values"].label("said"),
)


def _digest(watch: WatchRow) -> str:
    said = [watch.when, watch.seconds, watch.since.isoformat(), str(watch.until), watch.given]
    return hashlib.sha256(to_json(said)).hexdigest()


def _last_at(session: Session, watch: WatchRow) -> datetime | None:
    """When something was heard last in the watch's span."""
    newest = session.exec(select(func.max(ReadingRow.at)).where(_inside(watch))).one()
    return newest if isinstance(newest, datetime) else None


def _inside(watch: WatchRow) -> ColumnElement[bool]:
    """The readings of the watch's subject and span that judge."""
    at = col(ReadingRow.at)
    parts = [
        col(ReadingRow.stream) == watch.stream,
        col(ReadingRow.subject_key) == watch.subject_key,
        at >= watch.since,
        ~col(ReadingRow.is_late),
    ]
    return and_(*parts, *([at < watch.until] if watch.until is not None else []))


class _Kept:
    """The readings of a watch's subject and span, as the rule sees them."""

    def __init__(self, session: Session, watch: WatchRow, fields: Mapping[str, FieldSpec]) -> None:
        self._session = session
        self._watch = watch
        given = {name: GivenValue.model_validate(value) for name, value in watch.given.items()}
        self._sight = Sight(watch.when, given, fields)

    def before(self, position: Position) -> Iterator[Reading]:
        return self._seen(self._pages(position, is_back=True))

    def since(self, position: Position | None) -> Iterator[Reading]:
        return self._seen(self._pages(position, is_back=False))

    def _pages(self, position: Position | None, *, is_back: bool) -> Iterator[Any]:
        at, tie = col(ReadingRow.at), col(ReadingRow.tie)
        order = (at.desc(), tie.desc()) if is_back else (at, tie)
        size, is_first = BACK if is_back else PAGE, True
        while True:
            chosen = sql_select(*_COLUMNS).where(_inside(self._watch)).order_by(*order).limit(size)
            if position is not None and is_back:
                chosen = chosen.where(or_(at < position.at, and_(at == position.at, tie < position.tie)))
            elif position is not None:
                beyond = tie >= position.tie if is_first else tie > position.tie
                chosen = chosen.where(or_(at > position.at, and_(at == position.at, beyond)))
            page = self._session.connection().execute(chosen).all()
            yield from page
            if len(page) < size:
                return
            position, is_first = Position(page[-1].at, page[-1].tie), False

    def _seen(self, rows: Iterable[Any]) -> Iterator[Reading]:
        for row in rows:
            holds = self._sight.holds(row.said)
            if holds is not None:
                yield Reading(Position(row.at, row.tie), holds)
