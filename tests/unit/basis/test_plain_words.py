"""Names that an author may have meant, labels in two languages, and values as other systems read them."""

from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sop_engine.basis.models import Title
from sop_engine.basis.plain import plain
from sop_engine.basis.suggestion import nearest, suggestion


def test_the_names_that_are_most_like_it_come_likest_first() -> None:
    known = ("total", "totals", "tool", "toll", "customer")
    assert nearest("totl", known) == ("total", "totals", "tool")
    assert nearest("totl", known, 1) == ("total",)
    assert nearest("totl", iter(known), most=9) == ("total", "totals", "tool", "toll")
    assert nearest("zzz", known) == nearest("totl", ()) == ()


def test_the_same_letters_in_another_order_are_likest() -> None:
    assert nearest("UDS", ("UZS", "USD")) == ("USD", "UZS")
    assert nearest("form", ("forms", "from", "forum"), 2)[0] == "from"


def test_a_slip_is_answered_with_one_name_or_nothing() -> None:
    assert suggestion("custmer", ("currency", "customer", "customers")) == ", did you mean customer?"
    assert suggestion("custmer", ("goods",)) == ""


def test_a_label_speaks_both_languages_and_lacks_none() -> None:
    title = Title(en="Freight", zh="运费")
    assert (title.text(), title.text("en"), title.text("zh"), title.both()) == (
        "Freight",
        "Freight",
        "运费",
        "Freight 运费",
    )
    for lacking in ({"en": "", "zh": "运费"}, {"en": "Freight", "zh": ""}, {"en": "Freight", "zh": "运费", "de": "x"}):
        with pytest.raises(ValidationError):
            Title.model_validate(lacking)
    with pytest.raises(ValidationError):
        title.en = "Charge"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1.50"), "1.50"),
        (timedelta(days=1, hours=2), "1 day, 2:00:00"),
        (date(2026, 3, 2), "2026-03-02"),
        (datetime(2026, 3, 2, 1, 30, tzinfo=UTC), "2026-03-02T01:30:00+00:00"),
        (("a", Decimal("0.10")), ["a", "0.10"]),
        ([timedelta(minutes=1)], ["0:01:00"]),
        (OrderedDict({1: {"on": date(2026, 3, 2)}}), {"1": {"on": "2026-03-02"}}),
        ("text", "text"),
        (7, 7),
        (True, True),
        (None, None),
    ],
)
def test_a_value_is_what_any_json_writer_takes(value: object, text: object) -> None:
    assert plain(value) == text
    assert type(plain(value)) is type(text)
