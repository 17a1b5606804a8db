"""Streams as files and in procedures: what is wrong is told with its line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.stream import read_reading
from sop_engine.content.checking import check_sop
from sop_engine.content.library import ContentError
from tests.unit.content.stream_samples import stream_library, temperatures

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


def test_a_stream_and_its_use_are_read_without_a_fault(tmp_path: Path) -> None:
    library = stream_library(tmp_path)
    assert library.streams["temperatures"].fields["celsius"].unit == "degrees"
    assert [str(fault) for fault in check_sop(library, "Cooling")[0]] == []
    sop = library.sops["Cooling"]
    assert SopDefinition.model_validate(json.loads(sop.text)) == sop.definition


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("feeders: [warehouse_keeper]", "feeders: [warehouse_keper]", "unknown role 'warehouse_keper', did you mean"),
        ("subject: container_no\nlateness", "subject: container\nlateness", "unknown field 'container', did you mean"),
        ("stream: temperatures", "stream: temperature", "the file of this stream is called temperature.yaml"),
        ("lateness: 2 hours", "lateness: 2 working days", "depends on a calendar; write minutes, hours, days or weeks"),
        ("keep: 90 days", "kept: 90 days", "kept: unknown key, did you mean keep?"),
        ("type: decimal, unit: degrees", "type: money", "celsius is money; a reading holds: text, integer, decimal"),
        ("celsius: {type", "at: {type", "every reading has it; leave it out"),
        ("when: celsius > most_celsius", "silent: 1 hour", "`for` says how long `when` must hold"),
        ("tell: {begun: cargo.too_warm, ended", "tell: {ended", "`tell` names at least the event for `begun`"),
        ("when: celsius", "wen: celsius", "Extra inputs are not permitted"),
    ],
)
def test_a_fault_of_the_shape_is_told_when_the_content_is_read(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContentError) as caught:
        stream_library(tmp_path, (old, new))
    told = [str(fault) for fault in caught.value.faults]
    assert any(said in fault for fault in told), told
    assert all(fault.line > 1 for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  temperatures:\n    subject", "  temperature:\n    subject", "unknown stream 'temperature', did you mean"),
        ("subject: containers", "subject: most_celsius", "gives decimal, not text or list"),
        ("from: sealed_at", "from: most_celsius", "gives decimal, not datetime"),
        ("when: celsius >", "when: celcius >", "unknown name celcius, did you mean celsius?"),
        ("when: celsius > most_celsius", "when: most_celsius > 8", "reads no field of a reading"),
        ("when: celsius > most_celsius", "when: celsius", "gives decimal, not boolean"),
        (
            "when: celsius > most_celsius",
            "when: celsius > 8 and sealed_at is none",
            "sealed_at is datetime; of the case",
        ),
        ("  most_celsius:", "  celsius: {type: decimal, title: {en: C, zh: C}}\n  most_celsius:", "nobody can tell"),
        ("for: warm_for", "for: 2 working hours", "depends on a calendar"),
        ("{default: 10 minutes", "{default: 1 working day", "(parameter warm_for)"),
        ("ended: cargo.cooled", "ended: cargo.coold", "unknown event 'cargo.coold', did you mean cargo.cooled?"),
        (", cargo.cooled: cool", "", "nothing waits for cargo.cooled"),
        (
            "title: {en: Too warm, zh: 超温}\n    data",
            "title: {en: W, zh: W}\n    roles: operator\n    data",
            "machines",
        ),
        ("begun_at: {type: datetime", "begun_at: {type: date", "cargo.too_warm has begun_at as date"),
        ("begun: cargo.too_warm", "begun: cargo.cooled", "cargo.cooled asks for ended_at, which begun does not tell"),
        (", withdrawn: cargo.not_warm", "", "says nothing of `withdrawn`"),
        ("    max_items: 200\n", "", "containers may have more entries than the 200 that are watched"),
    ],
)
def test_what_cannot_work_is_found_by_lint(old: str, new: str, said: str, tmp_path: Path) -> None:
    library = stream_library(tmp_path, (old, new))
    told = [str(fault) for found in check_sop(library, "Cooling") for fault in found]
    assert any(said in fault for fault in told), told


def test_a_reading_is_typed_and_every_fault_of_it_told() -> None:
    given = {"container_no": "MSKU1", "at": "2026-11-30T17:00+08:00", "celsius": "9.50"}
    reading, faults = read_reading(temperatures(), given, NOW)
    assert faults == []
    assert reading == ("MSKU1", NOW, NOW.isoformat(), {"celsius": "9.5"})
    wrong = {"celsius": "x", "at": "2026-11-30 17:00", "door": 1, "id": "a\nb"}
    reading, faults = read_reading(temperatures(), wrong, NOW)
    assert reading is None
    assert [fault.where for fault in faults] == ["celsius", "door", "container_no", "at", "id"]
