"""Values from the command line: `--set path=value`, `--file`, and the contracts made of them.

Everything stays text, as written: the case's fields give it its type. So `12.50` keeps its digits, `NO` stays Norway
and `12:30` stays a time.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sop_engine.cases.faults import Fault, InvalidInput

Model = TypeVar("Model", bound=BaseModel)


class _TextLoader(yaml.SafeLoader):
    """YAML in which every plain word is text; only `null`, `~` and nothing at all are not filled."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own name and shape
        first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


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
            Fault(where=".".join(map(str, fault["loc"])), what=fault["msg"][:1].lower() + fault["msg"][1:])
            for fault in error.errors()
        ]
        raise InvalidInput("The input cannot be used", faults) from None


def _read_file(file: Path) -> tuple[dict[str, Any], list[Fault]]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        values = yaml.load(text, Loader=_TextLoader)
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Fault(where=str(file), what=f"cannot be read: {error}")]
    except yaml.YAMLError as error:
        return {}, [Fault(where=str(file), what=" ".join(str(error).split()), allowed="YAML or JSON")]
    if values is None:
        return {}, []
    if not isinstance(values, dict):
        return {}, [Fault(where=str(file), what="is not a mapping of fields", allowed="field: value")]
    return values, []


def _assign(values: dict[str, Any], path: str, text: str) -> Fault | None:
    """Sets `goods.0.name`; lists grow by one entry at a time."""
    place: Any = values
    first, *rest = path.split(".")
    *parents, last = first, *rest
    for step, (part, following) in enumerate(zip(parents, rest, strict=True), start=1):
        inner = _entry(place, part)
        if inner is None:
            inner = [] if following.isdigit() else {}
            if not _put(place, part, inner):
                return _misplaced(path, step, place)
        place = inner
    return None if _put(place, last, text) else _misplaced(path, len(parents) + 1, place)


def _entry(place: Any, part: str) -> Any:
    if isinstance(place, list):
        return place[int(part)] if part.isdigit() and int(part) < len(place) else None
    return place.get(part) if isinstance(place, dict) else None


def _put(place: Any, part: str, value: Any) -> bool:
    if isinstance(place, dict):
        place[part] = value
        return True
    if not isinstance(place, list) or not part.isdigit() or int(part) > len(place):
        return False
    place[int(part) : int(part) + 1] = [value]
    return True


def _misplaced(path: str, steps: int, place: Any) -> Fault:
    part = path.split(".")[steps - 1]
    if isinstance(place, list):
        return Fault(where=path, what=f"{part} is not the next entry", allowed=f"0 to {len(place)}")
    return Fault(where=path, what=f"nothing can be put under {part!r}, which is below a plain value")
