"""Fields by name: the `use` of a mapping of fields, of a field, and of a form, written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sop_engine.content.shared.parts import DIFFERS, USE, Desk
from sop_engine.content.yaml_files import Path


def fields_of(written: Any, path: Path, desk: Desk, *, is_data: bool = False) -> Any:
    """A mapping of fields with those it uses; of a case's `data`, why its own differ from their namesakes is kept."""
    if not isinstance(written, Mapping):
        return written
    known = len(desk.faults)
    used = _used(written, path, desk)
    is_known = len(desk.faults) == known
    fields: dict[str, Any] = dict(used)
    for name, body in written.items():
        here = (*path, name)
        if name == USE:
            continue
        is_noted = is_data and isinstance(body, Mapping) and DIFFERS in body
        spec = _noted(name, body, here, desk) if is_noted else body
        if name not in used:
            if isinstance(spec, Mapping) and not {"type", USE} & set(spec):
                if not is_known:
                    continue
                if desk.parts.group_of(name):
                    desk.fault(here, f"has no type, and is not among what is used; add {name} to `use`")
            fields[name] = field_of(spec, here, desk)
        elif isinstance(spec, Mapping) and {"type", USE} & set(spec):
            origin = desk.grafts[here]
            where = f"{origin.file.name}:{origin.file.place(origin.path)[0]}"
            desk.fault(here, f"is used from {where} already; say only what differs here, or do not use it")
        else:
            fields[name] = desk.laid_over(used[name], _inner(spec, here, desk), here)
    return fields


def field_of(spec: Any, path: Path, desk: Desk) -> Any:
    """A field with the type that it uses, and so the fields within it."""
    if not isinstance(spec, Mapping):
        return spec
    own = _inner(spec, path, desk)
    if USE not in spec:
        return own
    name, types = own.pop(USE), desk.parts.types
    if not isinstance(name, str) or name not in types:
        desk.unknown((*path, USE), "type", name, types)
        return own
    desk.used.add(("type", name))
    desk.graft(path, desk.parts.types_file, (name,), (*path, USE))
    return desk.laid_over(types[name], own, path)


def form_of(entries: list[Any], path: Path, desk: Desk) -> list[Any]:
    """A form with the fields and groups of fields that it uses, each as the options beside `use` say."""
    form: list[Any] = []
    for index, entry in enumerate(entries):
        origin = (*path, index)
        shown = _shown(entry, origin, desk) if isinstance(entry, Mapping) and USE in entry else [entry]
        for each in shown:
            desk.move((*path, len(form)), origin)
            form.append(each)
    return form


def _shown(entry: Mapping[str, Any], path: Path, desk: Desk) -> list[Any]:
    options = {key: value for key, value in entry.items() if key != USE}
    names = entry[USE] if isinstance(entry[USE], list) else [entry[USE]]
    own = desk.file.value.get("data")
    form: list[Any] = []
    for name in names:
        if isinstance(name, str) and isinstance(own, Mapping) and name in own:
            form.append(name)
        elif isinstance(name, str) and name in desk.parts.groups:
            form += desk.parts.groups[name]
        else:
            desk.unknown((*path, USE), "group or field", name, [*desk.parts.groups, *_texts(own)])
    return [{"field": name, **options} for name in form] if options else form


def _texts(names: Any) -> list[str]:
    """Those of the names that may be meant: a key of another type is a fault of its own."""
    return [name for name in names if isinstance(name, str)] if isinstance(names, Mapping) else []


def _used(written: Mapping[str, Any], path: Path, desk: Desk) -> dict[str, Any]:
    names = written.get(USE, [])
    if not isinstance(names, list):
        names = [names]
    fields: dict[str, Any] = {}
    for index, name in enumerate(names):
        here = (*path, USE, index) if isinstance(written[USE], list) else (*path, USE)
        for group, each in _found(name, here, desk):
            if each in fields:
                desk.fault(here, f"brings {each}, which is there already")
                continue
            fields[each] = desk.parts.groups[group][each]
            desk.used.add(("field", each))
            desk.graft((*path, each), desk.parts.fields_file, (group, each), here)
    return fields


def _found(name: Any, path: Path, desk: Desk) -> tuple[tuple[str, str], ...]:
    found = desk.parts.named(name) if isinstance(name, str) else ()
    if not found:
        desk.unknown(path, "group or field", name, desk.parts.names())
    return found


def _noted(name: str, spec: Mapping[str, Any], path: Path, desk: Desk) -> dict[str, Any]:
    reason = spec[DIFFERS]
    if isinstance(reason, str) and reason.strip():
        desk.reasons[name] = reason
    else:
        desk.fault((*path, DIFFERS), "says in words why the field is not as its namesake")
    return {key: value for key, value in spec.items() if key != DIFFERS}


def _inner(spec: Any, path: Path, desk: Desk) -> Any:
    if not isinstance(spec, Mapping):
        return spec
    own = dict(spec)
    if "item" in own:
        own["item"] = field_of(own["item"], (*path, "item"), desk)
    if isinstance(own.get("fields"), Mapping):
        fields = own["fields"]
        own["fields"] = {name: field_of(each, (*path, "fields", name), desk) for name, each in fields.items()}
    return own
