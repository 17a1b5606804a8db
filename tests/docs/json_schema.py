"""Whether a value is as a JSON Schema says, by the words that ours uses; a word that is not among them is an error."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

KINDS: Mapping[str, Callable[[Any], bool]] = MappingProxyType(
    {
        "object": lambda value: isinstance(value, Mapping),
        "array": lambda value: isinstance(value, list | tuple),
        "string": lambda value: isinstance(value, str),
        "boolean": lambda value: isinstance(value, bool),
        "null": lambda value: value is None,
        "integer": lambda value: not isinstance(value, bool) and isinstance(value, int),
        "number": lambda value: not isinstance(value, bool | str | list | tuple | Mapping) and value is not None,
    }
)
SAID = frozenset({"$schema", "$defs", "description", "default", "title"})


def faults(schema: Mapping[str, Any], value: Any, root: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Every fault of the value, each after its place."""
    for word, said in schema.items():
        yield from _FAULTS[word](schema, said, value, root, place) if word not in SAID else ()


def _reference(_: Any, said: str, value: Any, root: Any, place: str) -> Iterator[str]:
    yield from faults(root["$defs"][said.removeprefix("#/$defs/")], value, root, place)


def _type(_: Any, said: str | list[str], value: Any, __: Any, place: str) -> Iterator[str]:
    if not any(KINDS[kind](value) for kind in ([said] if isinstance(said, str) else said)):
        yield f"{place}: {value!r} is no {said}"


def _one_of(_: Any, said: list[Any], value: Any, root: Any, place: str) -> Iterator[str]:
    tried = [list(faults(each, value, root, place)) for each in said]
    if all(tried):
        yield from (fault for found in tried for fault in found)


def _not(_: Any, said: Any, value: Any, root: Any, place: str) -> Iterator[str]:
    if not any(faults(said, value, root, place)):
        yield f"{place}: is what it may not be"


def _properties(schema: Any, said: Mapping[str, Any], value: Any, root: Any, place: str) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        if key in said:
            yield from faults(said[key], inner, root, f"{place}.{key}")


def _more(schema: Any, said: Any, value: Any, root: Any, place: str) -> Iterator[str]:
    for key in set(value) - set(schema.get("properties", ())) if isinstance(value, Mapping) else ():
        if said is False:
            yield f"{place}: unknown key {key}"
        elif said is not True:
            yield from faults(said, value[key], root, f"{place}.{key}")


def _items(_: Any, said: Any, value: Any, root: Any, place: str) -> Iterator[str]:
    for index, inner in enumerate(value if KINDS["array"](value) else ()):
        yield from faults(said, inner, root, f"{place}.{index}")


def _required(_: Any, said: list[str], value: Any, __: Any, place: str) -> Iterator[str]:
    for key in said:
        if isinstance(value, Mapping) and key not in value:
            yield f"{place}: {key} is missing"


def _keys(_: Any, said: Any, value: Any, root: Any, place: str) -> Iterator[str]:
    for key in value if isinstance(value, Mapping) else ():
        yield from faults(said, key, root, f"{place}.{key}")


def _bound(holds: Callable[[Any, Any], bool], applies: Callable[[Any], bool]) -> Callable[..., Iterator[str]]:
    def check(_: Any, said: Any, value: Any, __: Any, place: str) -> Iterator[str]:
        if applies(value) and not holds(value, said):
            yield f"{place}: {value!r} is not within {said!r}"

    return check


_FAULTS: Mapping[str, Callable[..., Iterator[str]]] = MappingProxyType(
    {
        "$ref": _reference,
        "type": _type,
        "anyOf": _one_of,
        "not": _not,
        "properties": _properties,
        "additionalProperties": _more,
        "propertyNames": _keys,
        "items": _items,
        "required": _required,
        "enum": _bound(lambda value, said: value in said, lambda _: True),
        "const": _bound(lambda value, said: value == said, lambda _: True),
        "minimum": _bound(lambda value, said: value >= said, KINDS["number"]),
        "maximum": _bound(lambda value, said: value <= said, KINDS["number"]),
        "minProperties": _bound(lambda value, said: len(value) >= said, KINDS["object"]),
        "minItems": _bound(lambda value, said: len(value) >= said, KINDS["array"]),
        "minLength": _bound(lambda value, said: len(value) >= said, KINDS["string"]),
        "pattern": _bound(lambda value, said: re.search(said, value) is not None, KINDS["string"]),
    }
)
