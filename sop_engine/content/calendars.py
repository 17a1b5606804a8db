"""The calendars of a site with the holiday years that they name, and the festivals of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sop_engine.basis.faults import Fault
from sop_engine.content.placing import keys_of, sentence_of
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting
from sop_engine.timekeeping.calendar import BusinessCalendar, CalendarError
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.festivals import Festival, festivals_of
from sop_engine.timekeeping.zones import zone_offsets

FIRST_YEAR, LAST_YEAR = 2015, 2060
"""The years for which zone offsets travel with a calendar."""


def read_calendars(
    folder: Path, faults: list[YamlFault]
) -> tuple[dict[str, BusinessCalendar], dict[str, tuple[Festival, ...]]]:
    """The calendars, and the festivals of each, by the calendar's name. Adds every fault found."""
    calendars: dict[str, BusinessCalendar] = {}
    festivals: dict[str, tuple[Festival, ...]] = {}
    offsets: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yaml")):
        file = read_noting(path, faults)
        if file is None or not (written := file.entries(faults)):
            continue
        listed = written.get("holidays")
        folders = (folder / listed).glob("*.yaml") if isinstance(listed, str) and listed else ()
        read = [read_noting(year, faults) for year in sorted(folders)]
        years = [year for year in read if year is not None]
        try:
            zone = str(written.get("zone"))
            if zone not in offsets:
                offsets[zone] = zone_offsets(zone, FIRST_YEAR, LAST_YEAR)
            read_years = [year.entries(faults) for year in years]
            calendar = compile_calendar(written, read_years, offsets[zone])
            calendars[calendar.name], festivals[calendar.name] = calendar, festivals_of(read_years)
        except CalendarError as error:
            faults += [_placed(fault, file, years) for fault in error.faults]
    return calendars, festivals


def _placed(fault: Fault, file: YamlFile, years: Sequence[YamlFile]) -> YamlFault:
    """A fault of a calendar in the file that it is in: its own, or that of a holiday year."""
    match keys_of(fault.where):
        case ("years", int(index), *keys):
            return years[index].fault(tuple(keys), sentence_of(fault))
        case keys:
            return file.fault(keys, sentence_of(fault))
