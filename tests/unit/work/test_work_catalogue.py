"""The catalogue of automated work, and how its contracts are bound to functions."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from temporalio.exceptions import ApplicationError

from activities.access import is_read
from activities.binding import carries_out, work_of
from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.content.library import content_root, load_library
from sop_engine.settings import read_settings
from sop_engine.temporal.writes import kind_of
from sop_engine.work.catalogue import WORKS
from sop_engine.work.contract import Gives, Takes, Work
from sop_engine.work.plain import answered
from sop_engine.work.shapes import Shape, of_model
from tests.unit.cases.casework_samples import MONDAY
from worker import activities

RELEASED = Path(__file__).with_name("released_results.json")
"""Of each work the longest of the results that the first release gave in the tests of its time."""


class Cups(Takes):
    cups: int
    by: str = "hand"


class Filled(Gives):
    cups: int
    note: str | None


FILL = Work("fill", "Fills cups.", Cups, Filled)
NOTE = Work("note", "Notes it.", Cups, Filled, writes="money")


class Kitchen:
    """Answers with whatever it is given."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    @carries_out(FILL)
    def fill(self, asked: Cups, given: WorkInput) -> object:
        return {"cups": asked.cups, "note": asked.by} if self.answer is None else self.answer

    @carries_out(NOTE)
    def note(self, asked: Cups, given: WorkInput) -> object:
        return self.answer


def asked(**values: Any) -> WorkInput:
    return WorkInput(key="k", case_id="C", sop="Test", values=values, at=MONDAY)


def of_a_worker() -> list[Callable[..., Any]]:
    rules = load_work_rules(content_root())
    return list(activities(read_settings({}), load_library(), create_engine("sqlite://"), rules))


def test_a_worker_carries_out_every_work_of_the_catalogue_and_no_other() -> None:
    done = of_a_worker()
    assert sorted(name for method in done if (name := work_of(method)) is not None) == list(WORKS)
    for method in done:
        is_given_a_work = getattr(method, "__temporal_activity_definition").arg_types == [WorkInput]
        assert is_given_a_work == (work_of(method) is not None), "a server gives the input as what it is"
        if (name := work_of(method)) is not None:
            assert is_read(method) == (WORKS[name].writes is None)
            assert kind_of(method) == WORKS[name].writes


def test_every_result_says_what_its_fields_are() -> None:
    silent = [
        f"{name}.{field}"
        for name, work in WORKS.items()
        for field, part in of_model(work.gives).parts.items()
        if not part.title
    ]
    assert silent == []


def test_what_is_not_filled_in_counts_as_not_given() -> None:
    assert Kitchen(None).fill(asked(cups=2, by=None)).values == {"cups": 2, "note": "hand"}


def test_an_input_is_refused_with_every_fault() -> None:
    with pytest.raises(ApplicationError) as caught:
        Kitchen(None).fill(asked(cups="many", bye="me"))
    assert (caught.value.type, caught.value.non_retryable) == ("WorkInput", True)
    assert "cups" in str(caught.value)
    assert "bye" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"cups": 1}, "note: Field required"),
        ({"cups": 1, "note": None, "more": 2}, "more: Extra inputs"),
        ({"cups": "1", "note": None}, "cups: Input should be a valid integer"),
        (None, "cups: Field required"),
    ],
)
def test_a_result_that_the_contract_does_not_know_fails_for_good(answer: object, fault: str) -> None:
    with pytest.raises(ApplicationError, match=fault) as caught:
        Kitchen(answer).note(asked(cups=1))
    assert (caught.value.type, caught.value.non_retryable) == ("WorkResult", True)


@pytest.mark.parametrize("name", json.loads(RELEASED.read_text(encoding="utf-8")))
def test_a_result_has_the_keys_of_the_first_release_in_their_order(name: str) -> None:
    """Cases that run store them by name, and histories hold them as they were written."""
    released: Mapping[str, Any] = json.loads(RELEASED.read_text(encoding="utf-8"))
    assert released[name] == _names(released[name], of_model(WORKS[name].gives))


def test_a_fake_of_a_test_gives_no_other_names() -> None:
    assert answered(WORKS["match_bill"], {"agreed": True})["lines"] == []
    assert answered(WORKS["settle_deposit"], {})["taken"] == {"amount": 0, "currency": "CNY"}
    with pytest.raises(ValueError, match="agred"):
        answered(WORKS["match_bill"], {"agred": True})


def _names(value: Any, shape: Shape) -> Any:
    """The value as it would be, had it the names of the shape in their order."""
    if isinstance(value, list) and shape.item is not None:
        return [_names(entry, shape.item) for entry in value]
    if not isinstance(value, dict) or not shape.parts:
        return value
    assert list(value) == list(shape.parts)
    return {key: _names(value[key], part.shape) for key, part in shape.parts.items()}
