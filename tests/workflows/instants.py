"""Instants of a server's clock beside instants counted by hand.

People's acts reach a server up to some seconds after the time they are for, as busy as the machine is, and clocks count
from there. So instants are compared to the minute here; in memory they are compared to the microsecond.
"""

import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sop_engine.cases.contracts.reading import NoticeLine
from sop_engine.content.library import Library, content_root, load_library
from tests.unit.content.exact_house import local
from tests.workflows.desk import addressee

HALF_A_MINUTE = timedelta(seconds=30)

FAR_YEAR = 2094
"""A year that no run of the tests lives to see: a server's clock starts today and only goes forward."""
THE_DAY = "2093-11-23 09:00"
"""A Monday in the year before: when tests on a server begin that name days."""

YEAR_BEFORE = """
year: 2093
status: published
authority: {en: A test fixture, zh: 测试数据}
source: invented for tests
published_on: "2092-11-04"
holidays:
  - {name: {en: National Day, zh: 国庆节}, from: "2093-10-01", to: "2093-10-07"}
working_days: []
"""

ESTIMATED = """
year: 2094
status: statutory_estimate
authority: {en: A test fixture, zh: 测试数据}
source: invented for tests, the days of the statute
published_on: "2024-11-10"
holidays:
  - {name: {en: "New Year's Day", zh: 元旦}, from: "2094-01-01", to: "2094-01-01"}
  - {name: {en: Spring Festival, zh: 春节}, from: "2094-02-05", to: "2094-02-08"}
  - {name: {en: Qingming Festival, zh: 清明节}, from: "2094-04-05", to: "2094-04-05"}
  - {name: {en: Labour Day, zh: 劳动节}, from: "2094-05-01", to: "2094-05-02"}
working_days: []
"""

PUBLISHED = """
year: 2094
status: published
authority: {en: A test fixture, zh: 测试数据}
source: invented for tests, no notice of the State Council
published_on: "2093-11-04"
holidays:
  - {id: new_year, name: {en: "New Year's Day", zh: 元旦}, from: "2094-01-01", to: "2094-01-03"}
  - {id: spring_festival, name: {en: Spring Festival, zh: 春节}, from: "2094-02-07", to: "2094-02-14"}
working_days: ["2094-02-06"]
"""
"""A make-up Saturday before a long Spring Festival, as 2026 had it."""


def on_the_minute(at: datetime) -> str:
    """The local instant, rounded to the minute."""
    return local((at + HALF_A_MINUTE).replace(second=0, microsecond=0))


def told_at(notices: Iterable[NoticeLine]) -> dict[str, list[str]]:
    """Local instant -> the persons and addresses told then."""
    told: dict[str, list[str]] = {}
    for notice in notices:
        told.setdefault(on_the_minute(notice.recorded_at), []).append(addressee(notice))
    return {at: sorted(people) for at, people in sorted(told.items())}


def reached_at(rungs: Mapping[str, datetime]) -> dict[str, str]:
    return {rung: on_the_minute(at) for rung, at in rungs.items()}


def library_with(year: str, folder: Path) -> Library:
    """The shipped content with holidays of the far year and the one before."""
    root = folder / "content"
    shutil.copytree(content_root(), root, ignore=shutil.ignore_patterns("__pycache__"))
    holidays = root / "calendars" / "cn_holidays"
    (holidays / f"{FAR_YEAR - 1}.yaml").write_text(YEAR_BEFORE, "utf-8")
    (holidays / f"{FAR_YEAR}.yaml").write_text(year, "utf-8")
    return load_library(root)
