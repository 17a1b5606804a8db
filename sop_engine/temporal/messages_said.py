"""What a message of Temporal says and who it claims to be by, in the same words on either side of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadConverter

from sop_engine.cases.people.statements import HEADER, Kind, Statement, claim_of, digest_of
from sop_engine.cases.told.case_ids import OWN_IDS


def values_of(converter: PayloadConverter, arguments: Sequence[Any]) -> list[Any]:
    """The arguments as the interpreter reads them: what a model leaves out is there, and no order of keys counts.

    None of what no converter reads: nobody takes it, whoever it is by.
    """
    payloads = converter.to_payloads(arguments)
    try:
        return [converter.from_payload(payload) for payload in payloads]
    except Exception:
        return []


def header_of(converter: PayloadConverter, headers: Mapping[str, Payload]) -> object:
    """The proof as it came; None where there is none."""
    if HEADER not in headers:
        return None
    try:
        said: object = converter.from_payload(headers[HEADER])
    except Exception:
        return ""
    return said if said is not None else ""


def statement_of(
    kind: Kind, namespace: str, subject: str, name: str, values: Sequence[Any], *, id: str = "", run: str = ""
) -> Statement | None:
    """What is to be proven of a message; nothing where it names nobody."""
    claim = claim_of(values)
    if claim is None:
        return None
    return Statement(kind, namespace, subject, run, name, id, str(claim), digest_of(values))


def is_bound_to_run(workflow_id: str) -> bool:
    """Whether the workflow is one of the engine's own, which knows nothing of what its runs before have taken."""
    return workflow_id.startswith(OWN_IDS)
