"""What a work takes and gives, as lint compares it with the types of a procedure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import BaseModel, BeforeValidator, Field

from sop_engine.statechart.expression_kinds import ANY, DATE, DECIMAL, INTEGER, TEXT, FieldType
from sop_engine.work.contract import Gives, Takes, told
from sop_engine.work.shapes import ANYTHING, Part, Shape, misfits, missing, of_model, of_type


class Stop(Takes):
    port: Annotated[str, told("Port")]
    on: Annotated[date | None, told("Day", "local day of the port")] = None


class Crate(NamedTuple):
    length: Decimal
    note: str = ""


class Pair(NamedTuple):
    low: int
    high: int


@dataclass
class Box:
    height: Decimal
    lid: str = "wood"


def _many(given: Any) -> Any:
    return given if isinstance(given, tuple) else (given,)


class Load(BaseModel):
    text: str
    count: int
    is_full: bool
    weight: Decimal
    at: datetime
    on: date
    span: timedelta
    way: Literal["export", "import"]
    grade: Literal[1, 2]
    names: tuple[str, ...]
    counts: list[int]
    weights: Sequence[Decimal]
    loose: list  # type: ignore[type-arg]
    tags: set[str]
    facts: dict[str, Any]
    rates: Mapping[str, int]
    anything: Any
    either: int | str
    maybe: int | None
    noted: list[Annotated[date, Field(title="Day")]]
    stop: Stop
    stops: tuple[Stop, ...]
    box: Box
    crate: Crate
    pair: Pair
    one_or_many: Annotated[tuple[str, ...], BeforeValidator(_many)]
    stripped: Annotated[str, BeforeValidator(str.strip)]
    raw: bytes


STOP = Shape(
    "record",
    parts={
        "port": Part(Shape("text"), True, False, "Port"),
        "on": Part(Shape("date"), False, True, "Day", "local day of the port"),
    },
    is_closed=True,
)
SHAPES: Mapping[str, Shape] = {
    "text": Shape("text"),
    "count": Shape("integer"),
    "is_full": Shape("boolean"),
    "weight": Shape("decimal"),
    "at": Shape("datetime"),
    "on": Shape("date"),
    "span": Shape("duration"),
    "way": Shape("text", choices=("export", "import")),
    "grade": Shape("text", choices=("1", "2")),
    "names": Shape("list", Shape("text")),
    "counts": Shape("list", Shape("integer")),
    "weights": Shape("list", Shape("decimal")),
    "loose": Shape("list"),
    "tags": ANYTHING,
    "facts": Shape("record"),
    "rates": Shape("record"),
    "anything": ANYTHING,
    "either": ANYTHING,
    "maybe": Shape("integer"),
    "noted": Shape("list", Shape("date")),
    "stop": STOP,
    "stops": Shape("list", STOP),
    "box": Shape("record", parts={"height": Part(Shape("decimal")), "lid": Part(Shape("text"))}, is_closed=True),
    "crate": Shape(
        "record", parts={"length": Part(Shape("decimal"), True), "note": Part(Shape("text"))}, is_closed=True
    ),
    "pair": Shape("record", parts={"low": Part(Shape("integer")), "high": Part(Shape("integer"))}, is_closed=True),
    "one_or_many": ANYTHING,
    "stripped": Shape("text"),
    "raw": ANYTHING,
}


@pytest.mark.parametrize("name", Load.model_fields)
def test_a_field_has_the_shape_of_its_type(name: str) -> None:
    assert of_model(Load).parts[name].shape == SHAPES[name]


def test_a_field_says_whether_it_is_needed_and_may_be_none() -> None:
    class Asked(Takes):
        needed: int
        empty: int | None
        left_out: int = 0
        named: int = Field(alias="called", default=1)

    parts = of_model(Asked).parts
    assert {name: (part.is_required, part.may_be_none) for name, part in parts.items()} == {
        "needed": (True, False),
        "empty": (True, True),
        "left_out": (False, False),
        "called": (False, False),
    }


def test_only_a_model_that_refuses_more_is_closed() -> None:
    assert (of_model(Stop).is_closed, of_model(Gives).is_closed, of_model(Load).is_closed) == (True, True, False)


def test_an_expression_has_the_shape_of_its_type() -> None:
    money = FieldType("record", fields={"amount": DECIMAL, "currency": TEXT})
    assert of_type(FieldType("list", money)) == Shape(
        "list", Shape("record", parts={"amount": Part(Shape("decimal")), "currency": Part(Shape("text"))})
    )
    assert (of_type(ANY), of_type(DATE)) == (ANYTHING, Shape("date"))


def record(closed: bool = True, **parts: Shape | Part) -> Shape:
    return Shape("record", None, {n: p if isinstance(p, Part) else Part(p) for n, p in parts.items()}, closed)


NUMBER, WORD, DAY = of_type(INTEGER), of_type(TEXT), of_type(DATE)
WAYS = Shape("text", choices=("export", "import"))


@pytest.mark.parametrize(
    ("wanted", "given", "faults"),
    [
        (NUMBER, WORD, ["is text, not integer"]),
        (of_type(DECIMAL), NUMBER, []),
        (NUMBER, of_type(DECIMAL), ["is decimal, not integer"]),
        (ANYTHING, WORD, []),
        (WORD, ANYTHING, []),
        (WAYS, WORD, []),
        (WORD, WAYS, []),
        (WAYS, Shape("text", choices=("import",)), []),
        (
            WAYS,
            Shape("text", choices=("exports", "import", "x")),
            ["'exports' is none of export, import, did you mean export?", "'x' is none of export, import"],
        ),
        (Shape("list", NUMBER), Shape("list", WORD), ["[]: is text, not integer"]),
        (Shape("list", NUMBER), Shape("list"), []),
        (Shape("list"), Shape("list", WORD), []),
        (record(a=NUMBER), record(a=WORD), ["a: is text, not integer"]),
        (record(a=record(b=NUMBER)), record(a=record(b=WORD)), ["a.b: is text, not integer"]),
        (
            record(a=Shape("list", record(b=WAYS))),
            record(a=Shape("list", record(b=NUMBER))),
            ["a[].b: is integer, not text"],
        ),
        (record(a=WAYS), record(a=Shape("text", choices=("x",))), ["a: 'x' is none of export, import"]),
        (record(total=NUMBER), record(totl=NUMBER), ["unknown 'totl', did you mean total?"]),
        (record(a=record(total=NUMBER)), record(a=record(zz=NUMBER)), ["a: unknown 'zz'"]),
        (record(False, a=NUMBER), record(b=NUMBER), []),
        (record(a=Part(NUMBER, True), b=Part(DAY)), record(b=DAY), ["a is missing"]),
        (record(a=record(b=Part(DAY, True), c=DAY)), record(a=record(c=DAY)), ["a: b is missing"]),
        (record(a=Part(NUMBER, True)), Shape("record"), []),
        (Shape("record"), record(a=NUMBER), []),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(wanted: Shape, given: Shape, faults: list[str]) -> None:
    assert list(misfits(wanted, given)) == faults


def test_a_misfit_begins_with_the_place_that_it_is_asked_for() -> None:
    wanted, given = record(a=NUMBER, b=Part(DAY, True)), record(a=WORD, c=WORD)
    assert list(misfits(wanted, given, "with")) == [
        "with.a: is text, not integer",
        "with: unknown 'c'",
        "with: b is missing",
    ]
    assert list(misfits(NUMBER, WORD, "with.a")) == ["with.a: is text, not integer"]
    assert list(misfits(Shape("list", NUMBER), Shape("list", DAY), "rows")) == ["rows[]: is date, not integer"]


def test_what_is_required_and_not_named_is_missing() -> None:
    wanted = record(a=Part(NUMBER, True), b=Part(NUMBER, True), c=NUMBER)
    assert list(missing(wanted, {"b": None})) == ["a"]
    assert list(missing(wanted, {"a": 1, "b": 2})) == []
