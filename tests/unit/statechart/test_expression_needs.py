"""What an expression needs filled and what it shows to be filled, held against what it gives."""

from itertools import combinations

import pytest

from sop_engine.statechart.expressions import ExpressionError, compile_expression

NAMES = {"a": 3, "b": 2, "t": "x", "r": {"f": 1}, "l": [1, 2], "l2": ["x"]}

EXPRESSIONS = [
    ("a + b > 1", "a b"),
    ("a is none or a > 1", ""),
    ("a is not none and a > 1", ""),
    ("not (a is none) and a > b", "b"),
    ("a is none or b is none or a > b", ""),
    ("a == 3", ""),
    ("a == 3 and a < 5", ""),
    ("a in [3, 4] and a < 5", ""),
    ("a in [3, none] and a < 5", "a"),
    ("a != none and a < 5", ""),
    ("a != 3 and a < 5", "a"),
    ("a | default(1) > 1", ""),
    ("(a | default(b)) > 1", ""),
    ("(a or b) > 1", ""),
    ("r.f > 0", "r"),
    ("r.f is none or r.f > 0", ""),
    ("l | length > 0", "l"),
    ("(l | first) > 0", "l"),
    ("l[0] > 0", "l"),
    ("(a if b is none else a + b) == 3", "a"),
    ("(a + 1) if a else 0", ""),
    ("1 if a and b > 1 else 0", "b"),
    ("t ~ 'y' == 'xy'", "t"),
    ("1 in l", "l"),
    ("days(a) > hours(b)", "a b"),
    ("contains_any(t, l2)", "l2 t"),
    ("contains_any(t | default('x'), l2)", "l2"),
    ("t is not none and contains_any(t, l2)", "l2"),
    ("not a", ""),
    ("-a < 0", "a"),
    ("1 < a < 5", "a"),
    ("{'x': a + 1}.x > 0", "a"),
]


@pytest.mark.parametrize(("source", "wanted"), EXPRESSIONS)
def test_needs(source: str, wanted: str) -> None:
    assert sorted(compile_expression(source).needs) == wanted.split()


def _emptied() -> list[dict[str, object]]:
    return [
        {name: None if name in empty else value for name, value in NAMES.items()}
        for count in range(4)
        for empty in combinations(NAMES, count)
    ]


@pytest.mark.parametrize("source", [source for source, _ in EXPRESSIONS])
def test_what_fails_lacks_a_name_that_is_needed_and_what_is_shown_is_filled(source: str) -> None:
    expression = compile_expression(source)
    for scope in _emptied():
        empty = {name for name, value in scope.items() if value is None}
        try:
            holds = expression.holds(scope)
        except ExpressionError:
            # Of `a or b` and `a | default(b)` neither alone is needed.
            assert empty & expression.needs or source in ("(a or b) > 1", "(a | default(b)) > 1"), scope
            continue
        assert not empty & expression.shows(holds=holds), (scope, holds)
        if empty & expression.emptied_by:
            assert expression.evaluate(scope) is None


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("none", "none"),
        ("3", ""),
        ("a + r.f", "a r"),
        ("a if b is none else l", "a l"),
        ("a if a is not none else 3", ""),
        ("3 if a is none else a", ""),
        ("3 if b else none", "none"),
        ("a | default(b)", "a b"),
        ("a | default(3)", ""),
        ("3 | default(a)", ""),
        ("a | default(none)", "a none"),
        ("l | first", "l"),
    ],
)
def test_what_may_leave_a_value_empty(source: str, wanted: str) -> None:
    expression = compile_expression(source)
    assert sorted(expression.may_empty(frozenset())) == wanted.split()
    assert expression.may_empty(frozenset(NAMES)) <= {"none"}


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("a", "a"),
        ("r.f.g", "r"),
        ("l[0]", "l"),
        ("l[0:1]", "l"),
        ("a and b", "a"),
        ("a or b", ""),
        ("a or (a and b)", "a"),
        ("a if b else a", "a"),
        ("a if b else t", ""),
        ("a + 1", ""),
    ],
)
def test_what_empties_a_value_by_itself(source: str, wanted: str) -> None:
    assert sorted(compile_expression(source).emptied_by) == wanted.split()


@pytest.mark.parametrize(
    ("source", "where_it_holds", "where_not"),
    [
        ("a", "a", ""),
        ("not a", "", "a"),
        ("a is none", "", "a"),
        ("a is undefined", "", "a"),
        ("a is defined", "a", ""),
        ("a > b", "a b", "a b"),
        ("a > 1 and b > 1", "a b", "a"),
        ("a > 1 or b > 1", "a", "a b"),
        ("a is none or b is none", "", "a b"),
        ("a is not none and b is not none", "a b", ""),
        ("a == 3", "a", ""),
        ("3 == a", "a", ""),
        ("a != 3", "", "a"),
        ("a == none", "", "a"),
        ("a != none", "a", ""),
        ("a == b", "", ""),
        ("a in [1, 2]", "a", ""),
        ("a in [1, none]", "", ""),
        ("a in [1, b]", "", ""),
        ("a in l", "", ""),
        ("a not in [1, 2]", "", ""),
        ("-a", "a", "a"),
        ("a + b", "a b", "a b"),
        ("l | length", "l", "l"),
        ("a | default(1)", "", ""),
        ("(a + 1) | default(1)", "a", "a"),
        ("days(a)", "a", "a"),
        ("(a > 1) == (b > 1)", "a b", "a b"),
        ("(a + 1) if b > 1 else (a + t)", "a b", "a b"),
        ("a > 1 > b", "", ""),
        ("r.f", "r", ""),
    ],
)
def test_what_is_shown_to_be_filled(source: str, where_it_holds: str, where_not: str) -> None:
    expression = compile_expression(source)
    assert sorted(expression.shows(holds=True)) == where_it_holds.split()
    assert sorted(expression.shows(holds=False)) == where_not.split()
