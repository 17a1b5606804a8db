"""What kinds of value an expression works on, found without running it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, assert_never

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart import expression_tree as tree
from sop_engine.statechart.expression_functions import FUNCTIONS
from sop_engine.statechart.expression_kinds import (
    ANY,
    BOOLEAN,
    DATE,
    DECIMAL,
    DURATION,
    INSTANT,
    INTEGER,
    LIST,
    RECORD,
    TEXT,
    FieldType,
    Kind,
)

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
            case tree.Called(name, arguments):
                for argument, taken in zip(arguments, FUNCTIONS[name].takes, strict=True):
                    self._take(argument, taken)
                return FUNCTIONS[name].gives
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

    def _take(self, node: tree.Node, taken: tuple[FieldType, ...]) -> None:
        found = self.infer(node)
        if not any(each.accepts(found) for each in taken):
            wanted = " or ".join(map(str, taken))
            self.faults.append(f"{tree.describe(node)} is {found}, expected {wanted}")

    def _binary(self, operator: str, left: FieldType, right: FieldType) -> FieldType:
        if "any" in (left.kind, right.kind):
            return ANY
        if left.kind in _NUMBERS and right.kind in _NUMBERS:
            whole = operator != "/" and left.kind == right.kind == "integer"
            return INTEGER if whole else DECIMAL
        if operator in ("+", "-") and right.kind == "duration" and left.kind in (*_MOMENTS, "duration"):
            return left
        if operator in ("+", "-") and right.kind == "working_days" and left.kind in _MOMENTS:
            return left
        if operator == "+" and left.kind == "working_days" and right.kind in _MOMENTS:
            return right
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
        if operator not in ("==", "!=") and (not alike or left.kind in ("boolean", "list", "record", "working_days")):
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
        read = {key: self._read_by(node, path, operand.item or ANY) for key, path in _attributes(node)}
        field = read.get("attribute", operand.item or ANY)
        if node.name in _COMPUTED or "weight" in read:
            self._expect_numbers(node, field, read.get("weight"))
        if gives is not None:
            return gives
        if node.name == "default":
            return self._common((operand, *types[:1]))
        if node.name in ("first", "last", "max", "min"):
            return operand.item or ANY
        if node.name == "map":
            return FieldType("list", item=field)
        if node.name == "sum":
            return self._summed(field, read.get("weight"))
        if node.name in ("sums", "averages"):
            value = DECIMAL if node.name == "averages" else self._summed(field, read.get("weight"))
            return _grouped(node.name.removesuffix("s"), read.get("by", ANY), value)
        return operand

    def _summed(self, field: FieldType, weight: FieldType | None) -> FieldType:
        parts = (field, weight or INTEGER)
        return self._common((*parts, INTEGER)) if all(part.kind in _NUMBERS for part in parts) else ANY

    def _expect_numbers(self, node: tree.Filtered, *parts: FieldType | None) -> None:
        for part in parts:
            if part is not None and part.kind not in (*_NUMBERS, "any"):
                self.faults.append(f"{tree.describe(node.operand)}: {node.name} takes numbers, not {part.kind}")

    def _read_by(self, node: tree.Filtered, path: str, item: FieldType) -> FieldType:
        """The type of the field that a filter on a list reads of each item."""
        for key in path.split("."):
            item = self._attribute(tree.Attribute(node.operand, key), item, key)
        return item

    def _common(self, types: tuple[FieldType, ...]) -> FieldType:
        first = types[0] if types else ANY
        if all(other.kind == first.kind and other.item == first.item for other in types):
            return first
        return DECIMAL if all(each.kind in _NUMBERS for each in types) else ANY


def _attributes(node: tree.Filtered) -> list[tuple[str, str]]:
    """The fields that a filter on a list reads of each item, by the option that names them."""
    named = [(key, option) for key, option in node.options if key in tree.ATTRIBUTES]
    if node.name in ("selectattr", "rejectattr"):
        named += [("attribute", argument) for argument in node.arguments[:1]]
    return [(key, option.value) for key, option in named if isinstance(option, tree.Literal)]


def _grouped(key: str, group: FieldType, value: FieldType) -> FieldType:
    fields: dict[str, FieldType] = {"group": group, key: value, "count": INTEGER}
    return FieldType("list", item=FieldType("record", fields=MappingProxyType(fields)))


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
        "average": (("list",), DECIMAL),
        "averages": (("list",), None),
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
        "sums": (("list",), None),
        "unique": (("list",), None),
        "upper": (("text",), TEXT),
    }
)

_COMPUTED = ("average", "averages", "sums")
"""Filters whose attribute and weight are numbers."""
