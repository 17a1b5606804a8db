"""Reading calendars: a calendar file and the holiday years it names become one `BusinessCalendar`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import AliasChoices, ConfigDict, Field, ValidationError, field_validator, model_validator

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

    @model_validator(mode="after")
    def _check(self) -> Self:
        days = [day for run in self.holidays for day in (run.from_on, run.to_on)] + list(self.working_days)
        first, last = date(self.year, 1, 1) - _NEIGHBOURS, date(self.year, 12, 31) + _NEIGHBOURS
        faults = [f"{day} is not in {self.year}" for day in days if not first <= day <= last]
        off = [run.from_on + timedelta(i) for run in self.holidays for i in range((run.to_on - run.from_on).days + 1)]
        faults += [f"{day} is a day off twice" for day in sorted({day for day in off if off.count(day) > 1})]
        faults += [f"{day} is both a holiday and a working day" for day in self.working_days if day in off]
        faults += [f"{day} is no weekend: a make-up day is one" for day in self.working_days if day.weekday() < 5]
        ids = [festival for run in self.holidays for festival in run.ids]
        faults += [f"{festival} is there twice" for festival in sorted({one for one in ids if ids.count(one) > 1})]
        if faults:
            raise ValueError("; ".join(faults))
        return self


class CalendarFile(Frozen):
    """A calendar as written in `sop_definitions/calendars`; `hours` by day or run of days ("monday-friday")."""

    calendar: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    zone: str
    hours: dict[str, tuple[str, ...]]
    makeup_hours: tuple[str, ...] = ()
    holidays: str | None = None

    @field_validator("hours", mode="after")
    @classmethod
    def _check_hours(cls, hours: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        windows_of_week(hours)
        return hours

    @field_validator("makeup_hours", mode="after")
    @classmethod
    def _check_makeup_hours(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        _raise(read_windows(hours)[1])
        return hours


def compile_calendar(
    mapping: Mapping[str, Any], holiday_years: Sequence[Mapping[str, Any]], offsets: ZoneOffsets
) -> BusinessCalendar:
    """Build a calendar from its file, the files of the holiday list it names, and its zone's offsets.

    Pass no holiday years for a calendar without `holidays`. Raises CalendarError listing every fault in all files.
    """
    faults: list[str] = []
    file: CalendarFile | None = None
    years: list[HolidayYear] = []
    name = str(mapping.get("calendar", "calendar"))
    try:
        file = CalendarFile.model_validate(mapping)
    except ValidationError as error:
        faults += _faults(name, error)
    for index, year in enumerate(holiday_years):
        try:
            years.append(HolidayYear.model_validate(year))
        except ValidationError as error:
            faults += _faults(f"holidays {year.get('year', f'file {index + 1}')}", error)
    seen = [year.year for year in years]
    faults += [f"holidays {year}: the year is given twice" for year in sorted({y for y in seen if seen.count(y) > 1})]
    if not offsets:
        faults.append(f"{name}: zone: no offsets were given")
    if file is not None and (file.holidays is None) != (not holiday_years):
        faults.append(
            f"{name}: holidays: the list '{file.holidays}' does not go with {len(holiday_years)} holiday years"
        )
    if faults or file is None:
        raise CalendarError(tuple(faults))
    years.sort(key=lambda year: year.year)
    windows = windows_of_week(file.hours)
    return BusinessCalendar(
        name=file.calendar,
        title=file.title,
        zone=file.zone,
        offsets=offsets,
        windows=windows,
        makeup_windows=read_windows(file.makeup_hours)[0] or next(day for day in windows if day),
        holidays=tuple(
            Holiday(name=run.name, from_on=run.from_on, to_on=run.to_on) for year in years for run in year.holidays
        ),
        makeup_days=tuple(day for year in years for day in year.working_days),
        needs_notice=file.holidays is not None,
        years=tuple(KnownYear(year=year.year, status=year.status, source=year.source) for year in years),
    )


def windows_of_week(
    hours: Mapping[str, Sequence[str]],
) -> tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]:
    """The windows from Monday to Sunday. Raises ValueError naming every fault."""
    week: list[Windows] = [()] * 7
    faults: list[str] = []
    for key, texts in hours.items():
        first, _, last = key.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            faults.append(f"'{key}' is not a day or a run of days; write monday or monday-friday")
            continue
        windows, wrong = read_windows(texts)
        faults += [f"{key}: {fault}" for fault in wrong]
        for index in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
            if week[index]:
                faults.append(f"{WEEKDAYS[index]} is given twice")
            week[index] = windows
    if not faults and not any(week):
        faults.append("the calendar is never open")
    _raise(faults)
    return (week[0], week[1], week[2], week[3], week[4], week[5], week[6])


def read_windows(texts: Sequence[str]) -> tuple[Windows, tuple[str, ...]]:
    """Windows of one day in minutes from midnight, and the faults of the texts ("08:30-17:00", "22:00-24:00")."""
    windows: list[tuple[int, int]] = []
    faults: list[str] = []
    for text in texts:
        match = _WINDOW.fullmatch(text)
        if match is None:
            faults.append(f"'{text}' is no window; write 08:30-17:00")
            continue
        start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if not start < end <= 24 * 60:
            faults.append(f"'{text}' must end after it begins, at 24:00 the latest; split it at midnight")
        elif windows and start < windows[-1][1]:
            faults.append(f"'{text}' begins before the window in front of it ends")
        windows.append((start, end))
    return tuple(windows), tuple(faults)


def _raise(faults: Sequence[str]) -> None:
    if faults:
        raise ValueError("; ".join(faults))


def _faults(where: str, error: ValidationError) -> list[str]:
    return [
        ": ".join(
            (where, *filter(None, (".".join(map(str, fault["loc"])),)), fault["msg"].removeprefix("Value error, "))
        )
        for fault in error.errors(include_url=False)
    ]
