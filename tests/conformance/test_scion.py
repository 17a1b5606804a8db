"""The SCION conformance suite: our statechart against 86 pairs of a chart and a script, 24 of them W3C's own tests.

Between any two events the snapshot is written to JSON and read back: what a snapshot does not hold cannot matter.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sop_engine.statechart.parse import parse
from sop_engine.statechart.snapshot import Event, Snapshot, Step
from sop_engine.statechart.transition import advance, atomic, start, transition
from tests.conformance.document import document
from tests.conformance.exclusions import EXCLUSIONS
from tests.conformance.scion_pairs import PAIRS, ROOT, SUITE
from tests.conformance.scxml import EFFECTS, UnsupportedError, read

OPENED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", [name for name in PAIRS if name not in EXCLUSIONS])
def test_pair(name: str) -> None:
    run(name)


@pytest.mark.parametrize("name", EXCLUSIONS)
def test_an_excluded_pair_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError):
        run(name)


def test_the_suite_is_complete() -> None:
    assert len(PAIRS) == 86
    assert len(PAIRS) - len(EXCLUSIONS) == 80


def run(name: str) -> None:
    """Play the script of one pair; raises AssertionError where a configuration differs."""
    script = json.loads((SUITE / f"{name}.json").read_text(encoding="utf-8"))
    chart = parse(read(SUITE / f"{name}.scxml"), effects=EFFECTS)
    now = OPENED_AT
    snapshot = _restored(start(chart, {}, now))
    assert sorted(atomic(chart, snapshot)) == sorted(script["initialConfiguration"])
    for entry in script["events"]:
        now += timedelta(milliseconds=entry.get("after", 0))
        snapshot = _restored(advance(chart, snapshot, now))
        snapshot = _restored(transition(chart, snapshot, Event(name=entry["event"]["name"], origin="machine"), now))
        assert sorted(atomic(chart, snapshot)) == sorted(entry["nextConfiguration"])


def _restored(step: Step) -> Snapshot:
    restored = Snapshot.model_validate_json(step.snapshot.model_dump_json())
    assert restored == step.snapshot
    return restored


def test_the_document_tells_what_passes() -> None:
    written = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert written == document(PAIRS)
