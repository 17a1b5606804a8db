"""The places that shipments go between: UN/LOCODE, and over it what the trade calls them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.identifiers import un_locode
from sop_engine.freight.rules import RuleError
from sop_engine.freight.un_locodes import Entry, UnLocodes

PlaceKind = Literal["port", "rail", "road", "airport", "post", "depot", "fixed", "border"]

KINDS: MappingProxyType[str, PlaceKind] = MappingProxyType(
    {
        "1": "port",
        "2": "rail",
        "3": "road",
        "4": "airport",
        "5": "post",
        "6": "depot",
        "7": "fixed",
        "B": "border",
    }
)
"""What the functions of UN/LOCODE mean."""

MOST_NEAR = 6
"""How many places an answer proposes for a code that is not known."""


class PlaceNote(Frozen):
    """What the trade says of a place beyond UN/LOCODE, or a place that the edition does not have yet."""

    code: Annotated[str, AfterValidator(un_locode)]
    en: str = ""
    """Its name in English, where UN/LOCODE calls it otherwise."""
    zh: str = ""
    kinds: tuple[PlaceKind, ...] = ()
    """What goes by the code besides the functions that UN/LOCODE gives it."""
    iata: str = Field(default="", pattern=r"^(?:[A-Z]{3})?$")
    """The airport's code, where it is neither the end of the UN/LOCODE nor what UN/LOCODE says."""


