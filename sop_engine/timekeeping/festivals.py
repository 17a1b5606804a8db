"""The festivals of a calendar: runs of days off that have an id, by which a duty names them.

They stand beside the calendar and not in it: a calendar travels with every case, and no case asks for a festival.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sop_engine.timekeeping.calendar_files import HolidayYear


class Festival(NamedTuple):
    """One run of days off, both ends included. `year` is that of the file, whatever year the days lie in."""

    ids: tuple[str, ...]
    year: int
    first: date
    last: date


def festivals_of(holiday_years: Iterable[Mapping[str, Any]]) -> tuple[Festival, ...]:
    """The festivals of some holiday files that a calendar was compiled from, in the order of their days."""
    years = map(HolidayYear.model_validate, holiday_years)
    found = (Festival(run.ids, year.year, run.from_on, run.to_on) for year in years for run in year.holidays if run.ids)
    return tuple(sorted(found, key=lambda festival: festival.first))


def named(festivals: Sequence[Festival], wanted: Collection[str]) -> Iterator[tuple[str, Festival]]:
    """Each run that is wanted with the id that it is wanted by: its first one. Every run where none are named."""
    for festival in festivals:
        by = next((name for name in festival.ids if not wanted or name in wanted), None)
        if by is not None:
            yield by, festival
