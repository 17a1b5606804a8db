"""`sop place`: the places that cases may name, from files of this machine; no server is asked."""

from itertools import islice
from typing import Annotated

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import NotFound
from sop_engine.console.arguments import LimitOption
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.table import own_tables
from sop_engine.freight.places import Place

place = group("place", "The places that cases may name: UN/LOCODE, and what this firm adds to it.")


class FoundPlaces(BaseModel):
    source: str
    places: tuple[Place, ...]


@command(place, "find", reads=True, local=True)
def find(
    session: Session,
    text: Annotated[str, typer.Argument(help="A code, an airport, or how a name begins, in English or Chinese.")],
    limit: LimitOption = 20,
) -> None:
    """Find the code of a place, the best known first."""
    places = own_tables(session.settings.tables_folder).places
    found = list(places.search(text))
    if not found:
        raise NotFound(
            f"no place of {places.source} is called {text!r}", allowed=("a code, an airport, the beginning of a name",)
        )
    lines = tuple(islice(found, limit))
    if session.as_json:
        session.json(FoundPlaces(source=places.source, places=lines))
    else:
        from sop_engine.console.render_lists import render_places

        session.show(render_places(lines, session.language))
    session.say_count(len(lines), len(found))
