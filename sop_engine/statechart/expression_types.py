"""What kinds of value an expression works on, found without running it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, assert_never

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart import expression_tree as tree

Kind = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "duration", "list", "record", "any"]


@dataclass(frozen=True, slots=True)
class FieldType:
    """The type of a field of the data. A record without `fields` may hold any; a list without `item` likewise."""

    kind: Kind
    item: "FieldType | None" = None
    fields: Mapping[str, "FieldType"] = field(default_factory=lambda: MappingProxyType({}))

    def accepts(self, other: "FieldType") -> bool:
        """Whether a value of the type `other` may be stored in a field of this type."""
        if "any" in (self.kind, other.kind):
            return True
        if self.kind == "list" and other.kind == "list":
            return self.item is None or other.item is None or self.item.accepts(other.item)
        return self.kind == other.kind or (self.kind, other.kind) == ("decimal", "integer")


ANY = FieldType("any")
TEXT = FieldType("text")
INTEGER = FieldType("integer")
DECIMAL = FieldType("decimal")
BOOLEAN = FieldType("boolean")
INSTANT = FieldType("datetime")
DATE = FieldType("date")
DURATION = FieldType("duration")
LIST = FieldType("list")
RECORD = FieldType("record")

EVENT = FieldType("record", fields=MappingProxyType({"name": TEXT, "data": RECORD, "at": INSTANT, "origin": TEXT}))

_NUMBERS: tuple[Kind, ...] = ("integer", "decimal")
_MOMENTS: tuple[Kind, ...] = ("date", "datetime")


def type_of(value: Any) -> FieldType:
    """The type of a value at hand."""
    if isinstance(value, Mapping):
        return FieldType("record", fields=MappingProxyType({key: type_of(item) for key, item in value.items()}))
    for python_type, field_type in _TYPES:
        if isinstance(value, python_type):
            return field_type
    return ANY


def check(node: tree.Node, names: Mapping[str, FieldType] | None) -> tuple[FieldType, tuple[str, ...]]:
    """Return the type that `node` gives, and every fault in it as a sentence; without `names` any name may be read."""
    checker = _Checker(names)
    return checker.infer(node), tuple(checker.faults)


class _Checker:
    def __init__(self, names: Mapping[str, FieldType] | None) -> None:
        self.names = names
        self.faults: list[str] = []

    def infer(self, node: tree.Node) -> FieldType:  # noqa: PLR0911, PLR0912 - one case per node
        match node:
            case tree.Literal(value):
                return type_of(value)
            case tree.Name(name):
                return ANY if self.names is None else self._known(name, self.names, name)
            case tree.Attribute(base, key):
                return self._attribute(node, self.infer(base), key)
            case tree.Item(base, index):
                return self._item(node, self.infer(base), index)
            case tree.Part(base, start, stop):
                for limit in (start, stop):
                    if limit is not None:
                        self._expect(limit, "integer")
                return self.infer(base)
            case tree.Listing(items):
                return FieldType("list", item=self._common(tuple(self.infer(item) for item in items)))
            case tree.Record(items):
                return FieldType("record", fields=MappingProxyType({key: self.infer(item) for key, item in items}))
            case tree.Negative(operand):
                return self._expect(operand, *_NUMBERS, "duration")
            case tree.Not(operand):
                self.infer(operand)
                return BOOLEAN
            case tree.Logic(_, left, right):
                return self._common((self.infer(left), self.infer(right)))
            case tree.Binary(operator, left, right):
                return self._binary(operator, self.infer(left), self.infer(right))
            case tree.Comparison(first, rest):
                found = self.infer(first)
                for operator, operand in rest:
                    previous, found = found, self.infer(operand)
                    self._compare(operator, previous, found)
                return BOOLEAN
            case tree.Choice(test, then, otherwise):
                self.infer(test)
                return self._common((self.infer(then), self.infer(otherwise)))
            case tree.Joined(parts):
                for part in parts:
                    self.infer(part)
                return TEXT
            case tree.Filtered():
                return self._filtered(node)
            case tree.Tested(operand, name, arguments):
                found = self.infer(operand)
                for argument in arguments:
                    self._compare(_TEST_OPERATORS[name], found, self.infer(argument))
                return BOOLEAN
            case tree.InState():
                return BOOLEAN
            case tree.Span(_, count):
                self._expect(count, *_NUMBERS)
                return DURATION
            case tree.Day(instant):
                self._expect(instant, "datetime")
                return DATE
            case _:
                assert_never(node)

    def _known(self, name: str, fields: Mapping[str, FieldType], path: str) -> FieldType:
        if name in fields:
            return fields[name]
        self.faults.append(f"unknown name {path}{suggestion(name, fields)}")
        return ANY

    def _attribute(self, node: tree.Node, base: FieldType, key: str) -> FieldType:
        if base.kind == "record" and base.fields:
            return self._known(key, base.fields, tree.describe(node))
        if base.kind not in ("record", "any"):
            self.faults.append(f"{tree.describe(node)}: {base.kind} has no fields")
        return ANY

    def _item(self, node: tree.Node, base: FieldType, index: tree.Node) -> FieldType:
        position = self.infer(index)
        if base.kind == "record" and isinstance(index, tree.Literal) and isinstance(index.value, str):
            return self._attribute(node, base, index.value)
        if base.kind in ("list", "text"):
            if position.kind not in ("integer", "any"):
                self.faults.append(f"{tree.describe(node)}: the position in a {base.kind} is an integer")
            return TEXT if base.kind == "text" else base.item or ANY
        if base.kind not in ("record", "any"):
            self.faults.append(f"{tree.describe(node)}: {base.kind} has no items")
        return ANY

    def _expect(self, node: tree.Node, *kinds: Kind) -> FieldType:
        found = self.infer(node)
        if found.kind not in (*kinds, "any"):
            self.faults.append(f"{tree.describe(node)} is {found.kind}, expected {' or '.join(kinds)}")
        return found

    def _binary(self, operator: str, left: FieldType, right: FieldType) -> FieldType:
        if "any" in (left.kind, right.kind):
            return ANY
        if left.kind in _NUMBERS and right.kind in _NUMBERS:
            whole = operator != "/" and left.kind == right.kind == "integer"
            return INTEGER if whole else DECIMAL
        if operator in ("+", "-") and right.kind == "duration" and left.kind in (*_MOMENTS, "duration"):
            return left
        if operator == "//" and left.kind == right.kind == "duration":
            return INTEGER
        if operator == "+" and left.kind == "duration" and right.kind in _MOMENTS:
            return right
        if operator == "+" and left.kind == right.kind and left.kind in ("text", "list"):
            return self._common((left, right))
        if operator == "-" and left.kind == right.kind and left.kind in _MOMENTS:
            return DURATION
        self.faults.append(f"cannot compute {left.kind} {operator} {right.kind}")
        return ANY

    def _compare(self, operator: str, left: FieldType, right: FieldType) -> None:
        if "any" in (left.kind, right.kind):
            return
        if operator in ("in", "notin"):
            if right.kind not in ("list", "text", "record"):
                self.faults.append(f"cannot look for {left.kind} in {right.kind}")
            elif right.kind == "list" and right.item is not None:
                self._compare("==", left, right.item)
            return
        alike = left.kind == right.kind or (left.kind in _NUMBERS and right.kind in _NUMBERS)
        if operator not in ("==", "!=") and (not alike or left.kind in ("boolean", "list", "record")):
            self.faults.append(f"cannot order {left.kind} and {right.kind}")
        elif not alike:
            self.faults.append(f"{left.kind} never equals {right.kind}")

    def _filtered(self, node: tree.Filtered) -> FieldType:
        operand = self.infer(node.operand)
        types = [self.infer(part) for part in (*node.arguments, *(option for _, option in node.options))]
        takes, gives = _FILTER_TYPES[node.name]
        if takes and operand.kind not in (*takes, "any"):
            taken = " or ".join(takes)
            self.faults.append(f"{tree.describe(node.operand)} is {operand.kind}, {node.name} takes {taken}")
            return ANY
        field = self._attribute_of(node, operand.item or ANY)
        if gives is not None:
            return gives
        if node.name == "default":
            return self._common((operand, *types[:1]))
        if node.name in ("first", "last", "max", "min"):
            return operand.item or ANY
        if node.name == "map":
            return FieldType("list", item=field)
        if node.name == "sum":
            return self._common((field, INTEGER)) if field.kind in _NUMBERS else ANY
        return operand

    def _attribute_of(self, node: tree.Filtered, item: FieldType) -> FieldType:
        """The type of the field that a filter on a list reads of each item; the item itself where it names none."""
        named = [option for key, option in node.options if key == "attribute"]
        if node.name in ("selectattr", "rejectattr"):
            named += node.arguments[:1]
        for attribute in named:
            if isinstance(attribute, tree.Literal):
                for key in attribute.value.split("."):
                    item = self._attribute(tree.Attribute(node.operand, key), item, key)
        return item

    def _common(self, types: tuple[FieldType, ...]) -> FieldType:
        first = types[0] if types else ANY
        if all(other.kind == first.kind and other.item == first.item for other in types):
            return first
        return DECIMAL if all(each.kind in _NUMBERS for each in types) else ANY


_TYPES: tuple[tuple[type | tuple[type, ...], FieldType], ...] = (
    (bool, BOOLEAN),
    (int, INTEGER),
    (Decimal, DECIMAL),
    (str, TEXT),
    (datetime, INSTANT),
    (date, DATE),
    (timedelta, DURATION),
    (list, LIST),
)

_TEST_OPERATORS: Mapping[str, str] = MappingProxyType(
    {"equalto": "==", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in"}
)

_FILTER_TYPES: Mapping[str, tuple[tuple[Kind, ...], FieldType | None]] = MappingProxyType(
    {
        "abs": (("integer", "decimal"), None),
        "default": ((), None),
        "first": (("list",), None),
        "int": (("integer", "decimal", "text"), INTEGER),
        "join": (("list",), TEXT),
        "last": (("list",), None),
        "length": (("text", "list", "record"), INTEGER),
        "list": (("text", "list", "record"), LIST),
        "lower": (("text",), TEXT),
        "map": (("list",), None),
        "max": (("list",), None),
        "min": (("list",), None),
        "rejectattr": (("list",), None),
        "round": (("integer", "decimal"), None),
        "selectattr": (("list",), None),
        "sort": (("list",), None),
        "string": (("text", "integer", "decimal", "boolean", "date", "datetime"), TEXT),
        "sum": (("list",), None),
        "unique": (("list",), None),
        "upper": (("text",), TEXT),
    }
)
