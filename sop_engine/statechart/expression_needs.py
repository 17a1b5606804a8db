"""Which names an expression needs filled, and which it shows to be filled by what it gives.

`limit + 1` fails while `limit` is not filled; `limit is none or limit + 1 < 5` does not. Where a condition holds,
`limit is not none` has shown that it is filled, and so has every computation that did not fail.
"""

from collections.abc import Iterable
from functools import reduce

from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expression_values import ORDERING

Names = frozenset[str]
_NONE: Names = frozenset()


def needs(node: tree.Node, filled: Names = _NONE) -> Names:
    """The names without which it cannot be evaluated, given those that are filled."""
    match node:
        case tree.Logic(operator, left, right):
            shown = shows(left, holds=operator == "and")
            return needs(left, filled) | needs(right, filled | shown)
        case tree.Choice(test, then, otherwise):
            return (
                needs(test, filled)
                | needs(then, filled | shows(test, holds=True))
                | needs(otherwise, filled | shows(test, holds=False))
            )
        case tree.Comparison(first, rest):
            parts = (first, *(right for _, right in rest))
            left, strict = first, list[tree.Node]()
            for operator, right in rest:
                strict += [left, right] if operator in ORDERING else [right] if "in" in operator else []
                left = right
            return _each(parts, filled) | (_emptied_by(strict) - filled)
        case tree.Filtered(operand, name, arguments, options):
            parts = (operand, *arguments, *(option for _, option in options))
            strict = [] if name == "default" else [operand]
            return _each(parts, filled) | (_emptied_by(strict) - filled)
        case tree.Negative(operand):
            return needs(operand, filled) | (emptied_by(operand) - filled)
        case tree.Called(_, parts):
            return _each(parts, filled) | (_emptied_by(parts) - filled)
        case tree.Binary(_, left, right):
            return _each((left, right), filled) | (_emptied_by((left, right)) - filled)
        case tree.Joined(parts):
            return _each(parts, filled) | (_emptied_by(parts) - filled)
        case _:
            return _each(_parts(node), filled)


def emptied_by(node: tree.Node) -> Names:
    """The names of which each, while it is not filled, leaves the value not filled."""
    match node:
        case tree.Name(name):
            return frozenset((name,))
        case tree.Attribute(base, _) | tree.Item(base, _) | tree.Part(base, _, _):
            return emptied_by(base)
        case tree.Logic("and", left, _):
            return emptied_by(left)
        case tree.Logic(_, left, right):
            return emptied_by(left) & emptied_by(right)
        case tree.Choice(_, then, otherwise):
            return emptied_by(then) & emptied_by(otherwise)
        case _:
            return _NONE


def may_empty(node: tree.Node, filled: Names = _NONE) -> Names:
    """The names of which some, while they are not filled, may leave the value not filled, given those that are filled.

    `none` is among them where it is written as a value.
    """
    match node:
        case tree.Literal(None):
            return frozenset(("none",))
        case tree.Choice(test, then, otherwise):
            return may_empty(then, filled | shows(test, holds=True)) | may_empty(
                otherwise, filled | shows(test, holds=False)
            )
        case tree.Filtered(operand, "default", (other, *_), _):
            left = may_empty(operand, filled)
            return left and may_empty(other, filled) and left | may_empty(other, filled)
        case _:
            return frozenset(tree.names(node)) - filled


def shows(node: tree.Node, *, holds: bool) -> Names:
    """The names that are filled where it gives what is true, or what is not."""
    return _certain(node) | _shows(node, holds)


def _certain(node: tree.Node) -> Names:
    """The names without which it cannot be evaluated, whichever way it goes."""
    match node:
        case tree.Logic(_, left, _):
            return _certain(left)
        case tree.Choice(test, then, otherwise):
            return _certain(test) | (_certain(then) & _certain(otherwise))
        case tree.Comparison(first, ((operator, right),)) if operator in ORDERING:
            return _certain(first) | _certain(right) | emptied_by(first) | emptied_by(right)
        case tree.Comparison(first, ((_, right), *_)):
            return _certain(first) | _certain(right)
        case tree.Not(operand) | tree.Attribute(operand, _):
            return _certain(operand)
        case tree.Filtered(operand, name, _, _):
            return _certain(operand) | (emptied_by(operand) if name != "default" else _NONE)
        case tree.Negative(operand):
            return _certain(operand) | emptied_by(operand)
        case tree.Called(_, parts):
            return reduce(frozenset.union, map(_certain, parts), _NONE) | _emptied_by(parts)
        case tree.Binary(_, left, right):
            return _certain(left) | _certain(right) | emptied_by(left) | emptied_by(right)
        case _:
            return _NONE


def _shows(node: tree.Node, holds: bool) -> Names:
    match node:
        case tree.Not(operand):
            return shows(operand, holds=not holds)
        case tree.Logic(operator, left, right) if (operator == "and") is holds:
            return shows(left, holds=holds) | shows(right, holds=holds)
        case tree.Logic(_, left, right):
            return shows(left, holds=holds) & (shows(left, holds=not holds) | shows(right, holds=holds))
        case tree.Tested(operand, "none" | "undefined", _):
            return _NONE if holds else emptied_by(operand)
        case tree.Tested(operand, "defined", _):
            return emptied_by(operand) if holds else _NONE
        case tree.Comparison(first, ((operator, right),)):
            return _compared(first, operator, right, holds)
        case _:
            return emptied_by(node) if holds else _NONE


def _compared(left: tree.Node, operator: str, right: tree.Node, holds: bool) -> Names:
    """What an equality or a membership shows: one with a written value is of what is filled."""
    if operator in ("==", "!="):
        is_equal = (operator == "==") is holds
        found = _NONE
        for side, other in ((left, right), (right, left)):
            if isinstance(other, tree.Literal):
                found |= emptied_by(side) if (other.value is not None) is is_equal else _NONE
        return found
    if operator == "in" and holds and isinstance(right, tree.Listing):
        written = all(isinstance(item, tree.Literal) and item.value is not None for item in right.items)
        return emptied_by(left) if written else _NONE
    return _NONE


def _emptied_by(parts: Iterable[tree.Node]) -> Names:
    return reduce(frozenset.union, map(emptied_by, parts), _NONE)


def _each(parts: Iterable[tree.Node], filled: Names) -> Names:
    return reduce(frozenset.union, (needs(part, filled) for part in parts), _NONE)


def _parts(node: tree.Node) -> tuple[tree.Node, ...]:
    """What stands directly below a node that asks for nothing itself."""
    match node:
        case tree.Attribute(base, _):
            return (base,)
        case tree.Item(base, index):
            return (base, index)
        case tree.Part(base, start, stop):
            return tuple(part for part in (base, start, stop) if part is not None)
        case tree.Listing(items):
            return items
        case tree.Record(items):
            return tuple(item for _, item in items)
        case tree.Not(operand):
            return (operand,)
        case tree.Tested(operand, _, arguments):
            return (operand, *arguments)
        case _:
            return ()
