"""`post`: one balanced entry of the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


class PostResult(Contract):
    entry_id: str


class Post(EffectCommand):
    """Activity `post_entry`: one balanced entry of the ledger, kept once per business key."""

    activity: ClassVar[str] = "post_entry"
    gives: ClassVar[type[Contract]] = PostResult
    noun: ClassVar[str] = "posting"

    kind: Literal["post"] = "post"
    entry: str
    """A posting rule of `sop_definitions/ledger.yaml`."""
    values: dict[str, Any] = {}
    """Amounts and the `business_key`."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.entry,)


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known(written.place, "posting rule", written.target, notes.around.entries)
    if "business_key" not in written.given:
        notes.error(written.path, "a posting names its `business_key`, so that it is posted once")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    facts = turn.facts(effect.state, actor)
    turn.commands.append(Post(entry=str(effect.target), values=plain(effect.data), facts=facts))


POST = EffectKind("post", (), _lint, _carry_out, Post)
