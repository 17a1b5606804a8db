"""Which places of a procedure's data are classified, and for whom: `personal` and `confidential` fields.

A place is the keys that lead to a value, `*` for the entries of a list: `("parties", "*", "phone")`. What a field
says holds for all that lies below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sop_engine.cases.written.fields import FieldSpec
from sop_engine.statechart.expression_places import carried
from sop_engine.statechart.expressions import ExpressionError, compile_expression

Place = tuple[str, ...]
EACH = "*"


class Classification(NamedTuple):
    """What makes a place classified."""

    is_personal: bool = False
    roles: frozenset[str] | None = None
    """To whom alone what is confidential shows; none where it is not confidential."""

    def __add__(self, other: object) -> Classification:
        """Both together: only those see it who may see either."""
        if not isinstance(other, Classification):
            return NotImplemented
        known = [each for each in (self.roles, other.roles) if each is not None]
        roles = frozenset.intersection(*known) if known else None
        return Classification(self.is_personal or other.is_personal, roles)

    def covers(self, source: Classification) -> bool:
        """Whether a value with those classification may be put where these are: nobody sees more of it there."""
        if source.roles is not None:
            return self.roles is not None and self.roles <= source.roles
        return not source.is_personal or self.is_classified

    @property
    def is_classified(self) -> bool:
        return self.is_personal or self.roles is not None

    def told(self) -> str:
        """In the words of a file."""
        shown = [] if self.roles is None else [f"confidential: [{', '.join(sorted(self.roles))}]"]
        return ", ".join((["personal: true"] if self.is_personal else []) + shown) or "not classified"


OPEN = Classification()


def classified(specs: Mapping[str, FieldSpec]) -> dict[Place, Classification]:
    """Every classified place, the outer ones first."""
    return {
        place: classification for name, spec in specs.items() for place, classification in _marked((name,), spec, OPEN)
    }


def classification_at(marked: Mapping[Place, Classification], place: Place) -> Classification:
    """What classifies a value that is read at a place: classification on it, around it and within it.

    `place` may leave out that a list has entries, as expressions do.
    """
    keys, found = _named(place), OPEN
    for known, classification in marked.items():
        named = _named(known)
        if named[: len(keys)] == keys or keys[: len(named)] == named:
            found += classification
    return found


def places_of(source: Any) -> tuple[Place, ...]:
    """The places whose values an expression, or a structure of them, carries on."""
    if isinstance(source, Mapping):
        return tuple(place for each in source.values() for place in places_of(each))
    if isinstance(source, list | tuple):
        return tuple(place for each in source for place in places_of(each))
    try:
        return carried(compile_expression(source).node) if isinstance(source, str) else ()
    except ExpressionError:
        return ()


def dotted(place: Place) -> str:
    """The place as a view tells it: `parties.*.phone`."""
    return ".".join(place)


def _named(place: Place) -> Place:
    return tuple(key for key in place if key != EACH)


def _marked(place: Place, spec: FieldSpec, around: Classification) -> Iterator[tuple[Place, Classification]]:
    own = Classification(spec.personal, frozenset(spec.confidential) or None)
    within = around + own
    if own.is_classified:
        yield place, within
    if spec.type == "list":
        yield from _marked((*place, EACH), spec.element(), within)
    for name, field in (spec.fields or {}).items() if spec.type == "record" else ():
        yield from _marked((*place, name), field, within)
