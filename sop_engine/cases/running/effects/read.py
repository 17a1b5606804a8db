"""`read`: a row of a register, as one of the SOP's `reads` names it; asked again whenever a step says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


class ReadResult(Contract):
    values: dict[str, Any] | None
    """The fields asked for, as the register keeps them; none where it has no such row."""
    version: int = 0


class ReadRow(EffectCommand):
    """Activity `read_row`: some fields of one row, or of what a completed case publishes. Writes nothing."""

    activity: ClassVar[str] = "read_row"
    gives: ClassVar[type[Contract]] = ReadResult
    noun: ClassVar[str] = "read"

    kind: Literal["read"] = "read"
    name: str
    """Of the read."""
    register_name: str
    """Empty where a case is read."""
    sop: str | None = None
    """Of the case that is read in place of a row."""
    row: str
    """The key of the row, or the id of the case."""
    fields: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.name, self.row


def ask(turn: Turn, name: str, row: str, state: str | None, actor: str) -> None:
    """Asks for the row. What it says of the case is nothing: the activity needs none of its data."""
    spec = turn.procedure.definition.reads[name]
    facts = turn.facts(state, actor).model_copy(update={"data": {}})
    turn.commands.append(
        ReadRow(name=name, register_name=spec.of or "", sop=spec.sop, row=row, fields=spec.fields, facts=facts)
    )


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known(written.place, "read", written.target, notes.procedure.definition.reads)
    if written.given:
        notes.error((*written.path, "with"), "a read takes nothing; its key stands in `reads`")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    name = str(effect.target)
    known = turn.state.reads.get(name)
    if known is not None:
        ask(turn, name, known.row, effect.state, actor)


READ = EffectKind("read", (), _lint, _carry_out, ReadRow, is_told=True)
