"""What earlier releases wrote into the journal of a signal that cannot be read: a case lived by them says it again."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases.contracts.signals import ChildReport, EventSignal
from sop_engine.cases.contracts.watching import CaseEnded
from sop_engine.temporal.queues import CASE_ENDED, CHILD_FAILED, CHILD_REPORT

EVENT = "event"
MODELS = MappingProxyType(
    {EVENT: EventSignal, CASE_ENDED: CaseEnded, CHILD_REPORT: ChildReport, CHILD_FAILED: ChildReport}
)


def earlier_words(name: str, raw: RawValue | None) -> str | None:
    """Why it was refused, in the words of a library; none where the words are today's."""
    body: Any = None
    try:
        if raw is not None:
            body = workflow.payload_converter().from_payload(raw.payload)
    except Exception as error:
        return str(error)
    model = MODELS.get(name)
    if model is None or (body is None and name == EVENT) or isinstance(body, Mapping):
        return None
    return f"Input should be a valid dictionary or instance of {model.__name__}"
