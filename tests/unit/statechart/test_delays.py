from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sop_engine.statechart.iso_durations import iso_due
from sop_engine.statechart.parse import parse
from sop_engine.statechart.snapshot import Snapshot, StepError
from sop_engine.statechart.transition import advance, next_due, retry
from tests.unit.statechart.statechart_samples import OPENED_AT, chart_of, minutes, opened, send


def test_a_delayed_transition_is_due_from_entry_and_dropped_on_exit() -> None:
    chart = chart_of(states={"a": {"after": {"PT30M": "b"}, "on": {"go": "c"}}, "b": {}, "c": {}})
    snapshot = opened(chart)
    assert next_due(snapshot) == minutes(30)
    assert advance(chart, snapshot, minutes(29)).snapshot == snapshot
    assert advance(chart, snapshot, minutes(30)).snapshot.configuration == ("b",)
    assert next_due(send(chart, snapshot, "go").snapshot) is None


def test_a_delayed_transition_has_guards_and_is_no_event_for_others() -> None:
    alternatives = [{"to": "b", "when": "urgent"}, {"to": "c", "do": {"set": {"by": "_event.origin"}}}]
    chart = chart_of(on={"*": "z"}, states={"a": {"after": {"PT1M": alternatives}}, "b": {}, "c": {}, "z": {}})
    assert advance(chart, opened(chart, urgent=True), minutes(1)).snapshot.configuration == ("b",)
    late = advance(chart, opened(chart, urgent=False), minutes(1)).snapshot
    assert (late.configuration, late.data["by"]) == (("c",), "timer")


def test_a_delay_of_the_root_lasts() -> None:
    chart = chart_of(after={"PT1H": "z"}, states={"a": {"on": {"go": "b"}}, "b": {}, "z": {"final": "expired"}})
    snapshot = send(chart, opened(chart), "go", at=5).snapshot
    assert advance(chart, snapshot, minutes(60)).snapshot.outcome == "expired"


def test_each_delay_is_handled_at_its_own_instant_however_late() -> None:
    chart = chart_of(
        states={"a": {"after": {"PT10M": "b"}}, "b": {"after": {"PT10M": "c"}}, "c": {"after": {"PT10M": "a"}}}
    )
    late = advance(chart, opened(chart), minutes(35))
    assert [microstep.at for microstep in late.microsteps] == [minutes(10), minutes(20), minutes(30)]
    punctual = opened(chart)
    for minute in (10, 20, 30, 35):
        punctual = advance(chart, punctual, minutes(minute)).snapshot
    assert punctual == late.snapshot


def test_an_event_comes_after_what_fell_due_before_it_and_before_what_falls_due_with_it() -> None:
    chart = chart_of(states={"a": {"after": {"PT10M": "late"}, "on": {"go": "b"}}, "b": {}, "late": {}})
    assert send(chart, opened(chart), "go", at=10).snapshot.configuration == ("b",)
    missed = send(chart, opened(chart), "go", at=10.01)
    assert missed.snapshot.configuration == ("late",)
    assert missed.ignored
    assert missed.microsteps[0].at == minutes(10)


def test_a_send_without_delay_waits_for_the_next_call() -> None:
    actions = [{"send": "nudge", "with": {"n": "n"}}, {"set": {"n": "n + 1"}}]
    chart = chart_of(
        states={
            "a": {"on": {"go": {"do": actions}, "nudge": {"to": "b", "do": {"set": {"got": "_event.data.n"}}}}},
            "b": {},
        }
    )
    step = send(chart, opened(chart, n=1), "go")
    assert step.snapshot.configuration == ("a",)
    assert next_due(step.snapshot) == OPENED_AT
    assert advance(chart, step.snapshot, OPENED_AT).snapshot.data == {"n": 2, "got": 1}
    assert send(chart, step.snapshot, "other").snapshot.configuration == ("b",)


def test_what_was_sent_comes_before_what_falls_due_at_the_same_instant() -> None:
    chart = chart_of(
        states={
            "a": {"after": {"PT10M": "timeout"}, "on": {"go": {"do": [{"send": "nudge"}]}, "nudge": "b"}},
            "b": {},
            "timeout": {},
        }
    )
    step = send(chart, opened(chart), "go", at=10)
    assert advance(chart, step.snapshot, minutes(10)).snapshot.configuration == ("b",)


def test_a_delayed_send_outlives_its_state_until_cancelled() -> None:
    chart = chart_of(
        states={
            "a": {
                "entry": [{"send": "nudge", "id": "n1", "after": "PT1H"}, {"send": "nag", "after": "PT2H"}],
                "on": {"go": "b"},
            },
            "b": {"on": {"nudge": "c", "stop": {"do": [{"cancel": "n1"}]}, "stop_nag": {"do": [{"cancel": "nag"}]}}},
            "c": {},
        }
    )
    snapshot = send(chart, opened(chart), "go").snapshot
    assert advance(chart, snapshot, minutes(60)).snapshot.configuration == ("c",)
    stopped = send(chart, snapshot, "stop").snapshot
    assert advance(chart, stopped, minutes(60)).snapshot.configuration == ("b",)
    assert next_due(send(chart, stopped, "stop_nag").snapshot) is None


