"""Search attributes: the one set that code, server set-up and documentation share.

They are never encrypted, so no name, price or free text of a customer is among them. The embedded server allows ten
keywords and three of each other type.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from sop_engine.basis.faults import Fault, SopError
from sop_engine.cases.contracts.publishing import CaseRecord
from sop_engine.temporal.texts import keyword

SOP_STAGE = SearchAttributeKey.for_keyword("SopStage")
SOP_STATUS = SearchAttributeKey.for_keyword("SopStatus")
SOP_SLA = SearchAttributeKey.for_keyword("SopSla")
SOP_OWNER = SearchAttributeKey.for_keyword("SopOwner")
SOP_REFERENCE = SearchAttributeKey.for_keyword("SopReference")
SOP_DUE = SearchAttributeKey.for_datetime("SopDue")
"""Taken away wherever an earlier release set it: each act moves the earliest deadline, and an attribute that is written
more rarely than that names an instant that is met or moved."""

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
        key.value_unset() if value is None else key.value_set(keyword(value)) for key, value in keywords
    ]
    return [*updates, SOP_DUE.value_unset()]


def decisive(record: CaseRecord) -> Decisive:
    """The part of the set whose change is worth an upsert: it costs a third of the throughput."""
    return (record.stage, record.status, record.sla)


class MissingAttributesError(SopError):
    """Attributes that the server does not know: each would block every case in its first task."""

    kind = "MissingAttributes"
    exit_code: ClassVar[int] = 4


async def missing_attributes(client: Client) -> list[tuple[str, str]]:
    """Name and type of the attributes that the client's namespace lacks."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    known = (await client.operator_service.list_search_attributes(request)).custom_attributes
    return [(name, kind) for name, kind in SEARCH_ATTRIBUTES if name not in known]


async def register_attributes(client: Client) -> None:
    """Registers what the client's namespace lacks: a server of ours, whose folder may be of an older release.

    The server's own flag for attributes is ignored by a database that exists already.
    """
    missing = await missing_attributes(client)
    if missing:
        kinds = {name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}") for name, kind in missing}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=kinds)
        await client.operator_service.add_search_attributes(request)


def registration(namespace: str, missing: Sequence[tuple[str, str]]) -> str:
    """The command that registers attributes."""
    options = "".join(f" --name {name} --type {kind}" for name, kind in missing)
    return f"temporal operator search-attribute create --namespace {namespace}{options}"


async def require_attributes(client: Client) -> None:
    """Raises `MissingAttributesError`, with the command that mends it, where the namespace lacks an attribute."""
    missing = await missing_attributes(client)
    if missing:
        raise MissingAttributesError(
            f"The namespace {client.namespace!r} lacks search attributes; register them with\n"
            + registration(client.namespace, missing),
            [Fault(where=name, what="is not registered", allowed=kind) for name, kind in missing],
        )
