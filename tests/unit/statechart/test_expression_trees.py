"""What an expression reads, compares and falls back on, found in its tree."""

import pytest

from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expressions import compile_expression


def node(source: str) -> tree.Node:
    return compile_expression(source).node


def written(nodes: object) -> list[object]:
    """Names and values in place of the nodes that hold them."""
    return [each.value if isinstance(each, tree.Literal) else tree.describe(each) for each in nodes]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a + b.c * a", ("a", "b")),
        ("lines | selectattr('x', 'eq', y) | list | length", ("lines", "y")),
        ("[a, {'k': b}][c:d]", ("a", "b", "c", "d")),
        ("3", ()),
    ],
)
def test_every_name_is_found_once(source: str, found: tuple[str, ...]) -> None:
    assert compile_expression(source).reads == tree.names(node(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a and (b and c)", ["a", "b", "c"]),
        ("a or b", ["the value"]),
        ("(a or b) and c", ["the value", "c"]),
    ],
)
def test_the_conditions_that_all_hold(source: str, found: list[str]) -> None:
    assert written(tree.conjuncts(node(source))) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a | default(b)", ("b",)),
        ("a or b or c", ("c", "b")),
        ("a and b", ()),
        ("a if b else c", ("a", "c")),
        ("(a | default(b, true)) + (c | round(d))", ("b",)),
        ("a", ()),
    ],
)
def test_what_stands_in_for_what_is_not_filled(source: str, found: tuple[str, ...]) -> None:
    assert sorted(compile_expression(source).fallbacks) == sorted(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a.b.c + d", [("a", "b", "c"), ("a", "b"), ("a",), ("d",)]),
        ("a['b'] > a['b']", [("a", "b"), ("a",)]),
        ("lines[0].rate", [("lines", "rate"), ("lines",)]),
        ("(a or b).c", [("a",), ("b",)]),
        ("lines | sum(attribute='net.amount')", [("lines",), ("lines", "net", "amount")]),
        ("lines | selectattr('paid') | list", [("lines",), ("lines", "paid")]),
        ("(lines + more) | map(attribute='x') | list", [("lines",), ("more",), ("lines", "x"), ("more", "x")]),
        ("lines[1:] | rejectattr('x') | list", [("lines",), ("lines", "x")]),
        ("a | round(2)", [("a",)]),
    ],
)
def test_the_places_of_what_is_read(source: str, found: list[tuple[str, ...]]) -> None:
    assert sorted(tree.places(node(source))) == sorted(found)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a.b == 3", [(("a", "b"), 3)]),
        ("3 < a", [(("a",), 3)]),
        ("a < b", [(("a",), "b"), (("b",), "a")]),
        ("1 < a < 5", [(("a",), 1), (("a",), 5)]),
        ("a + 1 == 3", []),
        ("lines | selectattr('way', 'eq', 'air') | list", [(("lines", "way"), "air")]),
        ("lines | rejectattr('x.y', 'ne', b) | list", [(("lines", "x", "y"), "b")]),
        ("lines | selectattr('way') | list", []),
        ("contains_any(a.text, words)", [(("a", "text"), "words"), (("a",), "words")]),
        ("days(a)", []),
    ],
)
def test_each_place_is_compared_with_what_stands_on_the_other_side(
    source: str, found: list[tuple[tuple[str, ...], object]]
) -> None:
    said = [(place, written([other])[0]) for place, other in tree.compared(node(source))]
    assert sorted(said, key=str) == sorted(found, key=str)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a", "a"),
        ("a.b.c", "a.b.c"),
        ("a['b'].c", "a['b'].c"),
        ("a[0]", "a[0]"),
        ("a[b]", "the value"),
        ("a + b", "the value"),
    ],
)
def test_a_node_is_named_as_its_author_wrote_it(source: str, text: str) -> None:
    assert tree.describe(node(source)) == text
