"""Arithmetic and comparison on the values of an expression: exact, bounded, and an error where Python would guess.

Every function raises ValueError with a sentence for the author of the expression.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Any

from sop_engine.statechart.expression_days import WorkingDays

MAXIMUM_NUMBER = 10**30
MAXIMUM_TEXT = 10_000
MAXIMUM_ITEMS = 5_000
MAXIMUM_VALUES = 100_000
"""In all the lists and records of one result: a list that holds itself thrice would grow threefold at every `set`."""
MAXIMUM_NESTING = 20
"""Of lists and records in one result; well below what the data of a snapshot may nest when it is read back."""

Number = int | Decimal

EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""A result in it either is exact or fails, whatever the context of the thread says."""

ROUNDING = Context(prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
"""For quotients and for what is rounded on purpose."""


def kind_of(value: Any) -> str:
    """Name the kind of a value as an author knows it."""
    for kinds, name in _KINDS:
        if isinstance(value, kinds):
            return name
    return type(value).__name__


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def bounded(value: Any) -> Any:
    """Return `value` unless it has grown past what an expression may produce."""
    if isinstance(value, int | Decimal):
        if not -MAXIMUM_NUMBER <= value <= MAXIMUM_NUMBER:
            raise ValueError("the number is too large")
    elif isinstance(value, str):
        if len(value) > MAXIMUM_TEXT:
            raise ValueError(f"the text is longer than {MAXIMUM_TEXT} characters")
    elif isinstance(value, list | Mapping):
        _count(value, MAXIMUM_VALUES, MAXIMUM_NESTING)
    return value


def add(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return _arithmetic(left, right, EXACT.add)
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    if isinstance(left, list) and isinstance(right, list):
        return bounded(left + right)
    if isinstance(left, timedelta | WorkingDays) and isinstance(right, date):
        left, right = right, left
    if isinstance(left, date) and isinstance(right, WorkingDays):
        return right.after(left)
    if isinstance(left, date | timedelta) and isinstance(right, timedelta):
        return _moved(left, right)
    raise _unfit("add", left, right)


def subtract(left: Any, right: Any) -> Any:
    if is_number(left) and is_number(right):
        return _arithmetic(left, right, EXACT.subtract)
    if isinstance(left, date) and isinstance(right, date) and kind_of(left) == kind_of(right):
        return left - right
    if isinstance(left, date) and isinstance(right, WorkingDays):
        return right.before(left)
    if isinstance(left, date | timedelta) and isinstance(right, timedelta):
        return _moved(left, -right)
    raise _unfit("subtract", left, right)


def multiply(left: Any, right: Any) -> Number:
    if is_number(left) and is_number(right):
        return _arithmetic(left, right, EXACT.multiply)
    raise _unfit("multiply", left, right)


def divide(left: Any, right: Any) -> Decimal:
    """The quotient as a decimal of 28 digits, rounded half to even."""
    _divisible(left, right)
    quotient = _decimal(ROUNDING.divide, left, right)
    bounded(quotient)
    return quotient


def floor_divide(left: Any, right: Any) -> Number:
    """The largest whole number not above the quotient; of two durations, how often the one goes into the other."""
    if isinstance(left, timedelta) and isinstance(right, timedelta) and right:
        return left // right
    _divisible(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    whole = _decimal(EXACT.subtract, left, modulo(left, right))
    return _decimal(EXACT.divide, whole, right).to_integral_value(ROUND_FLOOR)


def modulo(left: Any, right: Any) -> Number:
    """What is left over; it has the sign of the divisor."""
    _divisible(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    remainder = _decimal(EXACT.remainder, left, right)
    if remainder and (remainder < 0) != (right < 0):
        return _decimal(EXACT.add, remainder, right)
    return remainder


def negative(value: Any) -> Any:
    if is_number(value):
        return _arithmetic(0, value, EXACT.subtract)
    if isinstance(value, timedelta):
        return -value
    raise ValueError(f"cannot negate {kind_of(value)}")


def equal(left: Any, right: Any) -> bool:
    """Equality; unlike in Python a boolean never equals a number."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    return not equal(left, right)


def order(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Let `compare` order two numbers, texts, dates, instants or durations; anything else is an error."""

    def ordered(left: Any, right: Any) -> bool:
        if (is_number(left) and is_number(right)) or (
            isinstance(left, str | date | timedelta) and kind_of(left) == kind_of(right)
        ):
            return compare(left, right)
        raise ValueError(f"cannot order {kind_of(left)} and {kind_of(right)}")

    return ordered


def contains(item: Any, container: Any) -> bool:
    """Whether a list has an item, a text a piece, or a record a key."""
    if isinstance(container, list):
        return item in container and any(equal(item, each) for each in container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    if isinstance(container, Mapping):
        return item in container
    raise ValueError(f"cannot look for {kind_of(item)} in {kind_of(container)}")


def to_text(value: Any) -> str:
    """The text of a number, text, boolean, date or instant."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise ValueError(f"{kind_of(value)} has no text")


def _arithmetic(left: Number, right: Number, operation: Callable[[Decimal, Decimal], Decimal]) -> Number:
    result = _decimal(operation, left, right)
    bounded(result)
    return int(result) if isinstance(left, int) and isinstance(right, int) else result


def _decimal(operation: Callable[[Decimal, Decimal], Decimal], left: Number, right: Number) -> Decimal:
    try:
        return operation(Decimal(left), Decimal(right))
    except DecimalException as error:
        raise ValueError("the numbers have too many digits") from error


def _divisible(left: Any, right: Any) -> None:
    if not (is_number(left) and is_number(right)):
        raise _unfit("divide", left, right)
    if not right:
        raise ValueError("division by zero")


def _moved(start: Any, by: timedelta) -> Any:
    if isinstance(start, date) and not isinstance(start, datetime) and by % timedelta(days=1):
        raise ValueError("a date moves by whole days only")
    try:
        return start + by
    except OverflowError as error:
        raise ValueError("the result lies outside the calendar") from error


def _unfit(verb: str, left: Any, right: Any) -> ValueError:
    return ValueError(f"cannot {verb} {kind_of(left)} and {kind_of(right)}")


def _count(value: Any, budget: int, levels: int) -> int:
    if budget == 0:
        raise ValueError(f"the result holds more than {MAXIMUM_VALUES} values")
    if levels == 0:
        raise ValueError(f"the result nests more than {MAXIMUM_NESTING} levels")
    budget -= 1
    if isinstance(value, list | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            budget = _count(item, budget, levels - 1)
    return budget


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a boolean"),
    ((int, Decimal), "a number"),
    (str, "text"),
    (datetime, "an instant"),
    (date, "a date"),
    (timedelta, "a duration"),
    (WorkingDays, "a number of working days"),
    (list, "a list"),
    (Mapping, "a record"),
)

BINARY: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"+": add, "-": subtract, "*": multiply, "/": divide, "//": floor_divide, "%": modulo}
)
EQUALITY: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType({"==": equal, "!=": unequal})
ORDERING: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": order(lt), "<=": order(le), ">": order(gt), ">=": order(ge)}
)
