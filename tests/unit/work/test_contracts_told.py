"""What a work takes and gives in words, and the plain results that tests stand in for it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest

from sop_engine.work import catalogue
from sop_engine.work.contract import Gives, Sum, Takes, Work, told
from sop_engine.work.plain import answered, plain_value
from sop_engine.work.shapes import Part, Shape, of_model
from sop_engine.work.wording import Line, is_money, kind, lines


class Row(Gives):
    rate: Annotated[Decimal, told("Rate", "fraction of one")]
    way: Annotated[Literal["export", "import"], told("Way")]
    paid: Annotated[Sum, told("Paid")]


class Answer(Gives):
    number: Annotated[str, told("Number")]
    count: int
    is_due: bool
    due_on: date
    due_at: datetime
    within: timedelta
    currency: str
    facts: Any
    note: str | None
    total: Sum
    row: Row
    rows: tuple[Row, ...]
    words: tuple[str, ...]
    left: Row | None
    loose: list  # type: ignore[type-arg]


ASK = Work("ask", "Asks.", Takes, Answer)
NO_MONEY = {"amount": Decimal(), "currency": "CNY"}
PLAIN_ROW = {"rate": Decimal(), "way": "export", "paid": NO_MONEY}
PLAIN = {
    "number": "plain",
    "count": 0,
    "is_due": False,
    "due_on": date(2026, 3, 2),
    "due_at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    "within": timedelta(),
    "currency": "CNY",
    "facts": None,
    "note": None,
    "total": NO_MONEY,
    "row": PLAIN_ROW,
    "rows": [],
    "words": [],
    "left": None,
    "loose": [],
}


def test_every_field_is_told_those_inside_after_it() -> None:
    assert list(lines(of_model(Row).parts)) == [
        Line("rate", "decimal", True, "Rate", "fraction of one"),
        Line("way", "export, import", True, "Way", ""),
        Line("paid", "money", True, "Paid", ""),
    ]
    told_of = {line.path: line for line in lines(of_model(Answer).parts)}
    assert [path for path in told_of if path.startswith(("row", "left", "words"))] == [
        *("row", "row.rate", "row.way", "row.paid"),
        *("rows", "rows[].rate", "rows[].way", "rows[].paid"),
        *("words", "left", "left.rate", "left.way", "left.paid"),
    ]
    assert told_of["rows[].rate"] == Line("rows[].rate", "decimal", True, "Rate", "fraction of one")
    assert told_of["count"] == Line("count", "integer", True, "", "")
    assert list(lines({"a": Part(Shape("text"))}, "x.")) == [Line("x.a", "text", False, "", "")]


def test_a_kind_is_told_in_words() -> None:
    money = of_model(Sum)
    assert (kind(money), kind(Shape("list", money)), kind(Shape("list"))) == ("money", "list of money", "list")
    assert kind(Shape("list", Shape("list", Shape("date")))) == "list of list of date"
    assert kind(Shape("text", choices=("export", "import"))) == "export, import"
    assert (is_money(money), is_money(Shape("record")), is_money(of_model(Row))) == (True, False, False)


def test_a_title_and_a_unit_are_kept_with_the_field() -> None:
    class Paid(Gives):
        rate: Annotated[Decimal, told("Rate", "fraction of one")]
        way: Annotated[str, told("Way")]

    parts = of_model(Paid).parts
    assert {name: (part.title, part.unit) for name, part in parts.items()} == {
        "rate": ("Rate", "fraction of one"),
        "way": ("Way", None),
    }
    assert told("Way").json_schema_extra is None


def test_what_is_not_told_of_a_result_is_plain() -> None:
    assert answered(ASK, {}) == PLAIN
    assert {name: type(value) for name, value in answered(ASK, {}).items()} == {n: type(v) for n, v in PLAIN.items()}
    row = {"rate": Decimal("0.06")}
    given = answered(ASK, {"count": 3, "rows": [row, {}], "left": row, "note": "x", "words": ["a"], "loose": [{}]})
    filled = {**PLAIN_ROW, **row}
    assert given == {
        **PLAIN,
        "count": 3,
        "rows": [filled, PLAIN_ROW],
        "left": filled,
        "note": "x",
        "words": ["a"],
        "loose": [{}],
    }
    assert answered(ASK, {"left": None})["left"] is None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"numbr": "x", "cont": 1}, "ask gives no numbr, cont"),
        ({"row": {"rat": 1}}, "ask.row gives no rat"),
        ({"rows": [{}, {"rat": 1}]}, "ask.rows gives no rat"),
    ],
)
def test_what_no_result_has_is_refused_with_its_place(said: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match="gives no") as refused:
        answered(ASK, said)
    assert str(refused.value) == fault


def test_a_plain_value_is_none_wherever_it_may_be() -> None:
    assert plain_value("note", Part(Shape("text"))) is None
    assert plain_value("note", Part(Shape("text"), may_be_none=False)) == "plain"


def test_the_catalogue_walks_its_room() -> None:
    assert dict(catalogue.works()) == dict(catalogue.WORKS)
    assert {"next_number", "import_taxes", "match_bill"} <= set(catalogue.works())


def test_the_works_come_in_the_order_of_their_names_and_no_two_share_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, same = (Work(name, "Does.", Takes) for name in ("b", "a", "a"))
    monkeypatch.setattr(catalogue, "_entries", lambda: iter([first, second, first]))
    assert list(catalogue.works().items()) == [("a", second), ("b", first)]
    monkeypatch.setattr(catalogue, "_entries", lambda: iter([first, second, same]))
    with pytest.raises(ValueError, match=r"^two works are called a$"):
        catalogue.works()
