"""The written examples, and what the demonstration makes of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sop_engine.cases.people.organization import Organization
from sop_engine.console.demo import EXAMPLES, what, who
from sop_engine.console.playing import PlayedAct, PlayError, read_example, worked_out

NOW = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
SHIPPED = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("= now", "2026-03-02T20:30:00+00:00"),
        ("= today", "2026-03-03"),
        ("= today - days(1)", "2026-03-02"),
        ("= now + days(3) + hours(2) - minutes(30)", "2026-03-05T22:00:00+00:00"),
        ("=now", "=now"),
        ({"a": ["= today", {"b": "= now"}], "c": 1}, {"a": ["2026-03-03", {"b": "2026-03-02T20:30:00+00:00"}], "c": 1}),
    ],
)
def test_moments_are_worked_out(written: Any, value: Any) -> None:
    assert worked_out(written, NOW) == value


@pytest.mark.parametrize("written", ["= tomorrow", "= now + 3 days", "= now + days(x)"])
def test_what_is_no_moment_is_named(written: str) -> None:
    with pytest.raises(PlayError, match="is not a moment"):
        worked_out({"a": written}, NOW)


@pytest.mark.parametrize(
    "act",
    [
        {},
        {"do": "task x"},
        {"as": "li.na", "do": "x"},
        {"as": "li.na", "do": "task x", "signal": "y"},
        {"signal": "y", "sign": 1},
    ],
)
def test_an_act_that_nobody_could_play_is_refused(act: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PlayedAct.model_validate(act)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_shipped_examples_can_be_read(name: str) -> None:
    example = read_example(SHIPPED / name)
    worked_out(example.data, NOW)
    assert [worked_out(act.data, NOW) for act in example.script]
    assert all(act.say.keys() == {"en", "zh"} for act in example.script)


def test_people_are_told_by_name_and_role() -> None:
    organization = Organization.model_validate(
        {
            "name": {"en": "Firm", "zh": "公司"},
            "roles": {"clerk": {"title": {"en": "Clerk", "zh": "职员"}}},
            "people": {"li.na": {"name": "Li Na", "roles": ["clerk"]}},
        }
    )
    done = PlayedAct.model_validate({"as": "li.na", "do": "task checking", "outcome": "agreed"})
    heard = PlayedAct.model_validate({"signal": "customs.released", "say": {"en": "Released", "zh": "放行"}})
    assert (who(done, organization, "zh"), what(done, "zh")) == ("Li Na (职员)", "checking → agreed")
    assert (who(heard, organization, "en"), what(heard, "en")) == ("from outside", "Released")
