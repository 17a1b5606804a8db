"""`sop table`: the firm's own tables, read from files of this machine; no server is asked."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import InvalidInput
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.file_faults import place_faults

if TYPE_CHECKING:
    from sop_engine.content.own_tables import OwnTables
    from sop_engine.freight.places import Place
    from sop_engine.freight.rules import Rule

tables = group("table", "The firm's own tables: customs rates of exchange, tariff lines, carriers' free time, places.")


class TableLine(BaseModel):
    """One entry that automated work may use."""

    table: str
    entry: str
    valid_from: date | None = None
    """Absent for places, which are not dated."""
    valid_to: date | None = None
    citation: str = ""


class TableCheck(BaseModel):
    entries: tuple[TableLine, ...]


@command(tables, "check", reads=True, local=True)
def check(
    session: Session,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="Where the tables lie; else SOP_TABLES_FOLDER.")
    ] = None,
) -> None:
    """Check tables before workers read them; every fault is listed with its file and line, else every entry."""
    found = own_tables(folder or session.settings.tables_folder)
    entries = (
        *(
            _line("exchange rates", f"{rate.units:f} {rate.currency} = CNY {rate.rate:f}", rate)
            for rate in found.exchange_rates.root
        ),
        *(_line("tariff", f"{line.hs_code} {line.goods}", line) for line in found.tariff.lines),
        *(_line("tariff", agreement.name, agreement) for agreement in found.tariff.agreements),
        *(_line("tariff", f"{one.kind} {', '.join(one.hs_codes)}", one) for one in found.tariff.remedies),
        *(
            _line("free time", f"{stay.carrier} {stay.place} {stay.direction} {stay.charge}", stay)
            for stay in found.free_time.root
        ),
        *(_place_line(found.places.find(note.code)) for note in found.own_places),
    )
    if session.as_json:
        session.json(TableCheck(entries=entries))
    else:
        from sop_engine.console.render_lists import render_entries

        rows = [(line.table, line.entry, line.valid_from, line.valid_to, line.citation) for line in entries]
        session.show(render_entries(rows, session.language))
    session.say(f"No fault in {len(entries)} entries")


def own_tables(folder: Path | None) -> "OwnTables":
    """The tables as workers would have them. Raises `InvalidInput` with every fault of the firm's files."""
    from sop_engine.content.library import ContentError, content_root
    from sop_engine.content.own_tables import load_own_tables

    try:
        return load_own_tables(content_root(), folder)
    except ContentError as error:
        raise InvalidInput(f"{len(error.faults)} faults in the tables", place_faults(error.faults)) from None


def _place_line(place: "Place") -> TableLine:
    return TableLine(table="places", entry=" ".join(filter(None, (place.label, place.zh, ", ".join(place.kinds)))))


def _line(table: str, entry: str, rule: "Rule") -> TableLine:
    return TableLine(
        table=table, entry=entry, valid_from=rule.valid_from, valid_to=rule.valid_to, citation=rule.citation
    )
