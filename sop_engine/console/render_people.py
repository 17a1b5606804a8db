"""People on a screen."""

from rich.console import RenderableType

from sop_engine.cases.contracts.people import People
from sop_engine.console.render_values import EMPTY, table
from sop_engine.console.words import word


def render_people(found: People, language: str) -> RenderableType:
    made = table(("person", "name", "posts", "away", "deputies", "acts_for"), language)
    for line in found.people:
        deputies = (f"{role}: {', '.join(named)}" for role, named in line.deputies.items())
        made.add_row(
            line.person,
            line.name,
            ", ".join(line.posts) or EMPTY,
            word("yes", language) if line.is_away else EMPTY,
            "; ".join(deputies) or EMPTY,
            ", ".join(line.acts_for) or EMPTY,
        )
    return made
