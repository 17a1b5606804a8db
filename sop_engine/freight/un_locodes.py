"""One edition of UN/LOCODE, the United Nations Code for Trade and Transport Locations (Recommendation 16 of UN/CEFACT).

The file is made from UNECE's own by `python -m tests.un_locode`.
"""

import csv
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

COLUMNS = ("code", "name", "plain", "also", "subdivision", "functions", "status", "iata", "coordinates")
"""Of the file, in this order. `also` holds names parted by semicolons."""


class Entry(NamedTuple):
    """A place as UNECE lists it."""

    code: str
    name: str
    """In the country's own language where it writes in Latin letters."""
    plain: str
    """The name without diacritics, where it differs."""
    also: tuple[str, ...]
    """Other names of the same place."""
    subdivision: str
    """ISO 3166-2, without the country."""
    functions: str
    """1 port, 2 rail, 3 road, 4 airport, 5 postal exchange, 6 inland clearance depot, 7 fixed transport such as an oil
    platform, B border crossing; empty where UNECE does not know."""
    status: str
    """Who approved it: AA the government, AC customs, AF the national facilitation body, AI an international code, AS
    the standardisation body, RL found in a gazetteer, RQ still under consideration, …"""
    iata: str
    """The airport's code, where it is not the end of the UN/LOCODE."""
    coordinates: str
    """Degrees and minutes: `3114N 12129E`; empty where UNECE gives none."""


class UnLocodes:
    """The table by code. An entry is parsed when it is asked for: there are more than a hundred thousand."""

    def __init__(self, edition: str, lines: Iterable[str]) -> None:
        self.edition = edition
        self._lines = {line[:5]: line for line in lines}

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, code: str) -> bool:
        return code in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    @cached_property
    def countries(self) -> frozenset[str]:
        """The countries that have a place, by their two letters."""
        return frozenset(code[:2] for code in self._lines)

    def get(self, code: str) -> Entry | None:
        """The entry of a code, where there is one."""
        line = self._lines.get(code)
        return _entry(line) if line is not None else None

    def holding(self, text: str) -> Iterator[Entry]:
        """The entries that have a text in any of their columns, whatever its case."""
        wanted = text.casefold()
        return (_entry(line) for line in self._lines.values() if wanted in line.casefold())


def _entry(line: str) -> Entry:
    code, name, plain, also, *rest = next(csv.reader([line]))
    return Entry(code, name, plain, tuple(also.split(";")) if also else (), *rest)
