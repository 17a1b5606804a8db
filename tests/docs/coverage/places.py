"""Where a demand is met: the file and line of a path, and what a scenario says that comes past it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sop_engine.content.library import Library, content_root
from sop_engine.content.sop_file import SopFile
from sop_engine.content.yaml_files import Path, read_file
from sop_engine.records.reports.catalogue import catalogue
from tests.docs.coverage.rows import Row


class Barrier(NamedTuple):
    """A check or four eyes: what is in somebody's way, so that a scenario shows it by being refused."""

    state: str
    words: str
    """The name and title of the check, in small letters; empty for four eyes, which say it in words of their own."""
    warns: bool = False
    """It may be passed with a reason, which shows it as well."""


class Place(NamedTuple):
    """Where something stands."""

    file: str
    """Below the content; empty for a report."""
    line: int = 1
    said: frozenset[str] = frozenset()
    """What a scenario that comes past it says, one or another of them; empty where that cannot be known."""
    barrier: Barrier | None = None


class Misplaced(ValueError):
    """A path that leads nowhere."""


def place_of(row: Row, library: Library) -> Place:
    """Where the demand of a row is met. Raises Misplaced."""
    head, path = _divided(row, library)
    if head == "report":
        if path not in catalogue():
            raise Misplaced(f"there is no report {path}")
        return Place("")
    if head in library.sops:
        return _in_procedure(library.sops[head], path, row.kind)
    if not (content_root() / head).is_file():
        raise Misplaced(f"{head} is neither a procedure nor a file of the content")
    return Place(head, _line(head, path) if path else 1)


def told_of(row: Row, library: Library) -> tuple[str, ...]:
    """What a row is about: the procedure or file, and the words of the path in it."""
    head, path = _divided(row, library)
    return (head, *path.split("."))


def states_of(states: Mapping[str, Any], above: Path = ("states",)) -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    """Every state, however deep: its name, the way to it and what is written of it."""
    for name, written in states.items():
        state: Mapping[str, Any] = written or {}
        yield name, (*above, name), state
        yield from states_of(state.get("states") or {}, (*above, name, "states"))


def _divided(row: Row, library: Library) -> tuple[str, str]:
    """In what the place lies, and the path in it; the procedure itself where the row names nothing else."""
    head, _, path = row.at.partition(": ")
    is_elsewhere = bool(path) or "/" in head or head in library.sops
    return (head, path) if is_elsewhere else (row.sop, head)


def _line(file: str, path: str) -> int:
    written = read_file(content_root() / file)
    return written.place(_way(written.value, path))[0]


def _in_procedure(sop_file: SopFile, path: str, kind: str) -> Place:
    value, words = sop_file.file.value, path.split(".")
    barrier = None
    if words[0] == "states" and len(words) > 1:
        inside = {name: (above, state) for name, above, state in states_of(value["states"])}
        if words[1] not in inside:
            raise Misplaced(f"{sop_file.definition.sop} has no state {words[1]}")
        above, state = inside[words[1]]
        way = (*above, *_way(state, ".".join(words[2:])))
        said = frozenset(_said_of_state(words[1], words[2:], state, kind))
        barrier = _barrier(words[1], words[2:], state)
    else:
        way = _way(value, path)
        said = frozenset({"clocks": [_clock("".join(words[1:2]))], "events": [".".join(words[1:])]}.get(words[0], []))
    found = sop_file.place(way, "")
    return Place(_files()[found.file], found.line, said, barrier)


def _barrier(name: str, rest: Sequence[str], state: Mapping[str, Any]) -> Barrier | None:
    if list(rest) == ["task", "distinct_from"]:
        return Barrier(name, "")
    if list(rest[:2]) == ["task", "checks"] and len(rest) == 3:
        check = state["task"]["checks"][rest[2]]
        return Barrier(name, f"{rest[2]} {check['title']['en']}".lower(), warns=not check.get("blocks", True))
    return None


def _said_of_state(name: str, rest: Sequence[str], state: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Of a time its clock or delay; else the name of the state, how the case ends there, or the work that is done."""
    if rest[:1] == ["after"]:
        yield f"after.{name}"
    elif rest[:1] == ["clocks"] and len(rest) > 1:
        yield _clock(rest[1])
    elif kind == "timer":
        yield _clock(name)
    elif "states" not in state:
        yield from filter(None, (name, state.get("final"), (state.get("work") or {}).get("activity")))


def _clock(name: str) -> str:
    return f"clock {name}"


def _way(value: Any, path: str) -> Path:
    """The steps of a path with points, whose keys may hold points themselves. Raises Misplaced."""
    if not path:
        return ()
    words = path.split(".")
    for length in range(len(words), 0, -1):
        step = _step(value, ".".join(words[:length]))
        if step is not None:
            return (step, *_way(value[step], ".".join(words[length:])))
    known = f"; there is {', '.join(map(str, value))}" if isinstance(value, Mapping) else ""
    raise Misplaced(f"nothing stands at {path}{known}")


def _step(value: Any, name: str) -> str | int | None:
    """A key of a mapping; of a list the entry that is the name, has it as its field, or is among what it uses."""
    if isinstance(value, Mapping):
        return name if name in value else None
    if isinstance(value, list):
        for index, entry in enumerate(value):
            if name in ((entry.get("field"), *(entry.get("use") or ())) if isinstance(entry, Mapping) else (entry,)):
                return index
    return None


@cache
def _files() -> Mapping[str, str]:
    """Each file of the content by its name."""
    root = content_root()
    return {path.name: path.relative_to(root).as_posix() for path in sorted(root.rglob("*.yaml"))}
