"""Which values an expression carries on: those that it gives whole or in part, and not those that it only decides by.

`price if price > limit else 0` carries `price` and not `limit`; a comparison, a test or a count carries nothing.
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

from sop_engine.statechart import expression_tree as tree

Place = tuple[str, ...]
COUNTING = frozenset({"length", "count"})
"""Filters that say how many, and nothing of what."""


def carried(node: tree.Node) -> tuple[Place, ...]:
    """The keys that lead to each value that is carried on, each once; entries of a list are not counted."""
    return tuple(dict.fromkeys(_carried(node)))


def _carried(node: tree.Node) -> Iterator[Place]:
    match node:
        case tree.Literal() | tree.Not() | tree.Comparison() | tree.Tested() | tree.InState():
            return
        case tree.Name() | tree.Attribute() | tree.Item():
            yield from _at(node)
        case tree.Part(base=base):
            yield from _carried(base)
        case tree.Logic(left=left, right=right) | tree.Binary(left=left, right=right):
            yield from _each((left, right))
        case tree.Choice(then=then, otherwise=otherwise):
            yield from _each((then, otherwise))
        case tree.Filtered(name=name) if name in COUNTING:
            return
        case tree.Filtered(operand=operand, arguments=arguments, options=options):
            yield from _filtered(node, operand)
            yield from _each((*arguments, *(option for _, option in options)))
        case tree.Negative(operand=operand):
            yield from _carried(operand)
        case tree.Listing(items=items) | tree.Joined(parts=items) | tree.Called(arguments=items):
            yield from _each(items)
        case tree.Record(items=pairs):
            yield from _each(value for _, value in pairs)
        case _:
            assert_never(node)


def _each(nodes: Iterable[tree.Node]) -> Iterator[Place]:
    for node in nodes:
        yield from _carried(node)


def _at(node: tree.Node) -> Iterator[Place]:
    """A value by the keys that lead there, or by a key of what another expression gives."""
    match node:
        case tree.Name(name=name):
            yield (name,)
        case tree.Attribute(base=base, key=key) | tree.Item(base=base, index=tree.Literal(value=str(key))):
            yield from ((*place, key) for place in _carried(base))
        case tree.Item(base=base):
            yield from _carried(base)
        case _:
            yield from _carried(node)


def _filtered(node: tree.Filtered, operand: tree.Node) -> Iterator[Place]:
    """What goes through a filter; of `map(attribute='name')` that attribute alone."""
    named = [option for key, option in node.options if key == "attribute"]
    chosen = [str(each.value).split(".") for each in named if isinstance(each, tree.Literal)]
    for place in _carried(operand):
        yield from ((*place, *keys) for keys in chosen) if node.name in ("map", "sum") and chosen else (place,)
