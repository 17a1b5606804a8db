"""What a paper or a notice says of what is classified: the places that its template reads, and those behind the values
that its procedure gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sop_engine.cases.visibility.lens import Lens
from sop_engine.cases.written.classified import EACH, Place, places_of
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.places import Written, walk


def hidden_from_paper(
    definition: SopDefinition, template: str, mentioned: Iterable[str] | None, lens: Lens
) -> tuple[str, ...]:
    """The hidden places that a paper of the template shows. `mentioned` are the dotted names in the template's text;
    none where nobody has it any more, and then it may show anything."""
    if lens.is_shut or mentioned is None:
        return tuple(sorted(lens.hides))
    read = [tuple(each.split(".")) for each in mentioned]
    read += [place for _, places in given_to(definition, "document", template) for place in places]
    return tuple(sorted(hidden for hidden in lens.hides if any(meets(hidden, place) for place in read)))


def masked_values(
    definition: SopDefinition, kind: str, template: str, values: Mapping[str, Any], lens: Lens
) -> dict[str, Any]:
    """The `with` of an effect without the values that were read where the lens lets nobody look."""
    lost = {
        name
        for name, places in given_to(definition, kind, template)
        if any(meets(hidden, place) for hidden in lens.hides for place in places)
    }
    return {name: None if name in lost else value for name, value in values.items()}


def given_to(definition: SopDefinition, kind: str, template: str) -> Iterator[tuple[str, tuple[Place, ...]]]:
    """Each value that the effects of a kind give a template, and the places that it is made of."""
    for written in _effects(definition):
        body = written.body
        if template not in (body.get("template"), body.get(kind) if kind == "document" else None) or kind not in body:
            continue
        values = body.get("with")
        for name, source in values.items() if isinstance(values, Mapping) else ():
            yield str(name), places_of(source)


def meets(hidden: str, place: Place) -> bool:
    """Whether a value at the place is hidden, is within what is, or has it within itself."""
    keys = tuple(key for key in hidden.split(".") if key != EACH)
    return keys[: len(place)] == place or place[: len(keys)] == keys


def _effects(definition: SopDefinition) -> Iterator[Written]:
    """Every effect of the procedure, and what undoes it."""
    written = definition.model_dump(mode="json", include={"states", "on", "initial"})
    for action in walk(written):
        yield action
        undo = action.body.get("undo")
        for body in [undo] if isinstance(undo, Mapping) else undo if isinstance(undo, list) else []:
            yield Written(action.path, body)
    for body in definition.cancel:
        yield Written(("cancel",), body)
