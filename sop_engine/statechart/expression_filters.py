"""The filters (`items | length`) and tests (`severity is in [...]`) of the expression language.

Every function takes the value first and raises ValueError with a sentence for the author of the expression.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, DecimalException
from functools import cmp_to_key
from types import MappingProxyType
from typing import Any

from sop_engine.statechart.expression_values import (
    MAXIMUM_ITEMS,
    ORDERING,
    ROUNDING,
    add,
    bounded,
    contains,
    divide,
    equal,
    is_number,
    kind_of,
    multiply,
    to_text,
    unequal,
)


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        if len(value) > MAXIMUM_ITEMS:
            raise ValueError(f"the list has more than {MAXIMUM_ITEMS} items")
        return value
    raise ValueError(f"expected a list, got {kind_of(value)}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"expected text, got {kind_of(value)}")


def _field(item: Any, attribute: str) -> Any:
    for key in _text(attribute).split("."):
        if item is None:
            return None
        if not isinstance(item, Mapping):
            raise ValueError(f"{kind_of(item)} has no field '{key}'")
        item = item.get(key)
    return item


def _fields(value: Any, attribute: str | None) -> list[Any]:
    return [_field(item, attribute) for item in _items(value)] if attribute is not None else _items(value)


def _compare(left: Any, right: Any) -> int:
    return -1 if ORDERING["<"](left, right) else int(ORDERING["<"](right, left))


def length(value: Any) -> int:
    if isinstance(value, str | list | Mapping):
        return len(value)
    raise ValueError(f"{kind_of(value)} has no length")


def total(value: Any, attribute: str | None = None, start: Any = 0, weight: str | None = None) -> Any:
    """The sum of the numbers; with `weight`, of each times its weight."""
    for number in _weighted(value, attribute, weight):
        start = add(start, number)
    return start


def average(value: Any, attribute: str | None = None, weight: str | None = None) -> Decimal | None:
    """The mean of the numbers, each as often as its weight says; none of no numbers, and where nothing weighs."""
    parts = total(value, weight=None, attribute=weight) if weight is not None else len(_items(value))
    return divide(total(value, attribute, weight=weight), parts) if parts else None


def sums(value: Any, *, by: str, attribute: str, weight: str | None = None) -> list[dict[str, Any]]:
    """For each value of `by` the sum over its items, and how many they are."""
    groups = _groups(value, by)
    return [{"group": key, "sum": total(each, attribute, weight=weight), "count": len(each)} for key, each in groups]


def averages(value: Any, *, by: str, attribute: str, weight: str | None = None) -> list[dict[str, Any]]:
    """For each value of `by` the mean over its items, and how many they are."""
    groups = _groups(value, by)
    return [{"group": key, "average": average(each, attribute, weight), "count": len(each)} for key, each in groups]


def _weighted(value: Any, attribute: str | None, weight: str | None) -> Iterator[Any]:
    numbers = _fields(value, attribute)
    for number in numbers:
        if not is_number(number):
            raise ValueError(f"cannot sum {kind_of(number)}")
    if weight is None:
        yield from numbers
        return
    for number, factor in zip(numbers, _fields(value, weight), strict=True):
        if not is_number(factor):
            raise ValueError(f"cannot weigh by {kind_of(factor)}")
        yield multiply(number, factor)


def _groups(value: Any, by: str) -> list[tuple[Any, list[Any]]]:
    """The items by the value of one of their fields, in the order in which the values come."""
    found: dict[tuple[bool, Any], list[Any]] = {}
    for item in _items(value):
        found.setdefault(_told_apart(_field(item, by)), []).append(item)
    return [(key, items) for (_, key), items in found.items()]


def _told_apart(field: Any) -> tuple[bool, Any]:
    """A value as the key of what is like it: a yes is no number."""
    if isinstance(field, list | Mapping):
        raise ValueError(f"cannot tell apart {kind_of(field)}; name an attribute")
    return isinstance(field, bool), field


def first(value: Any) -> Any:
    return next(iter(_items(value)), None)


def last(value: Any) -> Any:
    return next(reversed(_items(value)), None)


def smallest(value: Any, attribute: str | None = None) -> Any:
    return first(sort(value, attribute=attribute))


def largest(value: Any, attribute: str | None = None) -> Any:
    return last(sort(value, attribute=attribute))


def sort(value: Any, reverse: bool = False, attribute: str | None = None) -> list[Any]:
    compare = cmp_to_key(_compare)
    return sorted(
        _items(value),
        key=lambda item: compare(item if attribute is None else _field(item, attribute)),
        reverse=bool(reverse),
    )


def unique(value: Any, attribute: str | None = None) -> list[Any]:
    """The items with a value not seen before, in their order."""
    kept: dict[tuple[bool, Any], Any] = {}
    for item, field in zip(_items(value), _fields(value, attribute), strict=True):
        kept.setdefault(_told_apart(field), item)
    return list(kept.values())


def pick(value: Any, *, attribute: str, default: Any = None) -> list[Any]:
    return [default if field is None else field for field in _fields(value, attribute)]


def select(value: Any, attribute: str, test: str | None = None, *arguments: Any) -> list[Any]:
    return [item for item in _items(value) if _passes(_field(item, attribute), test, arguments)]


def reject(value: Any, attribute: str, test: str | None = None, *arguments: Any) -> list[Any]:
    return [item for item in _items(value) if not _passes(_field(item, attribute), test, arguments)]


def _passes(value: Any, test: str | None, arguments: tuple[Any, ...]) -> bool:
    return bool(value) if test is None else TESTS[test](value, *arguments)


def round_half_up(value: Any, digits: int = 0) -> Any:
    """Commercial rounding; a decimal keeps `digits` places."""
    if not (isinstance(digits, int) and 0 <= digits <= 12):
        raise ValueError("a number is rounded to 0 to 12 places")
    return value if type(value) is int else _quantized(value, Decimal((0, (1,), -digits)), ROUND_HALF_UP)


def integer(value: Any, default: Any = None) -> int:
    """The whole part of a number, or the number a text spells; `default` for a text that spells none."""
    if isinstance(value, str):
        try:
            value = Decimal(value.strip())
        except DecimalException:
            value = default
    if value is None:
        raise ValueError("the text is not a number")
    return int(_quantized(value, Decimal(1), ROUND_DOWN))


def _quantized(value: Any, step: Decimal, rounding: str) -> Decimal:
    if not is_number(value):
        raise ValueError(f"expected a number, got {kind_of(value)}")
    bounded(value)
    try:
        return Decimal(value).quantize(step, rounding=rounding, context=ROUNDING)
    except DecimalException as error:
        raise ValueError("the number has too many digits") from error


def absolute(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value.copy_abs()
    if is_number(value):
        return abs(value)
    raise ValueError(f"expected a number, got {kind_of(value)}")


def default(value: Any, otherwise: Any, falsy: bool = False) -> Any:
    """`otherwise` for a value not filled; with `true` as second argument also for 0, empty text and false."""
    return otherwise if value is None or (falsy and not value) else value


def join(value: Any, separator: str = "", attribute: str | None = None) -> str:
    return str(bounded(_text(separator).join(to_text(field) for field in _fields(value, attribute))))


def listing(value: Any) -> list[Any]:
    return list(value) if isinstance(value, str | Mapping) else _items(value)


def _defined(value: Any) -> bool:
    return value is not None


def _undefined(value: Any) -> bool:
    return value is None


FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "abs": absolute,
        "average": average,
        "averages": averages,
        "default": default,
        "first": first,
        "int": integer,
        "join": join,
        "last": last,
        "length": length,
        "list": listing,
        "lower": lambda value: _text(value).lower(),
        "map": pick,
        "max": largest,
        "min": smallest,
        "rejectattr": reject,
        "round": round_half_up,
        "selectattr": select,
        "sort": sort,
        "string": to_text,
        "sum": total,
        "sums": sums,
        "unique": unique,
        "upper": lambda value: _text(value).upper(),
    }
)

TESTS: Mapping[str, Callable[..., bool]] = MappingProxyType(
    {
        "defined": _defined,
        "undefined": _undefined,
        "none": _undefined,
        "equalto": equal,
        "eq": equal,
        "ne": unequal,
        "lt": ORDERING["<"],
        "le": ORDERING["<="],
        "gt": ORDERING[">"],
        "ge": ORDERING[">="],
        "in": contains,
    }
)
