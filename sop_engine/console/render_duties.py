"""Recurring duties on a screen: their list, and how one would change."""

from datetime import tzinfo

from rich.console import RenderableType

from sop_engine.cases.contracts.duties import ComingDuty, DutyDifference, DutyLine, DutyList
from sop_engine.console.render_values import EMPTY, instant, table, titled
from sop_engine.console.words import word


def render_duties(found: DutyList, language: str, zone: tzinfo | None) -> RenderableType:
    numbers = ("started", "skipped", "late")
    made = table(("duty", "title", "status", "next_due", "last_period", *numbers, "note"), language, right=numbers)
    for line in found.duties:
        counts = (str(count or EMPTY) for count in (line.started, line.skipped, line.late))
        made.add_row(
            line.duty,
            titled(line.title, language),
            word(line.status, language),
            _next(line, language, zone),
            line.last_period or EMPTY,
            *counts,
            line.note or EMPTY,
        )
    return made


def told(difference: DutyDifference, zone: tzinfo | None) -> list[str]:
    """A difference in lines: what is said otherwise, the days before and after, what would start at once."""
    lines = [f"{difference.duty}: {difference.change}", *(f"  {what}" for what in difference.what)]
    for name, days in (("before", difference.before), ("after", difference.after)):
        if days:
            lines.append(f"  {name}: {', '.join(_day(each, zone) for each in days)}")
    if difference.at_once:
        lines.append(f"  starts at once: {', '.join(difference.at_once)}")
    return lines


def _next(line: DutyLine, language: str, zone: tzinfo | None) -> str:
    if line.next_at is None:
        return EMPTY
    doubt = f" ({word('provisional', language)})" if line.provisional else ""
    return f"{line.next_at.astimezone(zone):%a} {instant(line.next_at, zone)}{doubt}"


def _day(each: ComingDuty, zone: tzinfo | None) -> str:
    return f"{each.at.astimezone(zone):%a} {instant(each.at, zone)}" + (" (provisional)" if each.provisional else "")
