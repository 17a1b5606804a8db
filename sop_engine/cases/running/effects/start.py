"""`start`: a case that runs on by itself."""

from __future__ import annotations

import re
from datetime import datetime

from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running import arming
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.state import Child
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect

_SUFFIX = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
"""What may follow a case's id, as it stands in the file: it is no expression."""


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    suffix = str(written.body.get("id", "start"))
    if not _SUFFIX.fullmatch(suffix):
        notes.error((*written.path, "id"), f"{suffix!r} cannot follow a case's id: letters, digits, - and _")
    if notes.known(written.place, "SOP", written.target, notes.around.sops):
        notes.opens(written.path, written.target, written.given)


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    sop = str(effect.target)
    number = turn.state.entries.get(f"start.{sop}", 0) + 1
    turn.state.entries[f"start.{sop}"] = number
    written = effect.options.get("id")
    suffix = str(written) if written is not None else sop.lower()
    case_id = f"{turn.state.case_id}.{suffix}" + (f".{number}" if number > 1 else "")
    key = f"start.{sop}#{number}"
    arming.start_child(turn, Child(key=key, state=None, sop=sop, case_id=case_id, detached=True), effect.data, sop)


START = EffectKind("start", ("id",), _lint, _carry_out)
