"""Files on a screen: what is due, what holds them, disposals and their certificates."""

from datetime import date, tzinfo

from rich.console import Group, RenderableType

from sop_engine.cases.contracts.retention import DisposalLine, DisposalList, DueList, HoldList
from sop_engine.console.render_values import EMPTY, identifier, instant, pairs, table
from sop_engine.console.words import word


def render_due(found: DueList, language: str) -> RenderableType:
    made = table(("case", "sop", "rule", "keep_until", "standing", "why"), language)
    for line in found.files:
        made.add_row(
            identifier(line.case_id),
            line.sop,
            line.rule or EMPTY,
            _day(line.keep_until),
            word(line.standing, language),
            line.why or EMPTY,
        )
    return made


def render_holds(found: HoldList, language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("hold", "kind", "subject", "reason", "actor", "at", "lifted_by", "lifted_at"), language)
    for line in found.holds:
        made.add_row(
            line.hold_id,
            word(line.kind, language),
            line.subject,
            line.reason,
            line.set_by,
            instant(line.set_at, zone),
            line.lifted_by or EMPTY,
            instant(line.lifted_at, zone),
        )
    return made


def render_disposals(found: DisposalList, language: str, zone: tzinfo | None) -> RenderableType:
    headings = ("disposal", "status", "requested_by", "decided_by", "ended", "disposed", "kept", "left", "reason")
    made = table(headings, language, right=("disposed", "kept", "left"))
    for line in found.disposals:
        made.add_row(
            line.disposal_id,
            word(line.status, language),
            line.requested_by,
            line.decided_by or EMPTY,
            instant(line.ended_at, zone),
            str(line.disposed),
            str(line.kept),
            str(line.left),
            line.reason,
        )
    return made


def render_disposal(line: DisposalLine, language: str, zone: tzinfo | None) -> RenderableType:
    """The certificate, or how far it has come."""
    head = pairs(
        (
            (word("disposal", language), line.disposal_id),
            (word("status", language), word(line.status, language)),
            (word("requested_by", language), f"{line.requested_by}, {instant(line.requested_at, zone)}: {line.reason}"),
            (word("decided_by", language), f"{line.decided_by or EMPTY}, {instant(line.decided_at, zone)}"),
            (word("carried_out_by", language), line.carried_out_by or EMPTY),
            (word("ended", language), instant(line.ended_at, zone)),
            (word("files", language), ", ".join(f"{rule}: {files}" for rule, files in line.kinds.items()) or EMPTY),
        )
    )
    made = table(("case", "sop", "rule", "keep_until", "status", "steps", "documents", "digest"), language)
    for file in line.files:
        made.add_row(
            identifier(file.case_id),
            file.sop,
            file.rule,
            _day(file.keep_until),
            word(file.status, language) + (f": {file.why}" if file.why else ""),
            str(file.steps),
            str(len(file.documents)),
            file.digest[:16] or EMPTY,
        )
    return Group(head, made)


def _day(day: date | None) -> str:
    return day.isoformat() if day is not None else EMPTY
