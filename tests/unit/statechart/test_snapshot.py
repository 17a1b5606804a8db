from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.statechart.snapshot import Event, Snapshot, Step
from sop_engine.statechart.transition import advance, start
from sop_engine.statechart.values import accept, to_json
from tests.unit.statechart.statechart_samples import OPENED_AT, chart_of, opened

VALUES: dict[str, Any] = {
    "nothing": None,
    "yes": True,
    "count": 10**20,
    "amount": Decimal("12.50"),
    "tiny": Decimal("1E-30"),
    "text": "客户 $decimal",
    "at": datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC),
    "on": date(2026, 3, 2),
    "span": timedelta(days=-2, microseconds=7),
    "list": [1, [Decimal("0.10"), {}], {"k": None}],
    "looks_like": {"$decimal": "no number"},
    "nested_look": {"$mapping": {"$date": "x"}},
    "many": {"$decimal": "1", "b": 2},
}


def test_data_comes_back_from_json_as_it_was() -> None:
    snapshot = Snapshot.model_construct(configuration=("a",), data=VALUES, history={"h": ("a",)}, delays=(), result={})
    restored = Snapshot.model_validate_json(snapshot.model_dump_json())
    assert restored.data == VALUES
    assert [type(value) for value in restored.data.values()] == [type(value) for value in VALUES.values()]
    assert str(restored.data["amount"]) == "12.50"
    assert restored.model_dump_json() == snapshot.model_dump_json()


def test_values_are_brought_into_one_form() -> None:
    china = timezone(timedelta(hours=8))
    accepted = accept({"x": 0.1, "t": (1, 2), "at": datetime(2026, 3, 2, 17, tzinfo=china)})
    assert accepted == {"x": Decimal("0.1"), "t": [1, 2], "at": datetime(2026, 3, 2, 9, tzinfo=UTC)}
    assert accepted["at"].tzinfo is UTC


def deep(levels: int) -> Any:
    return [deep(levels - 1)] if levels else 1


def deep_record(levels: int) -> Any:
    return {"in": deep_record(levels - 1)} if levels else 1


@pytest.mark.parametrize("nest", [deep, deep_record])
def test_forty_levels_lie_below_the_first(nest: Callable[[int], Any]) -> None:
    assert accept(nest(41)) == nest(41)
    with pytest.raises(ValueError, match="data nests deeper than 40 levels"):
        accept(nest(42))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("inf"), "not a finite number"),
        (Decimal("NaN"), "not a finite number"),
        (datetime(2026, 3, 2), "no time zone"),  # noqa: DTZ001 - the fault under test
        ({1: 2}, "the key 1 is not text"),
        (object(), "cannot be kept"),
        (deep(50), "deeper than"),
        ({"$decimal": "twelve"}, "cannot be read as"),
        ({"$decimal": "NaN"}, "cannot be read as"),
        ({"$decimal": ["1"]}, "cannot be read as"),
        ({"$instant": "2026-03-02T09:00"}, "cannot be read as"),
        ({"$date": 5}, "cannot be read as"),
        ({"$microseconds": 10**30}, "cannot be read as"),
    ],
)
def test_what_is_no_value_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        accept(value)
    with pytest.raises(ValidationError, match=message):
        Event(name="x", data={"value": value})


def test_json_of_an_event_is_readable_and_exact() -> None:
    event = Event(name="gate.in", data={"kg": Decimal("1.50")}, origin="machine", at=datetime(2026, 3, 2, tzinfo=UTC))
    assert event.model_dump_json() == (
        '{"name":"gate.in","data":{"kg":{"$decimal":"1.50"}},"origin":"machine","at":"2026-03-02T00:00:00Z"}'
    )
    assert Event.model_validate_json(event.model_dump_json()) == event


def test_a_step_comes_back_from_json_as_it_was_with_all_its_fields() -> None:
    entry = [{"log": "x", "with": {"n": "1.50"}, "k": 2}, {"send": "go"}, {"send": "bad"}]
    chart = chart_of(
        states={"a": {"entry": entry, "after": {"PT1H": "a"}, "on": {"go": "b", "bad": {"when": "y"}}}, "b": {}}
    )
    for step in (start(chart, {}, OPENED_AT), advance(chart, opened(chart), OPENED_AT)):
        assert Step.model_validate_json(step.model_dump_json()) == step


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Snapshot(configuration=(), data={}).done = True  # type: ignore[misc]


def test_instants_in_json_are_utc_whatever_zone_they_came_in() -> None:
    china = timezone(timedelta(hours=8))
    assert to_json(datetime(2026, 3, 2, 17, tzinfo=china)) == {"$instant": "2026-03-02T09:00:00+00:00"}
