"""Activities on streams: readings that are brought, what is asked of them, the look at all cases that watch them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session
from temporalio import activity

from activities.access import reads
from activities.failures import refusals
from sop_engine.basis.faults import NotFound
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.streams import (
    CheckReadingsInput,
    ReadingsCheck,
    ShowStreamInput,
    StreamList,
    StreamRound,
    StreamRoundInput,
    StreamShown,
    StreamsInput,
    TakenReadings,
    TakeReadings,
)
from sop_engine.cases.people.identity import refuse_without_role
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.records.engine import writing
from sop_engine.records.episodes import EpisodeBook, Key, Looked
from sop_engine.records.readings import Bringer, ReadingRepository, lock
from sop_engine.records.stream_lists import StreamLists
from sop_engine.records.undeclared_streams import tell_cases, undeclared_streams
from sop_engine.temporal.queues import CHECK_READINGS, LIST_STREAMS, SHOW_STREAM, STREAM_ROUND, TAKE_READINGS
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes

AT_LEAST_EVERY = timedelta(minutes=15)
"""Between two rounds: a case that opened since may watch for silence."""


class StreamActivities:
    """Takes readings of the streams that this site declares."""

    def __init__(
        self,
        engine: Engine,
        streams: Mapping[str, StreamSpec],
        organization: Organization,
        tell: Callable[[], int] = lambda: 0,
    ) -> None:
        """`tell` has the cases hear what waits for them."""
        self._engine = engine
        self._readings = ReadingRepository(engine, streams)
        self._book = EpisodeBook(streams)
        self._lists = StreamLists(engine)
        self._streams = streams
        self._organization = organization
        self._tell = tell

    @reads
    @activity.defn(name=LIST_STREAMS)
    def list_streams(self, given: StreamsInput) -> StreamList:
        with refusals():
            wanted = list(self._streams) if given.stream_name is None else [given.stream_name]
            lines = tuple(self._lists.line(self._spec(name)) for name in wanted)
            return StreamList(streams=lines, undeclared=self._lists.undeclared(self._streams))

    @reads
    @activity.defn(name=SHOW_STREAM)
    def show_stream(self, given: ShowStreamInput) -> StreamShown:
        with refusals():
            self._spec(given.stream_name)
            return self._lists.shown(given)

    @reads
    @activity.defn(name=CHECK_READINGS)
    def check_readings(self, given: CheckReadingsInput) -> ReadingsCheck:
        """What would become of the readings, or every fault in them. Refuses who may not bring them."""
        with refusals():
            asked = given.given
            spec = self._spec(asked.stream_name)
            refuse_without_role(
                posted(self._organization), asked.actor, spec.feeders, f"has no role that feeds {spec.name}"
            )
            return self._readings.check(spec, asked.rows, asked.source, given.now)

    @activity.defn(name=TAKE_READINGS)
    @writes("row")
    def take_readings(self, given: TakeReadings) -> TakenReadings:
        """Takes all readings or none, once per key, and tells cases what was found. Who asks was judged before."""
        with refusals():
            asked = given.given
            by = Bringer(given.key, asked.actor, asked.source, given.at)
            taken = self._readings.take(self._spec(asked.stream_name), asked.rows, by)
        self._tell()
        return taken

    @activity.defn(name=STREAM_ROUND)
    @writes("episode")
    def stream_round(self, given: StreamRoundInput) -> StreamRound:
        """Looks what the passing of time changes, tells what waits, and forgets readings that are past their time."""
        watches, forgotten, next_at = 0, 0, given.now + AT_LEAST_EVERY
        for spec in self._streams.values():
            for looked in self._look(spec.name, given.now):
                watches += looked.watches
                next_at = next_at if looked.soonest is None else min(next_at, looked.soonest)
            forgotten += self._readings.forget(spec, given.now)
        undeclared = self._undeclared(given.now)
        return StreamRound(
            watches=watches, told=self._tell(), forgotten=forgotten, next_at=next_at, undeclared=undeclared
        )

    def _undeclared(self, now: datetime) -> tuple[str, ...]:
        """Says which streams are watched and declared by no file: in the log, and to each case that watches one."""
        with writing(self._engine) as connection, Session(connection) as session:
            found = undeclared_streams(session, self._streams)
            for stream, case_ids in found.items():
                activity.logger.warning(
                    f"{len(case_ids)} open cases watch the stream {stream}, which no file declares: they hear nothing"
                )
                tell_cases(session, stream, case_ids, now)
            session.flush()
        return tuple(found)

    def _look(self, stream: str, now: datetime) -> Iterator[Looked]:
        """Part by part, each in a transaction of its own, so that nobody else waits long."""
        after: Key | None = None
        while True:
            with writing(self._engine) as connection, Session(connection) as session:
                lock(connection, stream)
                looked = self._book.look(session, stream, now, after)
            yield looked
            after = looked.after
            if after is None:
                return

    def _spec(self, name: str) -> StreamSpec:
        """Raises NotFound for a stream that no file declares."""
        if name not in self._streams:
            raise NotFound(f"there is no stream {name!r}", allowed=nearest(name, self._streams) or self._streams)
        return self._streams[name]
