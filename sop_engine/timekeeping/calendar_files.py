"""Reading calendars: a calendar file and the holiday years it names become one `BusinessCalendar`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import AliasChoices, ConfigDict, Field, ValidationError, field_validator, model_validator

from sop_engine.basis.faults import Fault, faults_of
from sop_engine.basis.models import Frozen, Title
from sop_engine.timekeeping.calendar import (
    BusinessCalendar,
    CalendarError,
    Holiday,
    KnownYear,
    YearStatus,
)
from sop_engine.timekeeping.timetable import Windows, ZoneOffsets

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WINDOW = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
_NEIGHBOURS = timedelta(days=7)

YEARS = "years"
"""Head of a place in the file of a holiday year."""


FestivalId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class HolidayRun(Frozen):
    """One holiday of a year: its name and its days off, both ends included; a run may celebrate two festivals."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    ids: tuple[FestivalId, ...] = Field(default=(), validation_alias=AliasChoices("id", "ids"))
    """By which duties name it; written as one, or as a list."""
    name: Title
    from_on: date = Field(validation_alias=AliasChoices("from", "from_on"))
    to_on: date = Field(validation_alias=AliasChoices("to", "to_on"))

    @field_validator("ids", mode="before")
    @classmethod
    def _as_list(cls, written: Any) -> Any:
        return (written,) if isinstance(written, str) else written

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError(f"ends on {self.to_on}, before it begins on {self.from_on}")
        return self


class HolidayYear(Frozen):
    """One year of public holidays as its official notice has it, or as the statute alone has it (`status`)."""

    year: int
    status: YearStatus
    authority: Title
    source: str
    published_on: date
    holidays: tuple[HolidayRun, ...]
    working_days: tuple[date, ...]

    def faults(self) -> Iterator[Fault]:
        """Days that cannot be, each with its place in the file."""
        first, last = date(self.year, 1, 1) - _NEIGHBOURS, date(self.year, 12, 31) + _NEIGHBOURS
        off: dict[date, None] = {}
        festivals: dict[str, None] = {}
        for index, run in enumerate(self.holidays):
            for festival in run.ids:
                if festival in festivals:
                    yield Fault(f"holidays.{index}", f"{festival} is there twice")
                festivals[festival] = None
            for key, day in (("from", run.from_on), ("to", run.to_on)):
                if not first <= day <= last:
                    yield Fault(f"holidays.{index}.{key}", f"{day} is not in {self.year}")
            # A run of years would be no run of days to go through.
            for day in (run.from_on + timedelta(days) for days in range(min((run.to_on - run.from_on).days, 366) + 1)):
                if day in off:
                    yield Fault(f"holidays.{index}", f"{day} is a day off twice")
                off[day] = None
        for index, day in enumerate(self.working_days):
            place = f"working_days.{index}"
            if not first <= day <= last:
                yield Fault(place, f"{day} is not in {self.year}")
            if day in off:
                yield Fault(place, f"{day} is both a holiday and a working day")
            if day.weekday() < 5:
                yield Fault(place, f"{day} is no weekend: a make-up day is one")


class CalendarFile(Frozen):
    """A calendar as written in `sop_definitions/calendars`; `hours` by day or run of days ("monday-friday")."""

    calendar: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    zone: str
    hours: dict[str, tuple[str, ...]]
    makeup_hours: tuple[str, ...] = ()
    holidays: str | None = None


