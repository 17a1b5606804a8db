"""Taking readings: each once, whoever brings it how often, and with it what cases are to hear of it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, func, select, text
from sqlmodel import Session

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.folding import fold
from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.contracts.streams import ReadingsCheck, TakenReadings
from sop_engine.cases.streams.episodes import Position
from sop_engine.cases.written.stream import StreamSpec, TakenReading, read_reading
from sop_engine.records.cases import CaseRow
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.episodes import EpisodeBook
from sop_engine.records.streams import ReadingRow, ReadingsCommandRow, WatchRow

LOCK = 0x53_54
"""The class of PostgreSQL's advisory locks of streams: of two that bring readings of one, the second waits."""
AT_ONCE = 400
"""Subjects or readings that are looked for in one question."""
TOLD = 100
"""Faults that a refusal carries."""


class Bringer(NamedTuple):
    """Who brings readings, and as whose."""

    key: str
    """Of the command."""
    actor: str
    source: str
    at: datetime


class ReadingRepository:
    """Takes readings, and forgets old ones."""

    def __init__(self, engine: Engine, streams: Mapping[str, StreamSpec]) -> None:
        self._engine = engine
        self._book = EpisodeBook(streams)

    def take(self, spec: StreamSpec, rows: Sequence[GivenRow], by: Bringer) -> TakenReadings:
        """Takes all readings, once per command, and enters what cases are to hear. Raises InvalidInput with the
        faults of every reading, and takes none then."""
        with writing(self._engine) as connection, Session(connection) as session:
            lock(connection, spec.name)
            known = session.get(ReadingsCommandRow, by.key)
            if known is not None:
                return TakenReadings(**known.answer)
            sorted_out = _sort_out(connection, spec, rows, by)
            if sorted_out.faults:
                more = len(sorted_out.faults) - TOLD
                said = f"; {more} more are not listed" if more > 0 else ""
                what = f"{len(sorted_out.faults)} faults in readings of {spec.name}{said}"
                raise InvalidInput(what, sorted_out.faults[:TOLD])
            table = ReadingRow.table()
            if sorted_out.new:
                connection.execute(table.insert(), sorted_out.new)
            self._book.judge(session, spec.name, _earliest(sorted_out.new), by.at)
            answer = sorted_out.taken.model_dump()
            row = {"key": by.key, "stream": spec.name, "source": by.source, "actor": by.actor, "taken_at": by.at}
            connection.execute(insert_into(ReadingsCommandRow.table(), connection.dialect), {**row, "answer": answer})
        return sorted_out.taken

    def check(self, spec: StreamSpec, rows: Sequence[GivenRow], source: str, now: datetime) -> ReadingsCheck:
        """What `take` would do; changes nothing."""
        with self._engine.connect() as connection:
            found = _sort_out(connection, spec, rows, Bringer("", "", source, now))
        return ReadingsCheck(would=found.taken, faults=tuple(found.faults))

    def forget(self, spec: StreamSpec, now: datetime) -> int:
        """Deletes readings past the time that they are kept, but those by which an open case may still be judged."""
        table, watch, case = ReadingRow.table(), WatchRow.table(), CaseRow.table()
        watched = (
            select(watch.c.case_id)
            .where(watch.c.stream == table.c.stream, watch.c.subject_key == table.c.subject_key)
            .where(watch.c.since <= table.c.at, watch.c.case_id == case.c.case_id, case.c.closed_at.is_(None))
        )
        old = table.c.taken_at < now - spec.kept_for
        with writing(self._engine) as connection:
            lock(connection, spec.name)
            of_stream = delete(table).where(table.c.stream == spec.name, old, ~watched.exists())
            return connection.execute(of_stream).rowcount


