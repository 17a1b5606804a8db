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
