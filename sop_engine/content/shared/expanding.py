"""A procedure's file with the shared parts that it uses written out, as cases are opened with it and keep it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.content.shared.fields import fields_of, form_of
from sop_engine.content.shared.fragments import states_of
from sop_engine.content.shared.handing_on import handed_on, values_of
from sop_engine.content.shared.parts import USE, Desk, Parts
from sop_engine.content.yaml_files import Path, YamlFault, YamlFile


class Expanded(NamedTuple):
    """The file written out, and what it took."""

    file: YamlFile
    used: frozenset[tuple[str, ...]]
    """`field`, `type` or `fragment`, with its name."""
    reasons: Mapping[str, str]
    """Field -> why it says something else than its namesakes."""


def expanded(file: YamlFile, parts: Parts, faults: list[YamlFault]) -> Expanded:
    """Writes a procedure out. Adds every fault in how it uses the parts."""
    if not isinstance(file.value, Mapping):
        return Expanded(file, frozenset(), {})
    desk = Desk(file, parts, faults, dict(file.grafts))
    value = {key: _written_out(key, part, desk) for key, part in file.value.items()}
    written = YamlFile(file.name, value, file.marks, desk.grafts)
    return Expanded(_with_values(_with_forms(written, desk), desk), frozenset(desk.used), desk.reasons)


def _written_out(key: str, part: Any, desk: Desk) -> Any:
    if key == "data":
        return fields_of(part, ("data",), desk, is_data=True)
    if key == "states":
        return states_of(part, ("states",), desk)
    if key == "events" and isinstance(part, Mapping):
        return {name: _event(event, ("events", name), desk) for name, event in part.items()}
    return part


def _event(event: Any, path: Path, desk: Desk) -> Any:
    if not isinstance(event, Mapping) or "data" not in event:
        return event
    return {**event, "data": fields_of(event["data"], (*path, "data"), desk)}


def _with_forms(file: YamlFile, desk: Desk) -> YamlFile:
    """The same file, its forms written out; the entries of those stand elsewhere than where they are written."""
    desk.file = file
    forms = {path: form for path, form in _forms(file.value.get("states"), ("states",)) if any(map(_is_use, form))}
    if not forms:
        return file
    desk.grafts = dict(file.grafts)
    value = file.value
    for path, form in forms.items():
        value = _put(value, path, form_of(form, path, desk))
    marks = {
        path: mark
        for path, mark in file.marks.items()
        if not any(path[:length] in forms for length in range(len(path)))
    }
    return YamlFile(file.name, value, marks, desk.grafts)


def _with_values(file: YamlFile, desk: Desk) -> YamlFile:
    """The same file with each value that is handed on under its own name."""
    desk.file = file
    desk.grafts = dict(file.grafts)
    value = file.value
    for path, given in list(handed_on(file.value.get("states"), ("states",))):
        value = _put(value, path, values_of(given, path, desk))
    return YamlFile(file.name, value, file.marks, desk.grafts)


def _is_use(entry: Any) -> bool:
    return isinstance(entry, Mapping) and USE in entry


def _forms(states: Any, path: Path) -> Iterator[tuple[Path, list[Any]]]:
    for name, body in states.items() if isinstance(states, Mapping) else ():
        if not isinstance(body, Mapping):
            continue
        task = body.get("task")
        if isinstance(task, Mapping) and isinstance(task.get("form"), list):
            yield (*path, name, "task", "form"), task["form"]
        yield from _forms(body.get("states"), (*path, name, "states"))


def _put(node: Any, path: Path, value: Any) -> Any:
    return {**node, path[0]: _put(node[path[0]], path[1:], value)} if path else value
