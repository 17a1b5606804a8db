from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest

from sop_engine.statechart.expressions import ExpressionError, compile_expression

SCOPE: dict[str, Any] = {
    "pieces": 3,
    "weight": Decimal("2.50"),
    "empty": None,
    "urgent": True,
    "name": "Ningbo",
    "cargo": {"class": "dangerous", "packages": [{"kg": 1, "mark": "x"}, {"kg": Decimal("2.5"), "mark": "y"}]},
    "cut_off": datetime(2026, 3, 2, 9, tzinfo=UTC),
    "issued_on": date(2026, 3, 2),
    "free_time": timedelta(days=7),
    "scores": [
        {"of": "care", "points": 5, "weight": 2},
        {"of": "price", "points": 2, "weight": 1},
        {"of": "care", "points": 4, "weight": 1},
    ],
    "客户": "甲",
    "_event": {"name": "gate.in", "data": {"seal": "A1"}, "at": datetime(2026, 3, 1, tzinfo=UTC)},
    "in_state": lambda state: state == "loading",
}


def value(source: str) -> Any:
    return compile_expression(source).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("pieces * weight", Decimal("7.50")),
        ("0.1 + 0.2", Decimal("0.3")),
        ("pieces + 1", 4),
        ("7 / 2", Decimal("3.5")),
        ("1 / 3", Decimal("0.3333333333333333333333333333")),
        ("7 // 2", 3),
        ("-7.5 // 2", Decimal(-4)),
        ("days(15) // days(7)", 2),
        ("hours(-1) // days(1)", -1),
        ("-7.5 % 2", Decimal("0.5")),
        ("7.5 % -2", Decimal("-0.5")),
        ("-pieces", -3),
        ("2.675 | round(2)", Decimal("2.68")),
        ("pieces | round(2)", 3),
        ("-2.7 | abs", Decimal("2.7")),
        ("'12.9' | int", 12),
        ("'x' | int(0)", 0),
        ("name[:3]", "Nin"),
        ("name ~ '-' ~ pieces", "Ningbo-3"),
        ("name | upper", "NINGBO"),
        ("客户 == '甲'", True),
        ("cargo['class'] == 'dangerous'", True),
        ("cargo.packages[1].kg", Decimal("2.5")),
        ("cargo.packages[7]", None),
        ("cargo.packages | sum(attribute='kg')", Decimal("3.5")),
        ("cargo.packages | map(attribute='kg') | max", Decimal("2.5")),
        ("cargo.packages | max(attribute='kg')", {"kg": Decimal("2.5"), "mark": "y"}),
        ("cargo.packages | selectattr('kg', 'gt', 2) | map(attribute='mark') | list", ["y"]),
        ("cargo.packages | rejectattr('mark', 'in', ['x']) | length", 1),
        ("[3, 1, 2, 1] | unique | sort | join('-')", "1-2-3"),
        ("[3, 1, 2] | sort(reverse=true)", [3, 2, 1]),
        ("[] | first", None),
        ("[1, true] | unique", [1, True]),
        ("[4, 5] | average", Decimal("4.5")),
        ("[] | average", None),
        ("[1, 1, 2] | average", Decimal("1.333333333333333333333333333")),
        ("scores | sum(attribute='points', weight='weight')", 16),
        ("scores | average(attribute='points', weight='weight')", Decimal(4)),
        ("scores | average(attribute='points')", Decimal("3.666666666666666666666666667")),
        ("scores | rejectattr('weight', 'gt', 0) | average(attribute='points', weight='weight')", None),
        ("scores | sums(by='of', attribute='points') | map(attribute='group')", ["care", "price"]),
        (
            "scores | sums(by='of', attribute='points', weight='weight')",
            [{"group": "care", "sum": 14, "count": 2}, {"group": "price", "sum": 2, "count": 1}],
        ),
        (
            "scores | averages(by='of', attribute='points')",
            [
                {"group": "care", "average": Decimal("4.5"), "count": 2},
                {"group": "price", "average": Decimal(2), "count": 1},
            ],
        ),
        ("scores | averages(by='of', attribute='points') | selectattr('average', 'lt', 3) | length", 1),
        ("{'fee': weight * 2}", {"fee": Decimal("5.00")}),
        ("1 <= pieces < 3", False),
        ("pieces in [1, 3]", True),
        ("urgent in [pieces - 2]", False),
        ("cargo.packages[0].kg == urgent", False),
        ("'bo' in name", True),
        ("pieces not in [1, 3]", False),
        ("urgent and pieces > 2", True),
        ("not urgent or empty", None),
        ("'a' if urgent else 'b'", "a"),
        ("'a' if empty", None),
        ("empty is none", True),
        ("empty is not defined", True),
        ("empty | default(5) + 1", 6),
        ("0 | default(5, true)", 5),
        ("empty.anything.at_all", None),
        ("empty == 5", False),
        ("cut_off - hours(24)", datetime(2026, 3, 1, 9, tzinfo=UTC)),
        ("cut_off > _event.at", True),
        ("cut_off - _event.at > days(1)", True),
        ("issued_on + days(3)", date(2026, 3, 5)),
        ("issued_on + free_time", date(2026, 3, 9)),
        ("_event.name == 'gate.in' and _event.data.seal == 'A1'", True),
        ("_event.data.missing", None),
        ("in_state('loading') and not in_state('x')", True),
    ],
)
def test_values(source: str, expected: Any) -> None:
    result = value(source)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("empty > 3", "empty is not filled"),
        ("cargo.weight_kg * 2", "cargo.weight_kg is not filled"),
        ("cargo.packages[0].height + 1", r"cargo.packages\[0\].height is not filled"),
        ("empty | upper", "empty is not filled"),
        ("[1, empty] | sum", "cannot sum nothing"),
        ("piecs > 3", "unknown name piecs, did you mean pieces?"),
        ("name > 3", "cannot order text and a number"),
        ("urgent + 1", "cannot add a boolean and a number"),
        ("name * pieces", "cannot multiply text and a number"),
        ("cargo.packages * pieces", "cannot multiply a list and a number"),
        ("pieces / 0", "division by zero"),
        ("cut_off > issued_on", "cannot order an instant and a date"),
        ("issued_on + hours(5)", "whole days only"),
        ("issued_on + days(999999999)", "outside the calendar"),
        ("name.length", "name is text and has no field 'length'"),
        ("name | int", "not a number"),
        ("days(10 ** 3)", "no Pow"),
    ],
)
def test_errors_name_what_is_wrong(source: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        value(source)


def test_arithmetic_does_not_depend_on_the_decimal_context_of_the_thread() -> None:
    with localcontext() as context:
        context.prec = 2
        assert value("123.456 + 0.001") == Decimal("123.457")
        assert value("1 / 3") == Decimal("0.3333333333333333333333333333")


def test_digits_are_never_lost_silently() -> None:
    scope = {"x": Decimal("1e25"), "y": Decimal("1e-40")}
    with pytest.raises(ExpressionError, match="too many digits"):
        compile_expression("x + y").evaluate(scope)


def test_holds_is_the_truth_of_the_value() -> None:
    assert compile_expression("pieces").holds(SCOPE)
    assert not compile_expression("empty").holds(SCOPE)


def test_an_expression_tells_what_it_reads() -> None:
    expression = compile_expression("_event.data.ok and in_state('a') and not in_state('b')")
    assert expression.reads_event
    assert expression.states == ("a", "b")
    assert not compile_expression("pieces").reads_event
