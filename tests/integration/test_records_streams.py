"""Readings on both databases: each once, late and doubled ones, and every episode told once, as a slow look has it."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from sop_engine.basis.faults import InvalidInput, NotFound
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.publishing import EpisodeWatch, GivenValue
from sop_engine.cases.contracts.registers import GivenRow
from sop_engine.cases.contracts.streams import ShowStreamInput, TakenReadings
from sop_engine.cases.streams.episodes import Bounds, Position, Reading, Sought, episodes
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.records.engine import writing
from sop_engine.records.episodes import EpisodeBook
from sop_engine.records.publishing import Publisher
from sop_engine.records.readings import Bringer, ReadingRepository
from sop_engine.records.stream_lists import StreamLists
from sop_engine.records.streams import EpisodeRow, NewsRow
from tests.integration.published import published, step

pytest_plugins = ("tests.integration.databases",)

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TITLE = Title(en="Temperature", zh="温度")
STREAM = StreamSpec.model_validate(
    {
        "stream": "temperatures",
        "title": TITLE,
        "purpose": TITLE,
        "feeders": ["dispatcher"],
        "subject": "container_no",
        "lateness": "2 hours",
        "keep": "30 days",
        "fields": {
            "container_no": FieldSpec(type="text", required=True, title=TITLE),
            "celsius": FieldSpec(type="decimal", title=TITLE),
        },
    }
)
STREAMS = {STREAM.name: STREAM}
TELL = {
    "begun": {"cargo.too_warm": ("begun_at", "subject")},
    "ended": {"cargo.cooled": ("ended_at",)},
    "withdrawn": {"cargo.not_warm": ("episode",)},
}


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def watch(subject: str = "MSKU 123456-7", **changes: Any) -> EpisodeWatch:
    given = {"limit": GivenValue(number="8")}
    rule = {"rule": "too_warm", "when": "celsius > limit", "seconds": 600, "given": given, "tell": TELL}
    return EpisodeWatch(**{"stream": STREAM.name, "subject": subject, "since": NOON, "until": None, **rule, **changes})


def publish(engine: Engine, case_id: str, *watches: EpisodeWatch, minute: float = 0, **case: Any) -> None:
    written = published(at(minute), step(1, "opened"), case={"case_id": case_id, **case}, watches=watches)
    Publisher(engine).publish(written)


def row(minute: float, celsius: object = None, subject: str = "MSKU1234567", **more: Any) -> GivenRow:
    values = {"container_no": subject, "at": at(minute).isoformat(), "celsius": celsius, **more}
    return GivenRow(place=f"row {minute}", values=values)


def take(engine: Engine, key: str, rows: Sequence[GivenRow], minute: float) -> TakenReadings:
    return ReadingRepository(engine, STREAMS).take(STREAM, rows, Bringer(key, "wu.lei", "logger", at(minute)))


def look(engine: Engine, minute: float) -> datetime | None:
    with writing(engine) as connection, Session(connection) as session:
        return EpisodeBook(STREAMS).look(session, STREAM.name, at(minute)).soonest


def news(engine: Engine, case_id: str = "A") -> list[tuple[str, dict[str, Any]]]:
    chosen = select(NewsRow).where(NewsRow.case_id == case_id).order_by(col(NewsRow.number))
    with Session(engine) as session:
        return [(row.event, row.data) for row in session.exec(chosen)]


def test_a_case_is_told_once_of_what_its_rule_finds_in_late_and_doubled_readings(engine: Engine) -> None:
    publish(engine, "A", watch())
    publish(engine, "closed", watch(), closed_at=NOON, status="completed")
    warm = [row(0, "4"), row(5, "8.5"), row(5, "8.5"), row(16, "9")]
    assert take(engine, "a", warm, 16) == TakenReadings(new=3, doubled=1)
    begun = ("cargo.too_warm", {"begun_at": at(5).isoformat(), "subject": "MSKU 123456-7"})
    assert news(engine) == [begun]
    assert take(engine, "a", warm, 17) == TakenReadings(new=3, doubled=1), "the command tried again"
    assert take(engine, "b", warm, 17) == TakenReadings(doubled=4)
    assert take(engine, "c", [row(18, None)], 18).new == 1, "says nothing about the rule"
    assert news(engine) == [begun]
    take(engine, "d", [row(30, "3", "msku 1234567")], 30)
    again = [row(30, "3"), row(30, "3", "MSKU-1234567")]
    assert take(engine, "spelled otherwise", again, 30) == TakenReadings(doubled=2)
    ended = ("cargo.cooled", {"ended_at": at(30).isoformat()})
    assert news(engine) == [begun, ended]
    assert take(engine, "e", [row(10, "7")], 40).late == 0
    assert news(engine) == [begun, ended, ("cargo.not_warm", {"episode": 1})], "a late reading refutes it"
    assert take(engine, "f", [row(300, "3")], 300).new == 1
    assert take(engine, "g", [row(45, "9"), row(58, "9")], 301) == TakenReadings(new=2, late=2)
    assert len(news(engine)) == 3, "too late to judge"
    assert news(engine, "closed") == []


def test_a_rule_with_another_figure_is_looked_at_as_a_whole_and_a_closed_case_is_not(engine: Engine) -> None:
    publish(engine, "A", watch())
    take(engine, "a", [row(0, "8.5"), row(20, "9"), row(30, "5"), row(40, "7"), row(60, "7")], 60)
    assert [event for event, _ in news(engine)] == ["cargo.too_warm", "cargo.cooled"]
    publish(engine, "A", watch(given={"limit": GivenValue(number="6.5")}), minute=61)
    look(engine, 61)
    assert [event for event, _ in news(engine)][2:] == ["cargo.too_warm"], "the second one begins, the first stays"
    publish(engine, "A", minute=62)
    take(engine, "b", [row(63, "1")], 63)
    assert len(news(engine)) == 3


def test_silence_is_told_when_its_time_has_come_and_ends_with_a_reading(engine: Engine) -> None:
    tell = {"begun": {"tracker.silent": ("begun_at",)}, "ended": {"tracker.back": ("begun_at", "ended_at")}}
    publish(engine, "A", watch(rule="silent", when=None, seconds=3600, given={}, tell=tell))
    assert look(engine, 99) is None, "nothing was ever heard of it: it may have no sensor"
    take(engine, "0", [row(-30, "1")], 1)
    assert look(engine, 1) == at(60)
    take(engine, "a", [row(30, "1")], 30)
    assert look(engine, 60) == at(90)
    assert news(engine) == []
    assert look(engine, 91) is None
    assert look(engine, 92) is None
    take(engine, "b", [row(100, "1")], 100)
    silent = {"begun_at": at(30).isoformat()}
    assert news(engine) == [("tracker.silent", silent), ("tracker.back", {**silent, "ended_at": at(100).isoformat()})]


def test_readings_with_faults_are_all_told_and_none_is_taken(engine: Engine) -> None:
    take(engine, "a", [row(0, "4")], 0)
    wrong = [row(1, "warm"), row(2, "4", ""), row(99, "4"), row(0, "5"), GivenRow(place="row 7", values={"celcius": 1})]
    with pytest.raises(InvalidInput) as caught:
        take(engine, "b", [row(3, "4"), *wrong], 5)
    told = [str(fault) for fault in caught.value.faults]
    for start in (
        "row 1, celsius: 'warm' is not a number",
        "row 2, container_no: is missing",
        f"row 99, at: {at(99).isoformat()} lies ahead",
        "row 7, celcius: unknown field, did you mean celsius?",
        "row 7, at: is missing",
        f"row 0, id: {at(0).isoformat()} of MSKU1234567 says something else than an earlier one with this id",
    ):
        assert any(each.startswith(start) for each in told), (start, told)
    assert StreamLists(engine).line(STREAM).readings == 1


def test_old_readings_are_forgotten_unless_an_open_case_may_be_judged_by_them(engine: Engine) -> None:
    publish(engine, "A", watch("KEPT1"))
    publish(engine, "B", watch("GONE1"), closed_at=NOON, status="completed")
    take(engine, "a", [row(1, "1", "KEPT1"), row(1, "1", "GONE1"), row(-60, "1", "KEPT1")], 1)
    readings = ReadingRepository(engine, STREAMS)
    assert readings.forget(STREAM, NOON + timedelta(days=29)) == 0
    assert readings.forget(STREAM, NOON + timedelta(days=31)) == 2
    shown = StreamLists(engine).shown(ShowStreamInput(stream_name=STREAM.name))
    assert [(each.subject, each.at) for each in shown.readings] == [("KEPT1", at(1))]
    with pytest.raises(NotFound, match="no readings of 'KEPT2'"):
        StreamLists(engine).shown(ShowStreamInput(stream_name=STREAM.name, subject="KEPT2"))


def test_many_readings_with_doubles_and_late_ones_leave_what_a_slow_look_finds(engine: Engine) -> None:
    drawn, per_subject = random.Random(11), 200
    subjects = [f"C{number:03}" for number in range(10)]
    for subject in subjects:
        publish(engine, f"of {subject}", watch(subject))
    sent, all_of = [], defaultdict(list)
    for subject in subjects:
        minute, warm = 0.0, False
        for number in range(per_subject):
            minute += drawn.choice((1, 2, 5, 20))
            warm = not warm if drawn.random() < 0.1 else warm
            celsius = "9" if warm else "4"
            all_of[subject].append(Reading(Position(at(minute), f"logger {number:03}"), warm))
            late = drawn.randint(1, 100) if drawn.random() < 0.03 else 0
            sent += [(minute + late, row(minute, celsius, subject, id=f"{number:03}"))] * (1 + (drawn.random() < 0.05))
    sent.sort(key=lambda each: each[0])
    taken = TakenReadings()
    for first in range(0, len(sent), 500):
        part = sent[first : first + 500]
        taken += take(engine, f"part {first}", [each for _, each in part], part[-1][0])
    assert (taken.new, taken.late) == (len(subjects) * per_subject, 0)
    with Session(engine) as session:
        kept = session.exec(select(EpisodeRow).where(~col(EpisodeRow.is_withdrawn))).all()
        told = session.exec(select(NewsRow)).all()
    found = {(each.subject, Bounds(each.begun_at, each.ended_at)) for each in kept}
    sought = Sought(timedelta(minutes=10), False, NOON)
    slow = {(subject, each) for subject, own in all_of.items() for each in episodes(sought, own, at(99_999))}
    assert found == slow
    assert len(kept) == len(found) > 50
    begun = [(each.case_id, each.episode) for each in told if each.word == "begun"]
    assert len(begun) == len(set(begun))
    assert len({each.id for each in told}) == len(told)
