"""Turns the syntax tree of an expression into a function of its scope.

The only things that a name or an attribute can reach are values of the scope and keys of records: no attribute of a
Python object is ever read, and nothing but the functions of this language is ever called.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, assert_never

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expression_days import Days
from sop_engine.statechart.expression_filters import FILTERS, TESTS
from sop_engine.statechart.expression_functions import FUNCTIONS
from sop_engine.statechart.expression_values import (
    BINARY,
    EQUALITY,
    ORDERING,
    bounded,
    contains,
    kind_of,
    negative,
    to_text,
)

Scope = Mapping[str, Any]
Evaluation = Callable[[Scope], Any]


def compiled(node: tree.Node, lenient: bool, days: Days | None) -> Evaluation:  # noqa: PLR0911, PLR0912 - one case per node
    """Return the function that evaluates `node`; it raises ValueError with a sentence for the author.

    With `lenient`, a name that the scope lacks counts as a field not filled; the names were checked before.
    """

    def of(part: tree.Node) -> Evaluation:
        return compiled(part, lenient, days)

    match node:
        case tree.Literal(value):
            return lambda scope: value
        case tree.Name(name):
            return _name(name, lenient)
        case tree.Attribute(base, key):
            return _attribute(node, of(base), key)
        case tree.Item(base, index):
            return _item(node, of(base), of(index))
        case tree.Part(base, start, stop):
            return _part(of(base), of(start or tree.Literal(None)), of(stop or tree.Literal(None)))
        case tree.Listing(items):
            parts = tuple(of(item) for item in items)
            return lambda scope: [part(scope) for part in parts]
        case tree.Record(pairs):
            fields = tuple((key, of(item)) for key, item in pairs)
            return lambda scope: {key: field(scope) for key, field in fields}
        case tree.Negative(operand):
            return _strict(negative, (operand, of(operand)))
        case tree.Not(operand):
            denied = of(operand)
            return lambda scope: not denied(scope)
        case tree.Logic(operator, left, right):
            return _logic(operator, of(left), of(right))
        case tree.Binary(operator, left, right):
            return _strict(BINARY[operator], (left, of(left)), (right, of(right)))
        case tree.Comparison(first, rest):
            return _comparison(first, rest, of)
        case tree.Choice(test, then, otherwise):
            condition, chosen, other = of(test), of(then), of(otherwise)
            return lambda scope: chosen(scope) if condition(scope) else other(scope)
        case tree.Joined(operands):
            return _strict(_joined, *((operand, of(operand)) for operand in operands))
        case tree.Filtered():
            return _filtered(node, of)
        case tree.Tested(operand, name, arguments):
            predicate, values = TESTS[name], tuple(of(part) for part in (operand, *arguments))
            return lambda scope: predicate(*(value(scope) for value in values))
        case tree.InState(state):
            return lambda scope: scope["in_state"](state)
        case tree.Called(name, arguments):
            function = FUNCTIONS[name]
            return _strict(partial(function.compute, days), *((argument, of(argument)) for argument in arguments))
        case _:
            assert_never(node)


def _name(name: str, lenient: bool) -> Evaluation:
    if lenient:
        return lambda scope: scope.get(name)

    def evaluation(scope: Scope) -> Any:
        try:
            return scope[name]
        except KeyError:
            raise ValueError(f"unknown name {name}{suggestion(name, scope)}") from None

    return evaluation


def _attribute(node: tree.Attribute, base: Evaluation, key: str) -> Evaluation:
    def evaluation(scope: Scope) -> Any:
        record = base(scope)
        if isinstance(record, Mapping):
            return record.get(key)
        if record is None:
            return None
        raise ValueError(f"{tree.describe(node.base)} is {kind_of(record)} and has no field '{key}'")

    return evaluation


def _item(node: tree.Item, base: Evaluation, index: Evaluation) -> Evaluation:
    def evaluation(scope: Scope) -> Any:
        container, position = base(scope), index(scope)
        if container is None:
            return None
        if isinstance(container, Mapping) and isinstance(position, str):
            return container.get(position)
        if isinstance(container, list | str) and isinstance(position, int):
            return container[position] if -len(container) <= position < len(container) else None
        raise ValueError(f"{tree.describe(node.base)} is {kind_of(container)} and has no item {position!r}")

    return evaluation


def _part(base: Evaluation, start: Evaluation, stop: Evaluation) -> Evaluation:
    def evaluation(scope: Scope) -> Any:
        container, limits = base(scope), (start(scope), stop(scope))
        if not all(limit is None or type(limit) is int for limit in limits):
            raise ValueError("a piece begins and ends at a whole number")
        if container is None or isinstance(container, list | str):
            return None if container is None else container[slice(*limits)]
        raise ValueError(f"cannot take a piece of {kind_of(container)}")

    return evaluation


def _logic(operator: str, left: Evaluation, right: Evaluation) -> Evaluation:
    if operator == "and":
        return lambda scope: left(scope) and right(scope)
    return lambda scope: left(scope) or right(scope)


def _strict(operation: Callable[..., Any], *operands: tuple[tree.Node, Evaluation]) -> Evaluation:
    """Apply `operation` to operands of which each must be filled."""
    if len(operands) == 2:
        (_, left), (_, right) = operands

        def pair(scope: Scope) -> Any:
            first, second = left(scope), right(scope)
            if first is None or second is None:
                raise ValueError(f"{tree.describe(operands[first is not None][0])} is not filled")
            return operation(first, second)

        return pair

    def evaluation(scope: Scope) -> Any:
        values = []
        for node, operand in operands:
            value = operand(scope)
            if value is None:
                raise ValueError(f"{tree.describe(node)} is not filled")
            values.append(value)
        return operation(*values)

    return evaluation


def _comparison(
    first: tree.Node, rest: tuple[tuple[str, tree.Node], ...], of: Callable[[tree.Node], Evaluation]
) -> Evaluation:
    links = []
    left = first
    for operator, right in rest:
        links.append(_link(operator, (left, of(left)), (right, of(right))))
        left = right
    if len(links) == 1:
        return links[0]
    return lambda scope: all(link(scope) for link in links)


def _link(operator: str, left: tuple[tree.Node, Evaluation], right: tuple[tree.Node, Evaluation]) -> Evaluation:
    if operator in ORDERING:
        return _strict(ORDERING[operator], left, right)
    (_, first), (node, second) = left, right
    if operator in EQUALITY:
        compare = EQUALITY[operator]
        return lambda scope: compare(first(scope), second(scope))

    def membership(scope: Scope) -> bool:
        item, container = first(scope), second(scope)
        if container is None:
            raise ValueError(f"{tree.describe(node)} is not filled")
        return contains(item, container) is (operator == "in")

    return membership


def _filtered(node: tree.Filtered, of: Callable[[tree.Node], Evaluation]) -> Evaluation:
    operation, operand, filled = FILTERS[node.name], of(node.operand), node.name != "default"
    arguments = tuple(of(argument) for argument in node.arguments)
    options = tuple((key, of(option)) for key, option in node.options)

    def evaluation(scope: Scope) -> Any:
        value = operand(scope)
        if value is None and filled:
            raise ValueError(f"{tree.describe(node.operand)} is not filled")
        return operation(
            value, *(argument(scope) for argument in arguments), **{key: option(scope) for key, option in options}
        )

    return evaluation


def _joined(*values: Any) -> Any:
    return bounded("".join(to_text(value) for value in values))
