"""Notices that wait for something, on a screen."""

from datetime import tzinfo

from rich.console import RenderableType

from sop_engine.cases.contracts.outbox import OutboxList
from sop_engine.cases.contracts.outgoing import NoticeView
from sop_engine.console.render_values import EMPTY, identifier, instant, pairs, table
from sop_engine.console.words import word


def render_messages(found: OutboxList, language: str, zone: tzinfo | None) -> RenderableType:
    made = table(("out_id", "recipient", "channel", "status", "at", "why"), language)
    for line in found.messages:
        made.add_row(
            identifier(line.out_id),
            line.recipient,
            line.channel,
            word(line.status, language),
            instant(line.settled_at or line.sent_at or line.begun_at, zone),
            line.error or EMPTY,
        )
    return made


def render_notice(view: NoticeView, language: str, zone: tzinfo | None) -> RenderableType:
    return pairs(
        [
            (word("notice", language), view.notice),
            (word("case", language), view.case_id),
            (word("status", language), word(view.status, language)),
            (word("until", language), instant(view.until, zone)),
            (word("passed_over", language), "; ".join(view.passed_over) or EMPTY),
            (word("tried", language), "; ".join(view.tried) or EMPTY),
        ]
    )
