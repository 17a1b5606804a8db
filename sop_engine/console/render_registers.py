"""Registers on a screen: which there are, their rows, one row, and who changed what."""

from collections.abc import Iterable
from datetime import tzinfo

from rich.console import Group, RenderableType
from rich.text import Text

from sop_engine.cases.contracts.registers import RegisterList, RowChanges, RowLine
from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.console.render_values import EMPTY, identifier, instant, pairs, table, titled, value
from sop_engine.console.words import word

SHOWN = 5
"""Fields of a row in a list, the key apart; `show` has them all."""


def render_registers(found: RegisterList, language: str) -> RenderableType:
    made = table(("register", "title", "key", "kept_by", "rows"), language, right=("rows",))
    for line in found.registers:
        spec = RegisterSpec.model_validate(line.written)
        title = spec.title.text(language)
        made.add_row(spec.name, title, ", ".join(spec.key), ", ".join(spec.keepers), str(line.rows))
    return made


def render_rows(spec: RegisterSpec, rows: Iterable[RowLine], language: str, zone: tzinfo | None) -> RenderableType:
    """The first fields that are not lists, for there is no room for all."""
    shown = [
        name
        for name, field in spec.fields.items()
        if name not in spec.key and field.type not in ("list", "record", "long_text")
    ][:SHOWN]
    made = table(("key",), language)
    for name in (*shown,):
        made.add_column(spec.fields[name].title.text(language), overflow="fold")
    for row in rows:
        made.add_row(row.key, *(_shown(spec.fields[name], row.values.get(name), language, zone) for name in shown))
    return made


def render_row(spec: RegisterSpec, row: RowLine, language: str, zone: tzinfo | None) -> RenderableType:
    entries = [
        (field.title.text(language), _shown(field, row.values.get(name), language, zone))
        for name, field in spec.fields.items()
    ]
    gone = [(name, value(content, language, zone)) for name, content in row.values.items() if name not in spec.fields]
    changed = f"{word('version', language)} {row.version}, {instant(row.changed_at, zone)}, {row.actor}"
    head = Text(f"{spec.title.text(language)} {row.key}", style="bold")
    return Group(head, pairs((*entries, *gone)), Text(changed))


def render_changes(found: RowChanges, language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("at", "key", "version", "actor", "case", "reason", "changes"), language, right=("version",))
    for line in found.changes:
        told = "; ".join(
            f"{name}: {value(change.get('old'), language, zone)} → {value(change.get('new'), language, zone)}"
            for name, change in line.changes.items()
        )
        case = identifier(line.case_id) if line.case_id else EMPTY
        made.add_row(instant(line.at, zone), line.key, str(line.version), line.actor, case, line.reason, told or EMPTY)
    return made


def _shown(field: FieldSpec, content: object, language: str, zone: tzinfo | None) -> str:
    if field.type == "choice" and isinstance(field.of, dict) and isinstance(content, str) and content in field.of:
        return titled(field.of[content].model_dump(), language)
    return value(content, language, zone)