def lock(connection: Connection, stream: str) -> None:
    """Whoever writes about a stream does so alone; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        found = text("SELECT pg_advisory_xact_lock(:lock, hashtext(:name))")
        connection.execute(found, {"lock": LOCK, "name": stream})


class _SortedOut(NamedTuple):
    """What is new among readings that were brought."""

    new: list[dict[str, Any]]
    taken: TakenReadings
    faults: list[Fault]


def _sort_out(connection: Connection, spec: StreamSpec, rows: Sequence[GivenRow], by: Bringer) -> _SortedOut:
    faults: list[Fault] = []
    read: dict[tuple[str, str], tuple[GivenRow, TakenReading]] = {}
    doubled = 0
    for given in rows:
        reading, found = read_reading(spec, given.values, by.at)
        faults += [given.placed(fault) for fault in found]
        if reading is None:
            continue
        key = fold(reading.subject), f"{by.source} {reading.id}"
        if key not in read:
            read[key] = given, reading
        elif (read[key][1].at, read[key][1].values) == (reading.at, reading.values):
            doubled += 1
        else:
            faults.append(given.placed(_other(reading, read[key][0].place or "another one")))
    late_after = spec.late_after
    newest, known = _newest(connection, spec, read), _known(connection, spec, read)
    new: list[dict[str, Any]] = []
    for (subject_key, tie), (given, reading) in read.items():
        kept = known.get((subject_key, tie))
        if kept is not None:
            doubled += 1
            if kept != (reading.at, reading.values):
                faults.append(given.placed(_other(reading, "an earlier one")))
            continue
        known_until = newest.get(subject_key)
        is_late = late_after is not None and known_until is not None and reading.at < known_until - late_after
        row: dict[str, Any] = {"stream": spec.name, "subject_key": subject_key, "tie": tie}
        row |= {
            "subject": reading.subject,
            "at": reading.at,
            "values": reading.values,
            "source": by.source,
            "is_late": is_late,
        }
        new.append({**row, "taken_at": by.at, "taken_by": by.key})
    late = sum(row["is_late"] for row in new)
    return _SortedOut(new, TakenReadings(new=len(new), doubled=doubled, late=late), faults)


def _other(reading: TakenReading, than: str) -> Fault:
    what = f"{reading.id} of {reading.subject} says something else than {than} with this id"
    return Fault("id", what, "an id of its own for each reading, or the same words")


def _newest(connection: Connection, spec: StreamSpec, read: Mapping[tuple[str, str], Any]) -> dict[str, datetime]:
    """Until when readings of each subject are known."""
    table = ReadingRow.table()
    found: dict[str, datetime] = {}
    for part in _parts(dict.fromkeys(subject for subject, _ in read)):
        chosen = select(table.c.subject_key, func.max(table.c.at)).group_by(table.c.subject_key)
        of_part = chosen.where(table.c.stream == spec.name, table.c.subject_key.in_(part))
        found |= {row[0]: row[1] for row in connection.execute(of_part)}
    return found


def _known(
    connection: Connection, spec: StreamSpec, read: Mapping[tuple[str, str], Any]
) -> dict[tuple[str, str], tuple[datetime, dict[str, Any]]]:
    """The readings that are kept already, with what they say."""
    table = ReadingRow.table()
    found: dict[tuple[str, str], tuple[datetime, dict[str, Any]]] = {}
    ties: defaultdict[str, list[str]] = defaultdict(list)
    for subject, tie in read:
        ties[subject].append(tie)
    chosen = select(table.c.subject_key, table.c.tie, table.c.at, table.c["values"])
    for subject, own in ties.items():
        for part in _parts(own):
            of_part = chosen.where(table.c.stream == spec.name, table.c.subject_key == subject, table.c.tie.in_(part))
            found |= {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(of_part)}
    return found


def _earliest(new: Sequence[Mapping[str, Any]]) -> dict[str, Position]:
    """The first of the new readings of each subject that judge."""
    found: dict[str, Position] = {}
    for row in new:
        if not row["is_late"]:
            position = Position(row["at"], row["tie"])
            found[row["subject_key"]] = min(found.get(row["subject_key"], position), position)
    return found


def _parts(values: Any) -> Iterator[list[str]]:
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part