def compile_calendar(
    mapping: Mapping[str, Any], holiday_years: Sequence[Mapping[str, Any]], offsets: ZoneOffsets
) -> BusinessCalendar:
    """Build a calendar from its file, the files of the holiday list it names, and its zone's offsets.

    Pass no holiday years for a calendar without `holidays`. Raises CalendarError listing every fault in all files; a
    place in the first year's file begins with `years.0`.
    """
    faults: list[Fault] = []
    file: CalendarFile | None = None
    years: list[HolidayYear] = []
    try:
        file = CalendarFile.model_validate(mapping)
    except ValidationError as error:
        faults += faults_of(error)
    hours, makeup_hours = mapping.get("hours"), mapping.get("makeup_hours", ())
    # What is no text of hours at all has its fault already.
    is_week = isinstance(hours, Mapping) and all(map(_are_texts, hours.values()))
    windows, wrong = windows_of_week(hours) if isinstance(hours, Mapping) and is_week else (None, [])
    makeup_windows, wrong_makeup = read_windows(makeup_hours if _are_texts(makeup_hours) else (), "makeup_hours")
    faults += [*wrong, *wrong_makeup]
    for index, written in enumerate(holiday_years):
        try:
            year = HolidayYear.model_validate(written)
        except ValidationError as error:
            faults += [fault.under(f"{YEARS}.{index}") for fault in faults_of(error)]
            continue
        faults += [fault.under(f"{YEARS}.{index}") for fault in year.faults()]
        if any(other.year == year.year for other in years):
            faults.append(Fault(f"{YEARS}.{index}.year", f"the year {year.year} is given twice"))
        years.append(year)
    if not offsets:
        faults.append(Fault("zone", "no offsets were given"))
    if file is not None and (file.holidays is None) != (not holiday_years):
        what = f"the list '{file.holidays}' does not go with {len(holiday_years)} holiday years"
        faults.append(Fault("holidays", what))
    if faults or file is None or windows is None:
        raise CalendarError(faults)
    years.sort(key=lambda year: year.year)
    return BusinessCalendar(
        name=file.calendar,
        title=file.title,
        zone=file.zone,
        offsets=offsets,
        windows=windows,
        makeup_windows=makeup_windows or next(day for day in windows if day),
        holidays=tuple(
            Holiday(name=run.name, from_on=run.from_on, to_on=run.to_on) for year in years for run in year.holidays
        ),
        makeup_days=tuple(day for year in years for day in year.working_days),
        needs_notice=file.holidays is not None,
        years=tuple(KnownYear(year=year.year, status=year.status, source=year.source) for year in years),
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)


Week = tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]


def windows_of_week(hours: Mapping[str, Sequence[str]]) -> tuple[Week | None, list[Fault]]:
    """The windows from Monday to Sunday, none where the calendar is never open, and every fault with its place."""
    week: list[Windows] = [()] * 7
    faults: list[Fault] = []
    for key, texts in hours.items():
        first, _, last = key.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            faults.append(Fault(f"hours.{key}", "is not a day or a run of days", "monday or monday-friday"))
            continue
        windows, wrong = read_windows(texts, f"hours.{key}")
        faults += wrong
        for index in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
            if week[index]:
                faults.append(Fault(f"hours.{key}", f"{WEEKDAYS[index]} is given twice"))
            week[index] = windows
    if not faults and not any(week):
        faults.append(Fault("hours", "the calendar is never open"))
    return (None if faults else (week[0], week[1], week[2], week[3], week[4], week[5], week[6])), faults


def read_windows(texts: Sequence[str], where: str) -> tuple[Windows, list[Fault]]:
    """Windows of one day in minutes from midnight ("08:30-17:00", "22:00-24:00"), and every fault with its place."""
    windows: list[tuple[int, int]] = []
    faults: list[Fault] = []
    for index, text in enumerate(texts):
        place, match = f"{where}.{index}", _WINDOW.fullmatch(text)
        if match is None:
            faults.append(Fault(place, f"'{text}' is no window", "such as 08:30-17:00"))
            continue
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if not start < end <= 24 * 60:
            faults.append(Fault(place, f"'{text}' must end after it begins, at 24:00 the latest", "split at midnight"))
        elif windows and start < windows[-1][1]:
            faults.append(Fault(place, f"'{text}' begins before the window in front of it ends"))
        windows.append((start, end))
    return tuple(windows), faults
