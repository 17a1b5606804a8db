"""The shipped calendars, compiled for tests of timekeeping, and short ways to write instants."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.calendar_files import compile_calendar
from sop_engine.timekeeping.zones import zone_offsets

CALENDARS = Path(__file__).parents[3] / "sop_definitions" / "calendars"


def read(path: Path) -> dict[str, Any]:
    """One YAML file as a mapping."""
    mapping: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return mapping


@cache
def holiday_files() -> tuple[dict[str, Any], ...]:
    """The files of the Chinese holiday years, oldest first."""
    return tuple(read(path) for path in sorted((CALENDARS / "cn_holidays").glob("*.yaml")))


@cache
def calendar(name: str) -> BusinessCalendar:
    """A shipped calendar."""
    mapping = read(CALENDARS / f"{name}.yaml")
    years = holiday_files() if mapping.get("holidays") else ()
    return compile_calendar(mapping, years, zone_offsets(mapping["zone"], 2020, 2040))


def china(text: str) -> datetime:
    """`2026-02-13 16:00` in China."""
    return datetime.fromisoformat(f"{text}+08:00")


def utc(text: str) -> datetime:
    """`2026-02-13 16:00` in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")
