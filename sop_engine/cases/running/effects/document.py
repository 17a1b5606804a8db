"""`document`: a paper rendered from the case's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect


class DocumentResult(Contract):
    document_id: str
    template: str
    title: dict[str, str]
    version: int
    sha256: str
    name: str


class MakeDocument(EffectCommand):
    """Activity `render_document`: renders a template from the case's data and keeps it once per key."""

    activity: ClassVar[str] = "render_document"
    gives: ClassVar[type[Contract]] = DocumentResult
    noun: ClassVar[str] = "document"

    kind: Literal["document"] = "document"
    template: str
    values: dict[str, Any] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return (self.template,)


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known(written.place, "document", written.target, notes.around.documents)


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    facts = turn.facts(effect.state, actor)
    turn.commands.append(MakeDocument(template=str(effect.target), values=plain(effect.data), facts=facts))


def _hear(turn: Turn, command: MakeDocument, made: DocumentResult) -> None:
    """A document was rendered and kept; the case knows its version and hash."""
    turn.documents.append({**made.model_dump(), "state": command.facts.state, "at": turn.now.isoformat()})
    turn.journal("document", made.template, SYSTEM, data={"version": made.version, "sha256": made.sha256})


DOCUMENT = EffectKind("document", (), _lint, _carry_out, MakeDocument, _hear)
