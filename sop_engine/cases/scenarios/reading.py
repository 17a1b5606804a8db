"""Reads what a file says as scenarios; every fault has its path and, for a name that is none, the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.basis.models import Frozen, Title
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.scenarios.model import EXPECTATIONS, STEPS, ChildFake, Expects, Given, Scenario
from sop_engine.statechart.faults import Fault, Path

_Model = TypeVar("_Model", bound=BaseModel)


MERGED = ("data", "answers", "reads", "unique", "children")
"""Of what is given: mappings, of which a scenario may say one entry for itself."""


class ScenariosWritten(Frozen):
    """A file, of which no scenario is read yet."""

    given: dict[str, Any] = {}
    """What is given in every scenario that does not say it otherwise."""
    scenarios: dict[str, Any]


class ScenarioBody(Frozen):
    """A scenario whose steps and expectations are not read yet."""

    title: Title
    sop: str | None = None
    given: Any = {}
    when: list[Any] = []
    then: list[Any] = []


def read_scenarios(written: Any, sop: str) -> tuple[dict[str, Scenario], list[Fault]]:
    """The scenarios of a file by name, as far as they can be read, and every fault.

    `sop` is the one that a scenario is about if it names none.
    """
    faults: list[Fault] = []
    file = _read(ScenariosWritten, written, (), faults)
    found: dict[str, Scenario] = {}
    for name, body in file.scenarios.items() if file is not None else ():
        scenario = _scenario(name, body, sop, file.given if file is not None else {}, faults)
        if scenario is not None:
            found[name] = scenario
    return found, faults


def shared_with(written: Any) -> Iterator[tuple[Path, Path]]:
    """Where each scenario takes what is given to all, and where that stands."""
    common = _mapping(_mapping(written).get("given"))
    for name, body in _mapping(_mapping(written).get("scenarios")).items():
        own = _mapping(_mapping(body).get("given"))
        for key, value in common.items():
            if key in MERGED and isinstance(value, Mapping) and isinstance(own.get(key), Mapping):
                inner = (each for each in value if each not in own[key])
                yield from ((("scenarios", name, "given", key, each), ("given", key, each)) for each in inner)
            elif key not in own:
                yield ("scenarios", name, "given", key), ("given", key)


def _mapping(written: Any) -> Mapping[str, Any]:
    return written if isinstance(written, Mapping) else {}


def _merged(common: Mapping[str, Any], own: Any) -> Any:
    """What is given to one scenario: its own, and what is given to all."""
    if not isinstance(own, Mapping):
        return own
    given = {**common, **own}
    for key in MERGED:
        if isinstance(common.get(key), Mapping) and isinstance(own.get(key), Mapping):
            given[key] = {**common[key], **own[key]}
    return given


def _scenario(name: str, written: Any, sop: str, common: Mapping[str, Any], faults: list[Fault]) -> Scenario | None:
    path: Path = ("scenarios", name)
    body = _read(ScenarioBody, written, path, faults)
    if body is None:
        return None
    given = _read(Given, _merged(common, body.given), (*path, "given"), faults)
    steps = tuple(_each(body.when, (*path, "when"), STEPS, "step", faults))
    expectations = tuple(_each(body.then, (*path, "then"), EXPECTATIONS, "expectation", faults))
    if given is None:
        return None
    return Scenario(name, body.title, body.sop or sop, given, steps, expectations)


def _each(
    written: list[Any], path: Path, kinds: Mapping[str, type[Any]], noun: str, faults: list[Fault]
) -> Iterator[Any]:
    """Each entry of a list, read as the kind whose key it has."""
    for number, entry in enumerate(written):
        here = (*path, number)
        words = [key for key in entry if key in kinds] if isinstance(entry, Mapping) else []
        kind = kinds[words[0]] if len(words) == 1 else None
        if kind is None:
            faults.append(Fault(here, _no_kind(entry, words, kinds, noun)))
        elif kind is Expects:
            inner = entry["expect"] if isinstance(entry["expect"], list) else [entry["expect"]]
            expect = tuple(_each(inner, (*here, "expect"), EXPECTATIONS, "expectation", faults))
            if _read(Expects, {**entry, "expect": ()}, here, faults) is not None:
                rest = {key: value for key, value in entry.items() if key != "expect"}
                yield Expects.model_validate({**rest, "expect": ()}).model_copy(update={"expect": expect})
        elif (read := _read(kind, entry, here, faults)) is not None:
            yield read


def _no_kind(entry: Any, words: list[str], kinds: Mapping[str, type[Any]], noun: str) -> str:
    allowed = ", ".join(kinds)
    if not isinstance(entry, Mapping):
        return f"{noun} is a mapping that says one of {allowed}"
    if words:
        return f"says {' and '.join(words)}; one {noun} says one of {allowed}"
    near = next((f"{key!r}{close}" for key in entry if (close := suggestion(str(key), kinds))), "")
    return f"says none of {allowed}" + (f"; unknown {near}" if near else "")


def _read(model: type[_Model], written: Any, path: Path, faults: list[Fault]) -> _Model | None:
    """What is written as a model; none, and every fault, where it is none."""
    try:
        return model.model_validate(written)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            place = (*path, *found["loc"])
            if found["type"] == "extra_forbidden":
                known = _keys_of(model, found["loc"][:-1])
                allowed = f"; allowed: {', '.join(known)}" if known else ""
                faults.append(Fault(place, f"unknown key{suggestion(str(found['loc'][-1]), known)}{allowed}"))
            else:
                faults.append(Fault(place, found["msg"].removeprefix("Value error, ")))
        return None


def _keys_of(model: type[BaseModel], way: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that a model, or the one that its field of this way is made of, knows."""
    if way and way[0] == "children":
        return _keys_of(ChildFake, way[2:])
    return tuple(info.alias or name for name, info in model.model_fields.items()) if not way else ()
