"""A refusal says every fault, where it stands and what is allowed, and crosses Temporal by its kind."""

from collections.abc import Mapping

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from sop_engine.basis.faults import (
    ERRORS,
    Fault,
    FaultyError,
    ForeignRun,
    InvalidInput,
    NotFound,
    NotPermitted,
    NotProven,
    Refused,
    Stale,
    faults_of,
)
from sop_engine.basis.models import Frozen


class Goods(Frozen):
    weight_kg: int = Field(gt=0)

    @field_validator("weight_kg")
    @classmethod
    def _carried(cls, weight_kg: int) -> int:
        if weight_kg > 30:
            raise ValueError("is more than a truck takes")
        return weight_kg


class Booking(Frozen):
    customer: str
    goods: tuple[Goods, ...] = ()


def found(given: Mapping[str, object], model: type[BaseModel] | None = None) -> list[Fault]:
    with pytest.raises(ValidationError) as caught:
        Booking.model_validate(given)
    return faults_of(caught.value, model)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("", "is empty"), "is empty"),
        (Fault("goods", "is empty"), "goods: is empty"),
        (Fault("", "is empty", "goods"), "is empty (allowed: goods)"),
        (Fault("goods", "'XAU' is unknown", "CNY, USD"), "goods: 'XAU' is unknown (allowed: CNY, USD)"),
    ],
)
def test_a_fault_says_where_what_and_what_is_allowed(fault: Fault, text: str) -> None:
    assert str(fault) == text


def test_a_fault_of_a_part_stands_under_its_place() -> None:
    assert Fault("weight_kg", "is missing", "a number").under("goods.0") == Fault(
        "goods.0.weight_kg", "is missing", "a number"
    )
    assert Fault("", "is missing").under("goods.0") == Fault("goods.0", "is missing")


def test_every_fault_of_a_model_has_its_path() -> None:
    assert found({"goods": [{"weight_kg": 1}, {"weight_kg": 0}]}) == [
        Fault("customer", "Field required"),
        Fault("goods.1.weight_kg", "Input should be greater than 0"),
    ]


def test_a_check_of_our_own_is_told_in_its_own_words() -> None:
    assert found({"customer": "West Lake", "goods": [{"weight_kg": 31}]}) == [
        Fault("goods.0.weight_kg", "is more than a truck takes")
    ]


def test_an_unknown_key_alone_says_what_the_model_allows() -> None:
    given = {"goods": [], "client": "West Lake"}
    assert found(given, Booking) == [
        Fault("customer", "Field required"),
        Fault("client", "Extra inputs are not permitted", "customer, goods"),
    ]
    assert found(given)[1] == Fault("client", "Extra inputs are not permitted")


def test_what_a_pure_room_cannot_use_lists_every_reason() -> None:
    faults = [Fault("rates", "is empty"), Fault("", "no currency", "CNY")]
    error = FaultyError(iter(faults))
    assert error.faults == tuple(faults)
    assert str(error) == "rates: is empty; no currency (allowed: CNY)"


def test_a_refusal_in_full_has_a_line_for_each_fault_and_what_is_allowed() -> None:
    error = Refused("not now", iter([Fault("goods", "is empty"), Fault("", "too late")]), iter(["hold", "cancel"]))
    assert (error.message, error.allowed) == ("not now", ("hold", "cancel"))
    assert error.faults == (Fault("goods", "is empty"), Fault("", "too late"))
    assert str(error) == error.text() == "not now\n  - goods: is empty\n  - too late\nallowed now: hold, cancel"
    assert str(NotFound("no such case")) == "no such case"


def test_each_refusal_has_its_own_kind_and_the_exit_code_of_its_sort() -> None:
    codes = {InvalidInput: 2, Refused: 1, Stale: 1, NotFound: 3, NotPermitted: 5, NotProven: 5, ForeignRun: 5}
    assert set(ERRORS) == set(codes)
    for error, code in codes.items():
        assert (error.kind, error.exit_code) == (error.__name__, code)
