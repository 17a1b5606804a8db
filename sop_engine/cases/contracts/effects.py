"""What leaves a case: notices, documents, postings, automated work."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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


class EffectInput(ForCase):
    """What the activity of an effect is given."""

    facts: CaseFacts

    @property
    def of_case(self) -> str:
        return self.facts.case_id


class NotifyInput(EffectInput):
    """Activity `notify`: one notice to one recipient, kept once per key."""

    key: str
    recipient: str
    """A role, a person, or a field of the case that holds an address."""
    address: str | None
    """An e-mail address already known from the case's data."""
    template: str
    values: dict[str, Any] = {}
    people: tuple[str, ...] = ()
    """Persons already resolved, such as a task's assignee."""


class NotifyResult(Contract):
    recipients: tuple[str, ...]
    channel: str


class DocumentInput(EffectInput):
    """Activity `render_document`: renders a template from the case's data and keeps it once per key."""

    key: str
    template: str
    values: dict[str, Any] = {}


class DocumentResult(Contract):
    document_id: str
    template: str
    title: dict[str, str]
    version: int
    sha256: str
    name: str


class PostInput(EffectInput):
    """Activity `post_entry`: one balanced entry of the ledger, kept once per business key."""

    key: str
    entry: str
    """A posting rule of `sop_definitions/ledger.yaml`."""
    values: dict[str, Any] = {}
    """Amounts and the `business_key`."""


class PostResult(Contract):
    entry_id: str


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