def test_cancel_takes_back_what_was_sent_never_a_delayed_transition() -> None:
    chart = chart_of(states={"a": {"after": {"PT1H": "b"}, "on": {"stop": {"do": [{"cancel": "PT1H"}]}}}, "b": {}})
    assert next_due(send(chart, opened(chart), "stop").snapshot) == minutes(60)


def test_a_failing_delay_is_parked_and_the_others_go_on() -> None:
    entry = [{"send": "bad", "after": "PT1M"}, {"send": "good", "after": "PT2M"}]
    on = {"bad": {"do": {"set": {"y": "x + 1"}}}, "good": {"do": {"set": {"z": "true"}}}}
    chart = chart_of(states={"a": {"entry": entry, "on": on}})
    step = advance(chart, opened(chart, x=None), minutes(5))
    (failed,) = step.failed_delays
    assert failed.error == "state 'a' on 'bad': x is not filled (in: x + 1)"
    assert step.snapshot.data == {"x": None, "z": True}
    assert [delay.parked for delay in step.snapshot.delays] == [True]
    assert next_due(step.snapshot) is None
    mended = retry(step.snapshot.model_copy(update={"data": {"x": 1}}), failed.delay.id, minutes(9))
    again = advance(chart, mended, minutes(9))
    assert again.snapshot.data["y"] == 2
    assert again.microsteps[0].at == minutes(9)


def test_an_event_is_handled_though_a_delay_before_it_failed() -> None:
    chart = chart_of(
        states={"a": {"after": {"PT1M": {"to": "b", "when": "x > 1"}}, "on": {"go": "c"}}, "b": {}, "c": {}}
    )
    step = send(chart, opened(chart, x=None), "go", at=5)
    assert step.snapshot.configuration == ("c",)
    assert len(step.failed_delays) == 1
    assert step.snapshot.delays == ()


def test_only_a_parked_delay_is_retried() -> None:
    chart = chart_of(states={"a": {"after": {"PT1M": "b"}}, "b": {}})
    snapshot = opened(chart)
    with pytest.raises(KeyError):
        retry(snapshot, snapshot.delays[0].id, OPENED_AT)


@pytest.mark.parametrize(
    ("actions", "message"), [(1, "more than 100 delays fell due"), (3, "more than 200 delays wait")]
)
def test_sends_that_feed_each_other_are_parked(actions: int, message: str) -> None:
    chart = chart_of(states={"a": {"entry": [{"send": "go"}] * actions, "on": {"go": "a"}}})
    step = advance(chart, opened(chart), OPENED_AT)
    assert message in step.failed_delays[0].error
    assert next_due(step.snapshot) is None


def test_the_order_of_the_delays_in_a_snapshot_does_not_matter() -> None:
    chart = chart_of(states={"a": {"after": {"PT20M": "c", "PT10M": "b"}}, "b": {}, "c": {}})
    snapshot = opened(chart)
    shuffled = snapshot.model_copy(update={"delays": tuple(reversed(snapshot.delays))})
    for each in (snapshot, shuffled):
        assert next_due(each) == minutes(10)
        assert advance(chart, each, minutes(30)).snapshot.configuration == ("b",)


def test_another_reading_of_delays_sees_the_data_and_may_fail_the_step() -> None:
    def hours(text: str, since: datetime, data: Mapping[str, Any]) -> datetime:
        if not text.isdigit() and text not in data:
            raise ValueError(f"no such field {text}")
        return since + timedelta(hours=int(data.get(text, text)))

    chart = parse(
        {"states": {"a": {"entry": {"set": {"wait": 3}}, "after": {"wait": "b"}}, "b": {"after": {"x": "a"}}}},
        due=hours,
    )
    snapshot = opened(chart)
    assert next_due(snapshot) == minutes(180)
    failed = advance(chart, snapshot, minutes(180)).failed_delays
    assert failed[0].error == "state 'b' on 'after.a.wait': the delay 'x' gives no instant: no such field x"
    with pytest.raises(StepError, match="no such field x"):
        opened(parse({"states": {"b": {"after": {"x": "b"}}}}, due=hours))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT30M", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("P1DT12H", datetime(2026, 2, 1, 21, tzinfo=UTC)),
        ("P2W", datetime(2026, 2, 14, 9, tzinfo=UTC)),
        ("P1M", datetime(2026, 2, 28, 9, tzinfo=UTC)),
        ("P1Y1M", datetime(2027, 2, 28, 9, tzinfo=UTC)),
        ("PT1.5S", datetime(2026, 1, 31, 9, 0, 1, 500_000, tzinfo=UTC)),
        ("PT0S", datetime(2026, 1, 31, 9, tzinfo=UTC)),
    ],
)
def test_iso_durations(text: str, expected: datetime) -> None:
    assert iso_due(text, datetime(2026, 1, 31, 9, tzinfo=UTC), {}) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "P1H", "1 day", "PT-5M", "PT5", "P1DT", "PT1.5H", "P9000Y", "PT٣M"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an ISO|past the year"):
        iso_due(text, OPENED_AT, {})


def test_snapshots_of_no_delay_have_no_next_instant() -> None:
    assert next_due(Snapshot(configuration=("a",), data={})) is None
