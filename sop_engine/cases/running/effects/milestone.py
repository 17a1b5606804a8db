"""`milestone`: an instant of the case that others look for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sop_engine.cases.lint.findings import INSTANTS, Notebook, WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.state import Milestone
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.fields import read_instant
from sop_engine.statechart.snapshot import Effect

KINDS = ("planned", "estimated", "actual")


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known((*written.path, "kind"), "kind of milestone", str(written.body.get("kind", "actual")), KINDS)
    if "at" in written.body:
        notes.expression((*written.path, "at"), str(written.body["at"]), INSTANTS)


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    code = str(effect.target)
    kind = str(effect.options.get("kind", "actual"))
    written = effect.options.get("at")
    when = at if written is None else _instant(turn, turn.evaluate(str(written)))
    if when is None:
        return
    known = turn.state.milestones.get(code, Milestone(code=code))
    published = bool(effect.options.get("publish", known.published))
    turn.state.milestones[code] = known.model_copy(update={f"{kind}_at": when, "published": published})


def _instant(turn: Turn, value: Any) -> datetime | None:
    """The instant that a milestone is at; a day stands for its beginning."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return turn.procedure.calendar.day_start(value)
    return read_instant(value)


MILESTONE = EffectKind("milestone", ("at", "kind", "publish"), _lint, _carry_out)
