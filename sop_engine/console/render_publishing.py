"""Texts of a procedure on a screen: which there are, and what differs between two."""

from collections.abc import Iterable
from datetime import tzinfo

from rich.console import RenderableType

from sop_engine.cases.contracts.definitions import DefinitionVersions
from sop_engine.cases.written.difference import Change
from sop_engine.console.render_values import EMPTY, identifier, instant, table, value
from sop_engine.console.words import word

SHOWN = 200
"""Characters of a value; `--json` has it whole."""


def render_versions(found: DefinitionVersions, language: str, zone: tzinfo | None) -> RenderableType:
    made = table(
        ("version", "hash", "standing", "in_force", "at", "actor", "case", "reason"), language, right=("version",)
    )
    for each in found.versions:
        made.add_row(
            str(each.version),
            each.content_hash[:12],
            word(each.standing, language),
            word("yes", language) if each.is_in_force else EMPTY,
            instant(each.at, zone),
            each.actor or EMPTY,
            identifier(each.case_id) if each.case_id else EMPTY,
            each.reason or EMPTY,
        )
    return made


def render_changes(changes: Iterable[Change], language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("about", "kind", "place", "old", "new"), language)
    for change in changes:
        old, new = (_short(value(content, language, zone)) for content in (change.old, change.new))
        made.add_row(word(change.about, language), word(change.kind, language), change.path, old, new)
    return made


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
