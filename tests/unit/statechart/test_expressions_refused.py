"""What an expression may not say. Each refusal is at compile time: nothing of it ever runs."""

import pytest

from sop_engine.statechart.expressions import ExpressionError, compile_expression

HOSTILE = (
    "9**9**9",
    "'a' * 10000000000",
    "'a' * 1000",
    "[0] * 1000",
    "'%0999999999d' % 1",
    "'{0.__class__}'.format(1)",
    "name|center(1000000000)",
    "name|format(1)",
    "name|attr('__class__')",
    "items|map('upper')",
    "items|map(attribute='__class__')",
    "items|map(attribute='a.__class__')",
    "items|map(attribute=name)",
    "items|selectattr('a', name)",
    "items|selectattr('a', 'divisibleby', 2)",
    "lipsum(n=100000)",
    "lipsum(100000)",
    "range(1000000000)",
    "cycler(1)",
    "joiner()",
    "namespace(a=1)",
    "dict(a=1)",
    "name.upper()",
    "name.__class__",
    "name['__class__']",
    "{'__class__': 1}",
    "().__class__.__bases__[0].__subclasses__()",
    "''.__class__.__mro__",
    "_hidden",
    "__builtins__",
    "self._TemplateReference__context",
    "in_state.__globals__",
    "in_state(name)",
    "in_state('a', 'b')",
    "in_state(*names)",
    "days(**names)",
    "name is filter",
    "name is callable",
    "items[::2]",
    "999999999999999999999",
    "1e400",
    "0.12345678901234567890",
    "'" + "x" * 201 + "'",
    "a" * 1001,
    "(" * 400 + "1" + ")" * 400,
    "[" * 60 + "]" * 60,
    "-" * 900 + "1",
    "not " * 200 + "name",
    "name" + ".a" * 100,
    "name" + "|list" * 100,
    "1 + " * 100 + "1",
    "1 2",
    "name }}",
    "{% if name %}",
    "name|length(1, 2)",
    "name|round(precision=3)",
    "",
    "1 +",
    "name = 3",
    "name := 3",
    "lambda: 1",
    "[x for x in items]",
    "a; b",
    "`id`",
)


@pytest.mark.parametrize("source", HOSTILE)
def test_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(source)


@pytest.mark.parametrize(
    ("source", "growth"), [("x ~ x ~ x", "y" * 9_000), ("x + x", ["y"] * 60_000), ("[x, x, x]", ["y"] * 40_000)]
)
def test_results_are_bounded(source: str, growth: object) -> None:
    with pytest.raises(ExpressionError, match=r"longer than|more than"):
        compile_expression(source).evaluate({"x": growth})


def test_numbers_are_bounded() -> None:
    with pytest.raises(ExpressionError, match="too large"):
        compile_expression("x * x").evaluate({"x": 10**20})


def test_an_object_in_the_scope_cannot_be_entered() -> None:
    with pytest.raises(ExpressionError, match="has no field"):
        compile_expression("x.real").evaluate({"x": 5})


def test_the_message_suggests_what_exists() -> None:
    with pytest.raises(ExpressionError, match=r"no filter lenght, did you mean length\?"):
        compile_expression("items|lenght")
