"""The tree of states of a chart: ids, kinds and places, read before anything that refers to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sop_engine.statechart.faults import Fault, Path
from sop_engine.statechart.model import ROOT, StateKind


@dataclass(frozen=True, slots=True)
class Outline:
    """One state: where it stands in the tree and in the definition."""

    id: str
    kind: StateKind
    order: int
    ancestors: tuple[str, ...]
    children: tuple[str, ...]
    histories: tuple[str, ...]
    path: Path
    raw: Mapping[str, Any]


def outline(mapping: Mapping[str, Any], faults: list[Fault]) -> dict[str, Outline]:
    """Return all states by id in document order, the root first; adds what is wrong with the tree to `faults`."""
    states: dict[str, Outline] = {}

    def read(state_id: str, raw: Mapping[str, Any], ancestors: tuple[str, ...], path: Path) -> None:
        children = _children(raw, path, faults)
        histories = tuple(name for name, content in children.items() if kind_of(content) == "history")
        if state_id in states:
            first = ".".join(str(key) for key in states[state_id].path)
            faults.append(Fault(path, f"the name '{state_id}' is taken by {first}"))
        else:
            regular = tuple(name for name in children if name not in histories)
            states[state_id] = Outline(
                state_id, kind_of(raw), len(states), ancestors, regular, histories, path=path, raw=raw
            )
        for name, content in children.items():
            read(name, content, (state_id, *ancestors), (*path, "states", name))

    read(ROOT, mapping, (), ())
    return states


def kind_of(raw: Mapping[str, Any]) -> StateKind:
    """The kind of a state by the keys that it has."""
    if "history" in raw:
        return "history"
    if "final" in raw:
        return "final"
    if raw.get("parallel"):
        return "parallel"
    return "compound" if "states" in raw else "atomic"


def _children(raw: Mapping[str, Any], path: Path, faults: list[Fault]) -> dict[str, Mapping[str, Any]]:
    inner = raw.get("states", {})
    if not isinstance(inner, Mapping):
        faults.append(Fault((*path, "states"), f"expected a mapping of states, found {inner!r}"))
        return {}
    children: dict[str, Mapping[str, Any]] = {}
    for name, content in inner.items():
        place = (*path, "states", name if isinstance(name, str) else repr(name))
        if not isinstance(name, str) or not name or name != name.strip():
            faults.append(Fault(place, f"{name!r} is not the name of a state"))
        elif content is not None and not isinstance(content, Mapping):
            faults.append(Fault(place, f"expected a mapping, found {content!r}"))
        else:
            children[name] = content or {}
    return children
