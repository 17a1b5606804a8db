"""One row of a register: how it is known, what is wrong with it, and what of it a change changes.

Rows are kept as JSON that any writer takes; numbers and days as text. What is compared are the values themselves, so
that `12.50` in place of `12.5` is no change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.basis.plain import plain
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.written.fields import describe, read_fields
from sop_engine.cases.written.register import RegisterSpec

KEY_LENGTH = 100
JOINED_BY = ":"
"""Between the parts of a key of several fields."""

Stored = Mapping[str, Any]


class RowChange(NamedTuple):
    """What a row becomes."""

    values: dict[str, Any]
    """All that is kept of it; fields that are not filled are not there."""
    changes: dict[str, dict[str, Any]]
    """Field -> its `old` and `new` value; empty where nothing changes."""
    faults: list[Fault]


def row_key(spec: RegisterSpec, values: Mapping[str, Any]) -> tuple[str | None, list[Fault]]:
    """By what the row is known; or what is wrong with the fields of its key."""
    given = {name: values[name] for name in spec.key if name in values}
    parsed, faults = read_fields(spec.fields, given)
    missing = [name for name in spec.key if parsed.get(name) is None and not any(f.where == name for f in faults)]
    faults += [Fault(where=name, what="is missing", allowed=describe(spec.fields[name])) for name in missing]
    if faults:
        return None, faults
    parts = {name: str(plain(parsed[name])) for name in spec.key}
    bad = [name for name, part in parts.items() if not all(sign.isalnum() or sign in "-_." for sign in part)]
    key = JOINED_BY.join(parts.values())
    if bad:
        allowed = "letters, digits, hyphens, underscores, dots"
        return None, [Fault(where=name, what=f"{parts[name]!r} cannot be a key", allowed=allowed) for name in bad]
    if len(key) > KEY_LENGTH:
        return None, [Fault(where=spec.key[0], what=f"{len(key)} characters are too many", allowed=f"{KEY_LENGTH}")]
    return key, []


def changed(
    spec: RegisterSpec, stored: Stored | None, given: Mapping[str, Any], people: Collection[str] | None = None
) -> RowChange:
    """A row with the given fields laid over what is stored; a field that is given empty is emptied.

    `people` are those whom the organisation knows; none where that is not known here. A stored field that the register
    does not declare any more stays as it is.
    """
    parsed, faults = read_fields(spec.fields, given)
    before, stale = read_fields(
        spec.fields, {name: (stored or {})[name] for name in stored or {} if name in spec.fields}
    )
    faults += [fault for fault in stale if fault.where.partition(".")[0] not in given]
    new = {name: field.default for name, field in spec.fields.items()} if stored is None else {}
    after = {name: value for name, value in {**new, **before, **parsed}.items() if not _is_empty(value)}
    told = {fault.where.partition(".")[0] for fault in faults}
    faults += [
        Fault(where=name, what="is missing", allowed=describe(field))
        for name, field in spec.fields.items()
        if field.required and name not in after and name not in told
    ]
    faults += _strangers(spec, after, people)
    changes = {
        name: {"old": plain(before.get(name)), "new": plain(after.get(name))}
        for name in spec.fields
        if _filled(before, name) != _filled(after, name)
    }
    gone = {name: value for name, value in (stored or {}).items() if name not in spec.fields}
    return RowChange({**gone, **plain(after)}, changes, faults)


def _strangers(spec: RegisterSpec, values: Mapping[str, Any], people: Collection[str] | None) -> list[Fault]:
    if people is None:
        return []
    return [
        Fault(
            where=name,
            what=f"nobody called {values[name]!r} is known",
            allowed=", ".join(nearest(values[name], people) or tuple(people)[:12]),
        )
        for name in spec.people
        if name in values and values[name] not in people
    ]


def _filled(values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    return None if _is_empty(value) else value


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
