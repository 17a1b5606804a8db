"""Search attributes: the one set that code, server set-up and documentation share.

They are never encrypted, so no name, price or free text of a customer is among them. The embedded server allows ten
keywords and three of each other type.
"""

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from sop_engine.cases.contracts import CaseRecord

SOP_STAGE = SearchAttributeKey.for_keyword("SopStage")
SOP_STATUS = SearchAttributeKey.for_keyword("SopStatus")
SOP_SLA = SearchAttributeKey.for_keyword("SopSla")
SOP_OWNER = SearchAttributeKey.for_keyword("SopOwner")
SOP_REFERENCE = SearchAttributeKey.for_keyword("SopReference")
SOP_DUE = SearchAttributeKey.for_datetime("SopDue")

SEARCH_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    ("SopStage", "Keyword"),
    ("SopStatus", "Keyword"),
    ("SopSla", "Keyword"),
    ("SopOwner", "Keyword"),
    ("SopReference", "Keyword"),
    ("SopDue", "Datetime"),
)
"""Name and type of each attribute, as the `temporal` command writes them."""

Decisive = tuple[str | None, str, str]
"""Stage, status and SLA state."""

LONGEST = 200
"""Characters kept of a value: an over-long one fails the workflow."""


def attributes_of(record: CaseRecord) -> list[SearchAttributeUpdate[Any]]:
    """What a case is found by in the Web UI; what it has no longer is taken away."""
    keywords = [
        (SOP_STATUS, record.status),
        (SOP_SLA, record.sla),
        (SOP_OWNER, record.owner),
        (SOP_STAGE, record.stage),
        (SOP_REFERENCE, record.references[0][1] if record.references else None),
    ]
    updates: list[SearchAttributeUpdate[Any]] = [
        key.value_unset() if value is None else key.value_set(value[:LONGEST]) for key, value in keywords
    ]
    updates.append(SOP_DUE.value_unset() if record.due_at is None else SOP_DUE.value_set(record.due_at))
    return updates


def decisive(record: CaseRecord) -> Decisive:
    """The part of the set whose change is worth an upsert: it costs a third of the throughput."""
    return (record.stage, record.status, record.sla)
