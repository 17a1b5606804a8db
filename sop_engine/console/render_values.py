"""How single values look on a screen: titles, instants, money, lists; and the plain table they stand in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from sop_engine.cases.written.fields import read_instant
from sop_engine.console.words import word
from sop_engine.timekeeping.instants import deadline_text

EMPTY = "—"
ID_SHOWN = 60
"""Characters of a case's id in a table: that of a shipment's grandchild has some forty, the longest five hundred."""


def titled(title: Mapping[str, str] | None, language: str) -> str:
    """A bilingual title in the language asked for, or in the one there is."""
    if not title:
        return EMPTY
    return title.get(language) or next(iter(title.values()))


def identifier(case_id: str) -> str:
    """A case's id in a table. One that would push the other columns aside is cut in its middle, which `…` shows: ids of
    child cases differ at the end. `--json` has it whole.
    """
    if len(case_id) <= ID_SHOWN:
        return case_id
    tail = ID_SHOWN // 3
    return f"{case_id[: ID_SHOWN - tail - 1]}…{case_id[-tail:]}"


def instant(moment: datetime | None, zone: tzinfo | None) -> str:
    """`2026-03-02 17:00+08:00`, a form that `--at` takes as well."""
    return moment.astimezone(zone).isoformat(sep=" ", timespec="minutes") if moment else EMPTY


def deadline(moment: datetime | None, zone: tzinfo | None) -> str:
    """As `instant`, but with the day that it ends where it ends with one: `2026-03-02 24:00+08:00`."""
    return deadline_text(moment.astimezone(zone)) if moment else EMPTY


def value(content: Any, language: str, zone: tzinfo | None) -> str:
    """A field's value on one line."""
    if content is None or content in ("", [], {}):
        return EMPTY
    if isinstance(content, bool):
        return word("yes" if content else "no", language)
    if isinstance(content, Mapping):
        if set(content) == {"amount", "currency"}:
            return f"{content['currency']} {content['amount']}"
        if set(content) <= {"en", "zh"}:
            return titled(content, language)
        return ", ".join(f"{key}: {value(inner, language, zone)}" for key, inner in content.items())
    if isinstance(content, list | tuple):
        return "; ".join(value(inner, language, zone) for inner in content)
    moment = read_instant(content) if isinstance(content, str) and "T" in content else None
    return instant(moment, zone) if moment else str(content)


def table(headings: Iterable[str], language: str, *, right: Iterable[str] = ()) -> Table:
    """An unframed table whose cells wrap instead of being cut."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    to_the_right = tuple(right)
    for heading in headings:
        made.add_column(
            word(heading, language), overflow="fold", justify="right" if heading in to_the_right else "left"
        )
    return made


def pairs(entries: Iterable[tuple[str, str]]) -> Table:
    """Names and values under each other."""
    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, content in entries:
        made.add_row(f"  {name}", content)
    return made


def heading(key: str, language: str) -> Text:
    text = word(key, language)
    return Text(text[:1].upper() + text[1:], style="bold")