class PlaceNotes(Frozen):
    """A file of notes. A code that stands twice is refused."""

    places: tuple[PlaceNote, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        codes = [place.code for place in self.places]
        twice = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
        if twice:
            raise ValueError("; ".join(f"the code {code} stands twice" for code in twice))
        return self


class Place(BaseModel):
    """One place."""

    model_config = ConfigDict(frozen=True)

    code: str
    en: str
    zh: str
    """Empty where nobody noted one."""
    names: tuple[str, ...]
    """All names in Latin letters, `en` first."""
    kinds: tuple[PlaceKind, ...]
    airport: str
    """The code by which airlines know it; empty for a place without an airport."""
    subdivision: str
    coordinates: str
    status: str
    """By whom UN/LOCODE has it approved; empty for the firm's own."""

    @property
    def label(self) -> str:
        """Code and name."""
        return f"{self.code} {self.en}"


class Places:
    """UN/LOCODE, notes over it, and the firm's own over both."""

    def __init__(self, table: UnLocodes, notes: Iterable[PlaceNote], own: Iterable[PlaceNote] = ()) -> None:
        """Raises ValueError, naming each, for places outside of the edition without a name or a kind."""
        self._table = table
        self._notes = {note.code: note for note in (*notes, *own)}
        faults = [
            f"{note.code} is not in UN/LOCODE {table.edition}, so its `en` and `kinds` are needed"
            for note in self._notes.values()
            if note.code not in table and not (note.en and note.kinds)
        ]
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def source(self) -> str:
        """What a code is looked up in."""
        return f"UN/LOCODE {self._table.edition}"

    def __contains__(self, code: str) -> bool:
        return code in self._notes or code in self._table

    def find(self, code: str) -> Place:
        """The place of a code. Raises RuleError, naming those that may be meant, for one that is not known."""
        fault = self.fault(code, "place")
        if fault is not None:
            raise RuleError([fault])
        return self._place(code)

    def fault(self, code: str, where: str, *, proposes: bool = True) -> Fault | None:
        """What is wrong with a code that stands somewhere; None where it is known. To propose near ones takes some 50
        milliseconds."""
        if code in self:
            return None
        near = ", ".join(place.label for place in self.near(code)) if proposes else ""
        return Fault(where, f"{code} is not in {self.source}", near or "a code of UN/LOCODE")

    def area_fault(self, area: str, where: str) -> Fault | None:
        """The same for what may be a country or a place."""
        if len(area) != 2:
            return self.fault(area, where)
        if self._knows_country(area):
            return None
        return Fault(where, f"no place of {self.source} lies in a country {area}", "a country's letters")

    def near(self, code: str) -> tuple[Place, ...]:
        """Places that may be meant by a code that is not known, the likeliest first."""
        found = dict.fromkeys(self._candidates(code))
        return tuple(self._place(each) for each in islice(found, MOST_NEAR))

    def search(self, text: str) -> Iterator[Place]:
        """Places by a text in either language: those whose code, airport or name it is, then names that begin so, then
        words of names; of each kind, the places that the trade noted first, in the order of the notes."""
        wanted = text.strip().casefold()
        if not wanted:
            return
        ranked = [(rank, place) for place in self._holding(wanted) if (rank := _rank(place, wanted)) is not None]
        noted = {code: number for number, code in enumerate(self._notes)}
        for _, place in sorted(ranked, key=lambda each: (each[0], noted.get(each[1].code, len(noted)), each[1].code)):
            yield place

    def _knows_country(self, country: str) -> bool:
        return country in self._table.countries or any(code[:2] == country for code in self._notes)

    def _holding(self, wanted: str) -> Iterator[Place]:
        yield from (self._place(code) for code in self._notes)
        yield from (self._place(entry.code) for entry in self._table.holding(wanted) if entry.code not in self._notes)

    def _candidates(self, code: str) -> Iterator[str]:
        country, location = code[:2], code[2:]
        # TOKYO has the form of a code.
        yield from (place.code for place in self.search(code) if _rank(place, code.casefold()) == 0)
        if not self._knows_country(country):
            yield from (each for each in (*self._notes, *self._table) if each[2:] == location)
            return
        noted = [each for each in self._notes if each[:2] == country]
        yield from (each for each in noted if _abbreviates(location, self._place(each)))
        yield from (each for each in noted if _is_one_slip(location, each[2:]))
        yield from (each for each in self._table if each[:2] == country and _is_one_slip(location, each[2:]))
        yield from noted

    def _place(self, code: str) -> Place:
        note = self._notes.get(code) or PlaceNote(code=code)
        entry = self._table.get(code) or Entry(code, note.en, "", (), "", "", "", "", "")
        kinds = tuple(dict.fromkeys((*(KINDS[sign] for sign in entry.functions), *note.kinds)))
        names = dict.fromkeys(name for name in (note.en, entry.name, entry.plain, *entry.also) if name)
        return Place(
            code=code,
            en=note.en or entry.plain or entry.name,
            zh=note.zh,
            names=tuple(names),
            kinds=kinds,
            airport=(note.iata or entry.iata or code[2:]) if "airport" in kinds else "",
            subdivision=entry.subdivision,
            coordinates=entry.coordinates,
            status=entry.status,
        )


def _rank(place: Place, wanted: str) -> int | None:
    """How well a text in small letters fits: 0 for a whole name or code, 1 for a beginning, 2 for a word's."""
    names = [name.casefold() for name in (place.code, place.airport, place.zh, *place.names) if name]
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    words = (word for name in names for word in name.replace("(", " ").replace("/", " ").replace("-", " ").split())
    return 2 if any(word.startswith(wanted) for word in words) else None


def _abbreviates(location: str, place: Place) -> bool:
    """Whether a name begins with the first sign and has the others after it, as in QDO for Qingdao."""
    return any(
        name[:1].upper() == location[:1] and _follow(location[1:], name[1:].upper())
        for name in (*place.names, place.en)
    )


def _follow(signs: str, text: str) -> bool:
    rest = iter(text)
    return all(sign in rest for sign in signs)


def _is_one_slip(left: str, right: str) -> bool:
    """Whether two locations differ in one sign, or in the order of two neighbours."""
    if len(left) != len(right):
        return False
    differing = [place for place, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    if len(differing) == 2 and differing[1] - differing[0] == 1:
        first, second = differing
        return (left[first], left[second]) == (right[second], right[first])
    return len(differing) == 1
