"""Values that are handed on under their own names: the `use` of a `with` and of a `store`, written out.

`with: {use: [customer, goods]}` gives each field of the group `customer`, and `goods`, to the field of the same name;
`store: {use: [supplier]}` takes a result the same way. What stands beside `use` is said as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sop_engine.content.shared.parts import USE, Desk
from sop_engine.content.yaml_files import Path

HOLDERS = ("case", "work")
"""What of a state hands values on, by its `with` and its `store`; a final state does by its own `with`."""


def handed_on(states: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every `with` and `store` of a chart that uses names, with where it stands."""
    for name, body in states.items() if isinstance(states, Mapping) else ():
        if not isinstance(body, Mapping):
            continue
        here = (*path, name)
        for holder in HOLDERS:
            given = body.get(holder)
            if isinstance(given, Mapping):
                yield from (((*here, holder, key), given[key]) for key in ("with", "store") if _is_use(given.get(key)))
        if "final" in body and _is_use(body.get("with")):
            yield (*here, "with"), body["with"]
        yield from handed_on(body.get("states"), (*here, "states"))


def values_of(written: Mapping[str, Any], path: Path, desk: Desk) -> dict[str, Any]:
    """The mapping with each name that it uses, as itself. Adds every fault: unknown names, and names given twice."""
    names = written[USE] if isinstance(written[USE], list) else [written[USE]]
    own = desk.file.value.get("data")
    values: dict[str, Any] = {}
    for index, name in enumerate(names):
        here = (*path, USE, index) if isinstance(written[USE], list) else (*path, USE)
        for each in _fields(name, own, here, desk):
            if each in values or each in written:
                desk.fault(here, f"brings {each}, which is there already")
                continue
            desk.move((*path, each), here)
            values[each] = each
    return values | {key: value for key, value in written.items() if key != USE}


def _fields(name: Any, own: Any, path: Path, desk: Desk) -> list[str]:
    known = own if isinstance(own, Mapping) else {}
    if isinstance(name, str) and name in known:
        return [name]
    if isinstance(name, str) and name in desk.parts.groups:
        return list(desk.parts.groups[name])
    desk.unknown(path, "group or field", name, [*desk.parts.groups, *(each for each in known if isinstance(each, str))])
    return []


def _is_use(given: Any) -> bool:
    return isinstance(given, Mapping) and USE in given
