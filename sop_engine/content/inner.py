"""Procedures written inside the state that starts them, such as the small chart of each entry of a list.

Such a one becomes a file of its own before anything else reads it, so a case of it is a child case like any other. What
it does not say for itself is what the procedure around it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.basis.suggestion import suggestion
from sop_engine.content.shared.parts import DIFFERS
from sop_engine.content.yaml_files import Graft, Path, YamlFault, YamlFile

PROCEDURE = "procedure"
INHERITED = ("version", "owner", "calendar", "source", "retention")
"""Head keys of the procedure around it."""
OF_THE_OUTER = ("sop", "version", "parameters", "source", "retention")
"""Head keys that it cannot say: its name stands beside it, and one text has one version and one set of figures."""
_OF_THE_FIELD = ("default", DIFFERS)
"""What is said of a field where it stands, and not of what is given from it."""
_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Inner(NamedTuple):
    """A procedure that stands in another one's file, as a file of its own."""

    file: YamlFile
    given: frozenset[str]
    """The fields that it has from what it is given, typed as they are outside. Tested for membership only."""


def without_inner(file: YamlFile) -> tuple[YamlFile, tuple[Path, ...]]:
    """The file with the procedures inside it taken out, and the place of each."""
    value = file.value
    places = tuple(_places(value.get("states"), ("states",))) if isinstance(value, Mapping) else ()
    for place in places:
        value = _without(value, place)
    return file._replace(value=value), places


def inner_of(written: YamlFile, outer: YamlFile, place: Path, faults: list[YamlFault]) -> Inner | None:
    """The procedure at a place of a file, whose outer one is written out. Adds every fault in how it stands there."""
    case = _at(written.value, place[:-1])
    body, name = case[PROCEDURE], case.get("sop")
    if not isinstance(body, Mapping):
        faults.append(written.fault(place, "a procedure is a mapping with `states`"))
        return None
    for key in (key for key in OF_THE_OUTER if key in body):
        beside = "stands beside `procedure`" if key == "sop" else "is that of the procedure around it"
        faults.append(written.fault((*place, key), f"{beside} and is not said inside"))
    fields = body.get("data", {})
    declared: Mapping[str, Any] = fields if isinstance(fields, Mapping) else {}
    found = _given(
        case, outer.value, lambda name, what: faults.append(written.fault((*place[:-1], "with", name), what))
    )
    given = {name: field for name, field in found.items() if name not in declared}
    figures = _figures(body, outer.value)
    own = {key: value for key, value in body.items() if key not in OF_THE_OUTER}
    value: dict[str, Any] = {
        "sop": name,
        "title": _at(written.value, place[:-2]).get("title"),
        **{key: outer.value[key] for key in INHERITED if key in outer.value},
        "parameters": figures,
        **own,
        "data": fields if fields and not declared else {**given, **declared},
    }
    grafts: dict[Path, Graft] = {
        ("sop",): Graft(written, (*place[:-1], "sop"), ""),
        ("title",): Graft(written, (*place[:-2], "title"), ""),
        **{(key,): Graft(written, (key,), "") for key in (*INHERITED, "parameters") if key in outer.value},
        **{("data", name): Graft(written, (*place[:-1], "with", name), "") for name in given},
    }
    marks = {path[len(place) :]: mark for path, mark in written.marks.items() if path[: len(place)] == place}
    return Inner(YamlFile(written.name, value, marks, grafts), frozenset(given))


def _places(states: Any, path: Path) -> Iterator[Path]:
    for name, body in states.items() if isinstance(states, Mapping) else ():
        if not isinstance(body, Mapping):
            continue
        if isinstance(case := body.get("case"), Mapping) and PROCEDURE in case:
            yield (*path, name, "case", PROCEDURE)
        yield from _places(body.get("states"), (*path, name, "states"))


def _without(node: Any, path: Path) -> Any:
    if len(path) == 1:
        return {key: value for key, value in node.items() if key != path[0]}
    return {**node, path[0]: _without(node[path[0]], path[1:])}


def _at(node: Any, path: Path) -> Any:
    for key in path:
        node = node[key]
    return node


def _given(
    case: Mapping[str, Any], outer: Mapping[str, Any], note: Callable[[str, str], None]
) -> dict[str, dict[str, Any]]:
    """What `with` gives under a name of the outer procedure, of `item` or of a field in it, as fields."""
    fields = outer.get("data")
    known = dict(fields) if isinstance(fields, Mapping) else {}
    known["item"] = _entry(known.get(case.get("for_each")))
    with_ = case.get("with")
    found = {}
    for name, source in with_.items() if isinstance(with_, Mapping) else ():
        if not isinstance(source, str) or not _NAMES.fullmatch(source):
            continue
        field = _inside(source, known)
        if isinstance(field, Mapping):
            found[name] = {key: value for key, value in field.items() if key not in _OF_THE_FIELD}
        elif isinstance(field, str):
            note(name, field)
    return found


def _entry(field: Any) -> Any:
    """What one entry of a list is."""
    if not isinstance(field, Mapping) or field.get("type") != "list":
        return None
    if "item" in field:
        return field["item"]
    return {"type": "record", "title": field.get("title"), "fields": field.get("fields")}


def _inside(source: str, known: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
    """The field at the end of a way such as `item.no`; what is wrong with the way; none where it leads to no field."""
    first, *rest = source.split(".")
    field = known.get(first)
    for name in rest:
        inside = field.get("fields") if isinstance(field, Mapping) and field.get("type") == "record" else None
        if not isinstance(inside, Mapping):
            return None
        if name not in inside:
            return f"there is no {source!r}{suggestion(name, inside)}; it has: {', '.join(inside)}"
        field = inside[name]
    return field if isinstance(field, Mapping) else None


def _figures(body: Mapping[str, Any], outer: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the outer procedure that are named inside, and the one that says how long its files are kept."""
    figures = outer.get("parameters")
    named = {*_words(body), outer.get("retention")}
    return {name: figure for name, figure in figures.items() if name in named} if isinstance(figures, Mapping) else {}


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _words(key)
            yield from _words(value)
    elif isinstance(node, list | tuple):
        for entry in node:
            yield from _words(entry)
    elif isinstance(node, str):
        yield from _WORDS.findall(node)
