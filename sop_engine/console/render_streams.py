"""Streams on a screen: which there are, their newest readings, the episodes that cases were told of."""

from datetime import tzinfo

from rich.console import Group, RenderableType

from sop_engine.cases.contracts.streams import StreamList, StreamShown
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.console.render_values import EMPTY, identifier, instant, table, value
from sop_engine.console.words import word


def render_streams(found: StreamList, language: str, zone: tzinfo | None) -> RenderableType:
    columns = ("stream", "title", "brought_by", "readings", "subjects", "newest", "watched_by", "untold")
    made = table(columns, language, right=("readings", "subjects", "watched_by", "untold"))
    for line in found.streams:
        spec = StreamSpec.model_validate(line.written)
        newest = EMPTY if line.newest_at is None else instant(line.newest_at, zone)
        counts = str(line.readings), str(line.subjects), newest, str(line.watched), str(line.waiting)
        made.add_row(spec.name, spec.title.text(language), ", ".join(spec.feeders), *counts)
    for name, cases in found.undeclared.items():
        made.add_row(name, word("no_file_declares_it", language), "", "", "", EMPTY, str(cases), "")
    return made


def render_stream(spec: StreamSpec, found: StreamShown, language: str, zone: tzinfo | None) -> RenderableType:
    """The episodes above, for they are what somebody looks for; the readings below."""
    episodes = table(
        ("case", "episode_rule", "subject", "episode", "since", "until", "told"), language, right=("episode",)
    )
    for each in found.episodes:
        until = EMPTY if each.ended_at is None else instant(each.ended_at, zone)
        state = word("withdrawn", language) if each.is_withdrawn else until
        bounds = str(each.number), instant(each.begun_at, zone), state
        episodes.add_row(identifier(each.case_id), each.rule, each.subject, *bounds, ", ".join(each.told) or EMPTY)
    shown = [name for name in spec.fields if name != spec.subject]
    readings = table(("subject", "at"), language)
    for name in shown:
        readings.add_column(spec.fields[name].title.text(language), overflow="fold")
    for heading in ("source", "late"):
        readings.add_column(word(heading, language))
    for line in found.readings:
        cells = (value(line.values.get(name), language, zone) for name in shown)
        late = word("yes", language) if line.is_late else EMPTY
        readings.add_row(line.subject, instant(line.at, zone), *cells, line.source, late)
    return Group(episodes, readings)
