"""The places that shipments go between, by their UN/LOCODE: names in both languages, and what they are."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sop_engine.freight.identifiers import un_locode
from sop_engine.freight.rules import RuleError

PlaceKind = Literal["sea", "air", "rail", "road", "inland"]


class Place(BaseModel):
    """One place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, AfterValidator(un_locode)]
    en: str
    zh: str
    kinds: tuple[PlaceKind, ...] = Field(min_length=1)
    iata: str = Field(default="", pattern=r"^(?:[A-Z]{3})?$")
    """The airport's code, where it is not the end of the UN/LOCODE."""

    @property
    def country(self) -> str:
        """The country's two letters."""
        return self.code[:2]

    @property
    def airport(self) -> str:
        """The code by which airlines know it; empty for a place without an airport."""
        return (self.iata or self.code[2:]) if "air" in self.kinds else ""


class Places(BaseModel):
    """The table, and where it is from. A code or an airport that stands twice is refused, each named.

    It is not complete: a code that is not in it may still be right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    places: tuple[Place, ...]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        faults = [
            f"{what} {name} stands twice"
            for what, names in (
                ("the code", [place.code for place in self.places]),
                ("the airport", [place.airport for place in self.places if place.airport]),
            )
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @cached_property
    def _by_code(self) -> dict[str, Place]:
        return {place.code: place for place in self.places}

    def find(self, code: str) -> Place:
        """The place of a code. Raises RuleError, naming the country's known places, when it is not in the table."""
        place = self._by_code.get(code)
        if place is None:
            near = ", ".join(f"{each.code} {each.en}" for each in self.places if each.country == code[:2])
            raise RuleError([("place", f"{code} is not in the table ({self.source})", near or "a code of the table")])
        return place

    def search(self, text: str) -> tuple[Place, ...]:
        """The places whose code, airport or name in either language is or begins with a text, exact ones first."""
        wanted = text.strip().casefold()
        exact = [place for place in self.places if wanted in _names(place)]
        near = [place for place in self.places if any(name.startswith(wanted) for name in _names(place))]
        return tuple(dict.fromkeys([*exact, *near])) if wanted else ()


def _names(place: Place) -> tuple[str, ...]:
    return tuple(name.casefold() for name in (place.code, place.airport, place.en, place.zh) if name)
