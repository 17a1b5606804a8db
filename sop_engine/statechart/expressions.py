"""The expression language of SOP definitions: guards, values and roles, in the syntax of Jinja2.

Jinja2 only reads the text. What it read is translated into our own syntax tree, in which nothing can be said that is
not listed here, and that tree is checked and evaluated by our own code: none of Jinja's runs, so there is no
object to reach, no attribute to climb and no work that grows faster than its input.

Numbers with a point are decimals and arithmetic on them is exact (a quotient has 28 digits). A field not filled is
`none`: it equals only `none`, its fields are `none`, and ordering it or computing with it is an error.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from inspect import signature
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expression_days import Days
from sop_engine.statechart.expression_evaluation import compiled
from sop_engine.statechart.expression_filters import FILTERS, TESTS
from sop_engine.statechart.expression_functions import FUNCTIONS
from sop_engine.statechart.expression_kinds import FieldType
from sop_engine.statechart.expression_needs import emptied_by, may_empty, needs, shows
from sop_engine.statechart.expression_types import EVENT, check
from sop_engine.statechart.expression_values import bounded

__all__ = ["ATTACHED", "Expression", "ExpressionError", "FieldType", "compile_expression"]

MAXIMUM_SOURCE = 1_000
MAXIMUM_LITERAL = 200
MAXIMUM_DEPTH = 30
MAXIMUM_LITERAL_NUMBER = 10**15
ATTACHED = "_files"
"""The name behind `files('photo')`: a record of the attachments by kind."""
REMEMBERED = 4_096
"""Sources whose tree is kept: some times what all procedures hold."""


class ExpressionError(ValueError):
    """An expression that cannot be compiled or evaluated; the message is for its author."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(message)
        self.source = source
        self.message = message

    def __str__(self) -> str:
        shown = self.source if len(self.source) <= MAXIMUM_LITERAL else f"{self.source[:MAXIMUM_LITERAL]}…"
        return f"{self.message} (in: {shown})"


