"""What is asked about streams: which there are, their newest readings, their episodes, what cases are to be told."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, update
from sqlmodel import Session, col, select

from sop_engine.basis.faults import NotFound
from sop_engine.basis.folding import fold
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.streams import (
    EpisodeLine,
    NewsStatus,
    ReadingLine,
    ShowStreamInput,
    StreamLine,
    StreamShown,
)
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.records.engine import writing
from sop_engine.records.streams import EpisodeRow, NewsRow, ReadingRow, WatchRow
from sop_engine.records.undeclared_streams import undeclared_streams

AT_ONCE = 500
SOUGHT = 2_000


class Waiting(NamedTuple):
    """One thing that a case has not been told yet."""

    number: int
    case_id: str
    id: str
    event: str
    data: dict[str, Any]


class StreamLists:
    """Reads what is kept of streams, and notes what was told."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def line(self, spec: StreamSpec) -> StreamLine:
        of_stream = ReadingRow.stream == spec.name
        counted = select(
            func.count(), func.count(func.distinct(col(ReadingRow.subject_key))), func.max(ReadingRow.at)
        ).where(of_stream)
        with Session(self._engine) as session:
            readings, subjects, newest_at = session.exec(counted).one()
            watched = select(func.count(func.distinct(col(WatchRow.case_id)))).where(WatchRow.stream == spec.name)
            waiting = select(func.count()).select_from(NewsRow)
            waiting = waiting.where(NewsRow.stream == spec.name, NewsRow.status == "waiting")
            return StreamLine(
                written=spec.model_dump(mode="json", by_alias=True),
                readings=readings,
                subjects=subjects,
                newest_at=newest_at,
                watched=session.exec(watched).one(),
                waiting=session.exec(waiting).one(),
            )

    def undeclared(self, declared: Collection[str]) -> dict[str, int]:
        """Streams that no file declares any more -> how many open cases watch them."""
        with Session(self._engine) as session:
            return {name: len(cases) for name, cases in undeclared_streams(session, declared).items()}

    def shown(self, asked: ShowStreamInput) -> StreamShown:
        """The newest first. Raises NotFound for a subject without readings and without a case that watches it."""
        chosen = select(ReadingRow).where(ReadingRow.stream == asked.stream_name)
        counted = select(func.count()).select_from(ReadingRow).where(ReadingRow.stream == asked.stream_name)
        found = select(EpisodeRow).where(EpisodeRow.stream == asked.stream_name)
        with Session(self._engine) as session:
            if asked.subject is not None:
                key = fold(asked.subject)
                self._require(session, asked.stream_name, asked.subject)
                chosen, counted = (each.where(ReadingRow.subject_key == key) for each in (chosen, counted))  # type: ignore[assignment]
                found = found.where(EpisodeRow.subject_key == key)
            newest = chosen.order_by(col(ReadingRow.at).desc(), col(ReadingRow.tie).desc()).limit(asked.limit)
            readings = tuple(
                ReadingLine(
                    subject=row.subject,
                    at=row.at,
                    values=row.values,
                    source=row.source,
                    is_late=row.is_late,
                    taken_at=row.taken_at,
                )
                for row in session.exec(newest)
            )
            latest = found.order_by(col(EpisodeRow.begun_at).desc(), EpisodeRow.case_id, EpisodeRow.rule)
            episodes = session.exec(latest.limit(asked.limit)).all()
            told = _told(session, {row.case_id for row in episodes})
            return StreamShown(
                readings=readings,
                total=session.exec(counted).one(),
                episodes=tuple(_line(row, told) for row in episodes),
            )

    @staticmethod
    def _require(session: Session, stream: str, subject: str) -> None:
        key = fold(subject)
        kept = select(ReadingRow.subject).where(ReadingRow.stream == stream)
        watched = select(WatchRow.subject).where(WatchRow.stream == stream)
        if session.exec(kept.where(ReadingRow.subject_key == key).limit(1)).first() is not None:
            return
        if session.exec(watched.where(WatchRow.subject_key == key).limit(1)).first() is not None:
            return
        subjects = [*session.exec(kept.distinct().limit(SOUGHT)), *session.exec(watched.distinct().limit(SOUGHT))]
        raise NotFound(f"{stream} has no readings of {subject!r}", allowed=nearest(subject, dict.fromkeys(subjects)))

    def waiting(self) -> list[Waiting]:
        """What cases have not been told yet, in the order in which it was found."""
        chosen = select(NewsRow).where(NewsRow.status == "waiting").order_by(col(NewsRow.number))
        with Session(self._engine) as session:
            rows = session.exec(chosen).all()
            return [Waiting(row.number or 0, row.case_id, row.id, row.event, row.data) for row in rows]

    def note(self, numbers: Collection[int], status: NewsStatus) -> None:
        """Notes how telling went."""
        table, listed = NewsRow.table(), sorted(numbers)
        for first in range(0, len(listed), AT_ONCE):
            part = table.c.number.in_(listed[first : first + AT_ONCE])
            with writing(self._engine) as connection:
                connection.execute(update(table).where(part).values(status=status))


Told = dict[tuple[str, str, str, str, int], list[str]]


def _told(session: Session, case_ids: Collection[str]) -> Told:
    told: Told = defaultdict(list)
    chosen = select(NewsRow).where(col(NewsRow.case_id).in_(case_ids)).order_by(col(NewsRow.number))
    for row in session.exec(chosen) if case_ids else ():
        words = row.word if row.status == "told" else f"{row.status} {row.word}"
        told[row.case_id, row.stream, row.rule, row.subject_key, row.episode].append(words)
    return told


def _line(row: EpisodeRow, told: Told) -> EpisodeLine:
    return EpisodeLine(
        case_id=row.case_id,
        rule=row.rule,
        subject=row.subject,
        number=row.number,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        is_withdrawn=row.is_withdrawn,
        told=tuple(told.get((row.case_id, row.stream, row.rule, row.subject_key, row.number), ())),
    )
