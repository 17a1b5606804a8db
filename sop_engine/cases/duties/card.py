"""What the Web UI shows of the duties: the next ten, and what is paused or cannot be counted."""

from __future__ import annotations

from datetime import UTC, datetime

from sop_engine.basis.legible import code
from sop_engine.cases.contracts.duties import DutyRound

COMING = 10


def duties_card(done: DutyRound, now: datetime) -> str:
    """The present state as Markdown; instants are in UTC, with the weekday."""
    lines = ["### Recurring duties · 定期工作", "", f"- **Looked** {_at(now)}: {done.started} started"]
    if done.left:
        lines.append(f"- **Waiting for the next round** {done.left}")
    lines += [f"- **Paused** `{duty}`: {code(why)}" for duty, why in done.paused.items()]
    lines += [f"- **Cannot be counted** {code(trouble)}" for trouble in done.troubles]
    lines += ["", "**Next**", ""]
    lines += [
        f"- {_at(each.at)} {each.title['en']} · {each.title['zh']}: `{each.duty}` {each.period}"
        + (" (provisional)" if each.provisional else "")
        for each in done.coming
    ] or ["- nothing is applied: `sop schedule apply`"]
    return "\n".join((*lines, "", "```", "sop schedule list", "```"))


def _at(at: datetime) -> str:
    return f"{at.astimezone(UTC):%a %Y-%m-%d %H:%M} UTC"
