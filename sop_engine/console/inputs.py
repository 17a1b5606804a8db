"""Values from the command line: `--set path=value`, `--file`, and the contracts made of them.

Everything stays text, as written: the case's fields give it its type. So `12.50` keeps its digits, `NO` stays Norway
and `12:30` stays a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.console.file_faults import place_faults, read_file
from sop_engine.content.yaml_files import DEEPEST, YamlError, read_text

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine that a value names, before its content is brought."""

    path: Path


def read_values(assignments: Iterable[str], file: Path | None = None) -> dict[str, Any]:
    """The values of a file with the assignments laid over them. Raises `InvalidInput` with every fault."""
    values, faults = _read_file(file) if file else ({}, [])
    for assignment in assignments:
        path, sign, text = assignment.partition("=")
        if not sign or not path:
            faults.append(Fault(where=assignment, what="is not an assignment", allowed="field=value"))
            continue
        fault = _assign(values, path.strip(), text)
        if fault:
            faults.append(fault)
    if faults:
        raise InvalidInput("The values cannot be read", faults)
    return values


def contract(model: type[Model], **values: Any) -> Model:
    """A contract made of what was typed. Raises `InvalidInput` with every fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [
            Fault(where=".".join(map(str, fault["loc"])), what=_worded(fault["type"], fault["msg"]))
            for fault in error.errors()
        ]
        raise InvalidInput("The input cannot be used", faults) from None


def _worded(kind: str, text: str) -> str:
    if kind == "string_too_short":
        return "is empty or too short"
    said = text.removeprefix("Value error, ")
    return said[:1].lower() + said[1:]


def _read_file(file: Path) -> tuple[dict[str, Any], list[Fault]]:
    try:
        values = read_text(read_file(file), str(file), is_typed=False).value
    except InvalidInput as error:
        return {}, list(error.faults)
    except YamlError as error:
        return {}, place_faults(error.faults)
    if values is None:
        return {}, []
    if not isinstance(values, dict):
        return {}, [Fault(where=str(file), what="is not a mapping of fields", allowed="field: value")]
    return values, []


def _assign(values: dict[str, Any], path: str, text: str) -> Fault | None:
    """Sets `goods.0.name`; lists grow by one entry at a time."""
    place: Any = values
    first, *rest = path.split(".")
    if len(rest) >= DEEPEST:
        return Fault(where=path, what=f"lies deeper than {DEEPEST} lists and mappings")
    *parents, last = first, *rest
    for step, (part, following) in enumerate(zip(parents, rest, strict=True), start=1):
        inner = _entry(place, part)
        if inner is None:
            inner = [] if _is_index(following) else {}
            if not _put(place, part, inner):
                return _misplaced(path, step, place)
        place = inner
    return None if _put(place, last, _read(text)) else _misplaced(path, len(parents) + 1, place)


def _read(text: str) -> str | LocalFile:
    """A value as written; what begins with `@` names a file of this machine, and `@@` stands for `@` itself."""
    if text.startswith("@") and not text.startswith("@@"):
        return LocalFile(Path(text[1:]))
    return text[1:] if text.startswith("@@") else text


def _entry(place: Any, part: str) -> Any:
    if isinstance(place, list):
        return place[int(part)] if _is_index(part) and int(part) < len(place) else None
    return place.get(part) if isinstance(place, dict) else None


def _put(place: Any, part: str, value: Any) -> bool:
    if isinstance(place, dict):
        place[part] = value
        return True
    if not isinstance(place, list) or not _is_index(part) or int(part) > len(place):
        return False
    place[int(part) : int(part) + 1] = [value]
    return True


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 10


def _misplaced(path: str, steps: int, place: Any) -> Fault:
    part = path.split(".")[steps - 1]
    if isinstance(place, list):
        return Fault(where=path, what=f"{part} is not the next entry", allowed=f"0 to {len(place)}")
    return Fault(where=path, what=f"nothing can be put under {part!r}, which is below a plain value")