class Expression:
    """A compiled expression; immutable, equal to every other of the same source."""

    __slots__ = ("_evaluation", "node", "reads_event", "source", "states", "type")

    def __init__(self, source: str, node: tree.Node, names: Mapping[str, FieldType] | None, days: Days | None) -> None:
        self.source = source
        self.type, faults = check(node, None if names is None else {**names, "_event": EVENT})
        """What it gives, as far as that is known without running it."""
        if faults:
            raise ExpressionError(source, "; ".join(faults))
        self._evaluation = compiled(node, lenient=names is not None, days=days)
        self.states = tuple(found.state for found in tree.walk(node) if isinstance(found, tree.InState))
        """The states that `in_state` asks for."""
        self.node = node
        """What it says; for those who ask what it reads."""
        self.reads_event = tree.Name("_event") in tree.walk(node)

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that it reads, whichever way it goes."""
        return tree.names(self.node)

    @property
    def constant(self) -> str | None:
        """The text that it is, where it is written out."""
        written = self.node.value if isinstance(self.node, tree.Literal) else None
        return written if isinstance(written, str) else None

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """The names that stand in for what is not filled: in `default(…)`, behind `or`, in `a if test else b`."""
        return tree.names(tuple(tree.fallbacks(self.node)))

    @property
    def needs(self) -> frozenset[str]:
        """The names without which it cannot be evaluated."""
        return needs(self.node)

    @property
    def emptied_by(self) -> frozenset[str]:
        """The names of which each, while it is not filled, leaves the value not filled."""
        return emptied_by(self.node)

    def may_empty(self, filled: frozenset[str]) -> frozenset[str]:
        """The names that may leave the value not filled while some of them are not; `none` where it is written."""
        return may_empty(self.node, filled)

    def shows(self, *, holds: bool) -> frozenset[str]:
        """The names that are filled where it holds, or where it does not."""
        return shows(self.node, holds=holds)

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """Return the value in `scope`: the data by name, with `_event` and `in_state` where they are used.

        Raises ExpressionError.
        """
        try:
            value = self._evaluation(scope)
            return bounded(value) if isinstance(value, list | dict) else value
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise ExpressionError(self.source, str(error)) from error

    def holds(self, scope: Mapping[str, Any]) -> bool:
        """Whether the value is true; none, zero and what is empty are not. Raises ExpressionError."""
        return bool(self.evaluate(scope))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


def compile_expression(
    source: str, names: Mapping[str, FieldType] | None = None, days: Days | None = None
) -> Expression:
    """Compile `source`. With `names`, the types of all that it may read, it is checked against them. `days` is
    the calendar that it counts in; without one, a function that asks it is an error when it is evaluated.

    Raises ExpressionError naming every unknown name and every impossible operation, or the first thing that the
    language does not have.
    """
    if len(source) > MAXIMUM_SOURCE:
        raise ExpressionError(source, f"an expression has at most {MAXIMUM_SOURCE} characters")
    try:
        return Expression(source, _tree(source), names, days)
    except TemplateSyntaxError as error:
        raise ExpressionError(source, error.message or "not an expression") from error
    except _RefusedError as error:
        raise ExpressionError(source, str(error)) from error
    except RecursionError as error:
        raise ExpressionError(source, "the expression nests too deeply") from error


class _RefusedError(Exception):
    """Something that Jinja can say and this language cannot."""


@lru_cache(maxsize=REMEMBERED)
def _tree(source: str) -> tree.Node:
    """What a source says, whatever it is about: the same one stands in many procedures, and they are opened often."""
    return _translated(_parsed(source), 0)


def _parsed(source: str) -> nodes.Expr:
    parser = Parser(Environment(autoescape=True), source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        raise _RefusedError("there is more text after the end of the expression")
    return expression


def _translated(node: nodes.Node, depth: int) -> tree.Node:  # noqa: PLR0911, PLR0912 - one case per node
    if depth > MAXIMUM_DEPTH:
        raise _RefusedError("the expression nests too deeply")

    def of(part: nodes.Node) -> tree.Node:
        return _translated(part, depth + 1)

    match node:
        case nodes.Const():
            return _literal(node.value)
        case nodes.Name():
            return tree.Name(_public(node.name))
        case nodes.Getattr():
            return tree.Attribute(of(node.node), _public(node.attr))
        case nodes.Getitem(arg=nodes.Slice(start=start, stop=stop, step=None)):
            return tree.Part(of(node.node), of(start) if start else None, of(stop) if stop else None)
        case nodes.Getitem():
            return _item(of(node.node), of(node.arg))
        case nodes.List() | nodes.Tuple():
            return tree.Listing(tuple(of(item) for item in node.items))
        case nodes.Dict():
            return tree.Record(tuple((_key(pair.key), of(pair.value)) for pair in node.items))
        case nodes.Neg():
            return tree.Negative(of(node.node))
        case nodes.Not():
            return tree.Not(of(node.node))
        case nodes.And() | nodes.Or():
            return tree.Logic(node.operator, of(node.left), of(node.right))
        case nodes.Add() | nodes.Sub() | nodes.Mul() | nodes.Div() | nodes.FloorDiv() | nodes.Mod():
            return tree.Binary(node.operator, of(node.left), of(node.right))
        case nodes.Compare():
            return tree.Comparison(of(node.expr), tuple((_COMPARISONS[each.op], of(each.expr)) for each in node.ops))
        case nodes.CondExpr():
            otherwise = of(node.expr2) if node.expr2 else tree.Literal(None)
            return tree.Choice(of(node.test), of(node.expr1), otherwise)
        case nodes.Concat():
            return tree.Joined(tuple(of(part) for part in node.nodes))
        case nodes.Filter(node=nodes.Expr(), dyn_args=None, dyn_kwargs=None):
            return _filtered(node, of)
        case nodes.Test(kwargs=[], dyn_args=None, dyn_kwargs=None):
            return _tested(node, of)
        case nodes.Call(node=nodes.Name(name=name), kwargs=[], dyn_args=None, dyn_kwargs=None):
            return _called(name, tuple(of(argument) for argument in node.args))
        case nodes.Call():
            raise _RefusedError(f"only {', '.join(_FUNCTIONS)} are functions, their arguments in order")
        case _:
            raise _RefusedError(f"the language has no {type(node).__name__}")


def _literal(value: Any) -> tree.Literal:
    if isinstance(value, str) and len(value) > MAXIMUM_LITERAL:
        raise _RefusedError(f"a text has at most {MAXIMUM_LITERAL} characters")
    if isinstance(value, int | float) and not -MAXIMUM_LITERAL_NUMBER < value < MAXIMUM_LITERAL_NUMBER:
        raise _RefusedError(f"a number is smaller than {MAXIMUM_LITERAL_NUMBER}")
    if isinstance(value, float):
        # A float shows 15 digits faithfully; with more, the decimal would not be what was written.
        value = Decimal(repr(value))
        if len(value.as_tuple().digits) > 15:
            raise _RefusedError("a number with a point has at most 15 digits")
    return tree.Literal(value)


def _public(name: str) -> str:
    if name.startswith("_") and name != "_event":
        raise _RefusedError(f"the name {name} begins with an underscore")
    return name


def _key(node: nodes.Node) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return _public(node.value)
    raise _RefusedError("a key is a text in quotes")


def _item(base: tree.Node, index: tree.Node) -> tree.Node:
    if isinstance(index, tree.Literal) and isinstance(index.value, str):
        _public(index.value)
    return tree.Item(base, index)


def _filtered(node: nodes.Filter, of: Callable[[nodes.Node], tree.Node]) -> tree.Node:
    assert node.node is not None
    arguments = tuple(of(argument) for argument in node.args)
    options = tuple((str(option.key), of(option.value)) for option in node.kwargs)
    _check_call("filter", node.name, FILTERS, arguments, options)
    attributes = [value for key, value in options if key in tree.ATTRIBUTES]
    if node.name in ("selectattr", "rejectattr"):
        attributes += arguments[:1]
        if arguments[1:]:
            test = arguments[1].value if isinstance(arguments[1], tree.Literal) else None
            _check_call("test", str(test), TESTS, arguments[2:], ())
    for attribute in attributes:
        if not (isinstance(attribute, tree.Literal) and isinstance(attribute.value, str)):
            raise _RefusedError("an attribute is a text in quotes")
        for key in attribute.value.split("."):
            _public(key)
    return tree.Filtered(of(node.node), node.name, arguments, options)


def _tested(node: nodes.Test, of: Callable[[nodes.Node], tree.Node]) -> tree.Node:
    arguments = tuple(of(argument) for argument in node.args)
    _check_call("test", node.name, TESTS, arguments, ())
    return tree.Tested(of(node.node), node.name, arguments)


def _called(name: str, arguments: tuple[tree.Node, ...]) -> tree.Node:
    if name == "in_state":
        if len(arguments) == 1 and isinstance(arguments[0], tree.Literal) and isinstance(arguments[0].value, str):
            return tree.InState(arguments[0].value)
        raise _RefusedError("in_state takes the name of a state in quotes")
    if name == "files":
        if len(arguments) == 1 and isinstance(arguments[0], tree.Literal) and isinstance(arguments[0].value, str):
            return tree.Attribute(tree.Name(ATTACHED), arguments[0].value)
        raise _RefusedError("files takes a kind of attachment in quotes")
    if name not in FUNCTIONS:
        raise _RefusedError(
            f"there is no function {name}{suggestion(name, _FUNCTIONS)} (there are: {', '.join(_FUNCTIONS)})"
        )
    if len(arguments) != len(takes := FUNCTIONS[name].takes):
        raise _RefusedError(f"{name} takes {len(takes)} argument{'s' if len(takes) > 1 else ''}, not {len(arguments)}")
    return tree.Called(name, arguments)


def _check_call(
    what: str,
    name: str,
    known: Mapping[str, Callable[..., Any]],
    arguments: tuple[tree.Node, ...],
    options: tuple[tuple[str, tree.Node], ...],
) -> None:
    if name not in known:
        raise _RefusedError(f"there is no {what} {name}{suggestion(name, known)} (there are: {', '.join(known)})")
    try:
        signature(known[name]).bind(None, *arguments, **dict(options))
    except TypeError as error:
        raise _RefusedError(f"{what} {name}: {error}") from error


_FUNCTIONS = ("in_state", "files", *FUNCTIONS)

_COMPARISONS: Mapping[str, str] = MappingProxyType(
    {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "notin"}
)
