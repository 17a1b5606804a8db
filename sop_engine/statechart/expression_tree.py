"""The syntax tree of an expression: everything that an expression can say, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    base: "Node"
    key: str


@dataclass(frozen=True, slots=True)
class Item:
    base: "Node"
    index: "Node"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a list or text, from `start` up to but without `stop`."""

    base: "Node"
    start: "Node | None"
    stop: "Node | None"


@dataclass(frozen=True, slots=True)
class Listing:
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Record:
    items: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Negative:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Logic:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain such as `1 <= pieces < 10`."""

    first: "Node"
    rest: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if test else otherwise`."""

    test: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Joined:
    """`a ~ b`: the parts as one text."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Filtered:
    """`operand | name(arguments, option=value)`."""

    operand: "Node"
    name: str
    arguments: "tuple[Node, ...]"
    options: "tuple[tuple[str, Node], ...]"


@dataclass(frozen=True, slots=True)
class Tested:
    """`operand is name(arguments)`."""

    operand: "Node"
    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class InState:
    state: str


@dataclass(frozen=True, slots=True)
class Called:
    """`days(3)`, `contains_any(reply, forbidden)`: a function of the language, by name."""

    name: str
    arguments: "tuple[Node, ...]"


Node = (
    Literal
    | Name
    | Attribute
    | Item
    | Part
    | Listing
    | Record
    | Negative
    | Not
    | Logic
    | Binary
    | Comparison
    | Choice
    | Joined
    | Filtered
    | Tested
    | InState
    | Called
)

ATTRIBUTES = ("attribute", "weight", "by")
"""Options of filters that name a field of each item."""


def walk(part: Any) -> Iterator[Any]:
    """Yield `part` and everything below it."""
    yield part
    if isinstance(part, tuple):
        for item in part:
            yield from walk(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from walk(getattr(part, field.name))


def names(part: Any) -> tuple[str, ...]:
    """The names in a node or several, each once."""
    return tuple(dict.fromkeys(found.name for found in walk(part) if isinstance(found, Name)))


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions that all hold where a condition does."""
    match node:
        case Logic("and", left, right):
            return (*conjuncts(left), *conjuncts(right))
        case _:
            return (node,)


def fallbacks(node: Node) -> Iterator[Node]:
    """The parts of which a value may be taken in place of another."""
    for found in walk(node):
        match found:
            case Filtered(name="default", arguments=arguments):
                yield from arguments
            case Logic(operator="or", right=right):
                yield right
            case Choice(then=then, otherwise=otherwise):
                yield from (then, otherwise)
            case _:
                continue


def places(part: Any) -> tuple[tuple[str, ...], ...]:
    """The keys that lead to each value that a node or several read, each once; entries of a list are not counted."""
    found = dict.fromkeys(place for node in walk(part) if (place := _place(node)))
    for node in walk(part):
        if isinstance(node, Filtered):
            stems = _stems(node.operand)
            found |= dict.fromkeys((*stem, *attribute) for attribute in _attributes(node) for stem in stems)
    return tuple(found)


def compared(part: Any) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Each place that a node or several compare, with what it is compared with."""
    for node in walk(part):
        match node:
            case Comparison(first=first, rest=rest):
                sides = (first, *(side for _, side in rest))
                for left, right in pairwise(sides):
                    yield from ((place, right) for place in (_place(left),) if place)
                    yield from ((place, left) for place in (_place(right),) if place)
            case Filtered(name="selectattr" | "rejectattr", operand=operand, arguments=(_, _, value)):
                (attribute,) = _attributes(node)
                yield from (((*stem, *attribute), value) for stem in _stems(operand))
            case Called(name="contains_any", arguments=(text, phrases)):
                yield from ((place, phrases) for place in places(text))
            case _:
                continue


def _place(node: Node) -> tuple[str, ...]:
    """The keys by which a node names one value; none where it names none."""
    match node:
        case Name(name=name):
            return (name,)
        case Attribute(base=base, key=key) | Item(base=base, index=Literal(value=str(key))):
            stem = _place(base)
            return (*stem, key) if stem else ()
        case Item(base=base):
            return _place(base)
        case _:
            return ()


def _stems(node: Node) -> tuple[tuple[str, ...], ...]:
    """The places of the lists that a filter goes through."""
    match node:
        case Filtered(operand=operand) | Part(base=operand):
            return _stems(operand)
        case Binary(left=left, right=right):
            return (*_stems(left), *_stems(right))
        case _:
            place = _place(node)
            return (place,) if place else ()


def _attributes(node: Filtered) -> tuple[tuple[str, ...], ...]:
    """The keys of each attribute by which a filter goes through a list."""
    named = [value for key, value in node.options if key in ATTRIBUTES]
    if node.name in ("selectattr", "rejectattr"):
        named = [*node.arguments[:1], *named]
    return tuple(tuple(str(each.value).split(".")) for each in named if isinstance(each, Literal))


def describe(node: Node) -> str:
    """Name what a node reads, for error messages: the dotted path of a field, or "the value"."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Attribute):
        return f"{describe(node.base)}.{node.key}"
    if isinstance(node, Item) and isinstance(node.index, Literal):
        return f"{describe(node.base)}[{node.index.value!r}]"
    return "the value"
