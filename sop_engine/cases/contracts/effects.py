"""What activities do for a case: effects and automated work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from pydantic import SerializerFunctionWrapHandler, model_serializer

from sop_engine.cases.contracts.base import Contract, ForCase
from sop_engine.statechart.values import Data


class CaseFacts(Contract):
    """What a document, a notice or a posting may say about its case."""

    case_id: str
    sop: str
    title: dict[str, str]
    data: dict[str, Any]
    """JSON-ready: decimals and instants as text."""
    state: str | None
    actor: str | None
    at: datetime
    zone: str
    parent: str | None = None
    clocks: dict[str, str] = {}
    """When each clock's latest run is due, by the clock's name, in ISO 8601; one that is paused is not there."""
    kept_for: str | None = None
    """How long the file is kept after the case is closed, such as `3 years`; none where the SOP does not say."""


class EffectCommand(ForCase):
    """A command that an activity carries out, and with its key what the activity is given."""

    activity: ClassVar[str]
    """The activity's name."""
    gives: ClassVar[type[Contract]]
    """What the activity answers."""
    noun: ClassVar[str]
    """What people call it."""

    kind: str
    key: str = ""
    """Given by the interpreter, so that it is carried out once."""
    facts: CaseFacts

    @property
    def names(self) -> tuple[str, ...]:
        """What tells it from others of its kind, the most telling first."""
        raise NotImplementedError

    @property
    def of_case(self) -> str:
        return self.facts.case_id

    @model_serializer(mode="wrap")
    def _as_needed(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A command has no key, and an activity knows its kind: a worker of another version refuses what is new to
        it."""
        said: dict[str, Any] = write(self)
        said.pop("kind" if self.key else "key", None)
        return said


class WorkInput(ForCase):
    """Input of every automated activity named by `work:`."""

    key: str
    """Of the case and the entry of its state, the same however often the work is tried."""
    case_id: str
    sop: str
    values: Data = {}
    at: datetime
    actor: str | None = None

    @property
    def of_case(self) -> str:
        return self.case_id


class WorkResult(Contract):
    values: Data = {}
