"""The values that the data of a case may hold, and their exact form in JSON.

A value is nothing, a boolean, an integer, a decimal, text, an aware instant, a date, a duration, a list, or a mapping
with text keys. JSON knows neither decimals nor dates, so each of these travels as a mapping with one `$` key
(`{"$decimal": "12.50"}`); a mapping whose own keys begin with `$` is wrapped as `{"$mapping": {...}}`. What is written
this way is read back unchanged.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

MAXIMUM_DEPTH = 40
"""Mappings and lists nest this deep at most: deeper data would exhaust the stack of whoever walks it."""


def accept(value: Any, depth: int = 0) -> Any:
    """Return `value` as the engine keeps it: floats as decimals, tuples as lists, instants in UTC, `$` forms read.

    Raises ValueError for anything that is not a value: an instant without a zone, a number that is not finite, an
    object of another type, a key that is not text, nesting deeper than `MAXIMUM_DEPTH`.
    """
    if value is None or isinstance(value, bool | int | str | timedelta):
        return value
    if depth > MAXIMUM_DEPTH:
        raise ValueError(f"data nests deeper than {MAXIMUM_DEPTH} levels")
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a finite number")
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"the instant {value.isoformat()} has no time zone")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple):
        return [accept(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return _accept_mapping(value, depth)
    raise ValueError(f"a {type(value).__name__} cannot be kept in the data of a case")


def to_json(value: Any) -> Any:
    """Return the JSON form of an accepted value, from which `accept` gives the same value again."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, datetime):
        return {"$instant": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$microseconds": value // timedelta(microseconds=1)}
    if isinstance(value, Mapping):
        form = {key: to_json(item) for key, item in value.items()}
        return {"$mapping": form} if any(key.startswith("$") for key in form) else form
    return [to_json(item) for item in value]


def _accept_mapping(value: Mapping[Any, Any], depth: int) -> Any:
    if len(value) == 1:
        ((tag, content),) = value.items()
        if tag == "$mapping" and isinstance(content, Mapping):
            return _accept_items(content, depth)
        if tag in _READERS:
            try:
                return accept(_READERS[tag](content), depth + 1)
            except (ValueError, TypeError, InvalidOperation, OverflowError) as error:
                raise ValueError(f"{content!r} cannot be read as {tag}") from error
    return _accept_items(value, depth)


def _accept_items(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise ValueError(f"the key {key!r} is not text")
    return {key: accept(item, depth + 1) for key, item in value.items()}


_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "$decimal": Decimal,
        "$instant": datetime.fromisoformat,
        "$date": date.fromisoformat,
        "$microseconds": lambda count: timedelta(microseconds=count),
    }
)

Data = Annotated[dict[str, Any], BeforeValidator(accept), PlainSerializer(to_json, when_used="json")]
"""The type of a model's field that holds data: checked when a model is read, exact in JSON."""
