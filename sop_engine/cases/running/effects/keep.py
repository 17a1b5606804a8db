"""`keep`: one row of a register."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from sop_engine.basis.plain import plain
from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.procedure import field_type
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.snapshot import Effect


class KeepResult(Contract):
    changed: bool


class KeepRow(EffectCommand):
    """Activity `keep_row`: adds a row of a register or changes it, once per key."""

    activity: ClassVar[str] = "keep_row"
    gives: ClassVar[type[Contract]] = KeepResult
    noun: ClassVar[str] = "row"

    kind: Literal["keep"] = "keep"
    register_name: str
    values: dict[str, Any]
    """Fields of the row; the key among them."""
    reason: str | None = None
    """Why; the title of the case where the procedure does not say."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.register_name,)

    @property
    def why(self) -> str:
        return self.reason or " ".join(dict.fromkeys(self.facts.title.values()))

    @property
    def by(self) -> str:
        """Who stands in the row's history: who took the step."""
        return self.facts.actor or SYSTEM


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    if "reason" in written.body:
        notes.expression((*written.path, "reason"), str(written.body["reason"]), ("text",))
    known = notes.around.registers
    if known is None or not notes.known(written.place, "register", written.target, known):
        return
    spec = known[written.target]
    for name in spec.key:
        if name not in written.given:
            notes.error((*written.path, "with"), f"names no {name}, by which rows of {spec.name} are known")
    if not set(written.given) - set(spec.key):
        notes.warn((*written.path, "with"), "keeps the key and nothing else: no field of the row would change")
    for name, source in written.given.items():
        place = (*written.path, "with", name)
        if name not in spec.fields:
            notes.error(place, f"{spec.name} has no field {name!r}{suggestion(name, spec.fields)}")
            continue
        try:
            given = notes.procedure.expression(source).type if isinstance(source, str) else None
        except ExpressionError:
            continue
        if given is not None and not field_type(spec.fields[name]).accepts(given):
            notes.error(place, f"{spec.name}.{name} is {spec.fields[name].type}, the value {given.kind}")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    """What is not filled is left out, so that the row keeps what it has; an empty text empties its field."""
    written = effect.options.get("reason")
    reason = None if written is None else turn.evaluate(str(written))
    turn.commands.append(
        KeepRow(
            register_name=str(effect.target),
            values={name: value for name, value in plain(effect.data).items() if value is not None},
            reason=None if reason is None else str(reason),
            facts=turn.facts(effect.state, actor),
        )
    )


KEEP = EffectKind("keep", ("reason",), _lint, _carry_out, KeepRow)
