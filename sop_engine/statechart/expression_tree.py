"""The syntax tree of an expression: everything that an expression can say, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
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
class Span:
    """`days(3)`, `hours(24)`, `minutes(90)`: a duration."""

    unit: str
    count: "Node"


@dataclass(frozen=True, slots=True)
class Day:
    """`day(arrived_at)`: the civil date of an instant, where the case is."""

    instant: "Node"


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
    | Span
    | Day
)


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


def describe(node: Node) -> str:
    """Name what a node reads, for error messages: the dotted path of a field, or "the value"."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Attribute):
        return f"{describe(node.base)}.{node.key}"
    if isinstance(node, Item) and isinstance(node.index, Literal):
        return f"{describe(node.base)}[{node.index.value!r}]"
    return "the value"
