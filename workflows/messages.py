"""Reading what arrives raw: start inputs, signals, updates. A signal that cannot be read must not fail the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases.actors import MACHINE, case_actor
from sop_engine.cases.casework import fault_of
from sop_engine.cases.continuation import ContinuedCase
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import ChildReport, EventSignal
from sop_engine.cases.contracts.watching import CaseEnded
from sop_engine.cases.faults import InvalidInput, Refused
from sop_engine.cases.limits import ACT_BYTES, START_BYTES, too_large
from sop_engine.temporal.failures import to_failure

Message = TypeVar("Message", bound=BaseModel)


class Unreadable:
    """A payload that no converter reads."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"an unreadable payload ({self.why[:200]})"


def excess(raw: RawValue | None, most: int = ACT_BYTES) -> str | None:
    """What is to be said of a payload that has more bytes than it may."""
    size = 0 if raw is None else len(raw.payload.data)
    return too_large("the message", size, most) if size > most else None


def excess_of_start(args: Sequence[RawValue]) -> str | None:
    """What is to be said of a start that was given more than one argument, or too large a one."""
    if len(args) > 1:
        return f"{len(args)} arguments were given, and one is taken, with everything in it"
    return excess(args[0] if args else None, START_BYTES)


def read_body(raw: RawValue | None) -> Any:
    """What a raw payload says; an `Unreadable` where no converter reads it."""
    if raw is None:
        return None
    try:
        return workflow.payload_converter().from_payload(raw.payload)
    except Exception as error:
        return Unreadable(str(error))


def digest_of(raw: RawValue | None) -> str:
    """What tells one body from another, in whichever history it stands."""
    return sha256(raw.payload.data if raw is not None else b"").hexdigest()


class ForgedStart:
    """A start that says to go on with a case, and does not come from a run of that case."""


def read_start(args: Sequence[RawValue]) -> Any:
    """The start argument: a `ContinuedCase` for a later run, else what was sent, to be checked once the case opens.

    What only looks like a later run is forged. Where the server says that it is one, an error goes on: this worker
    cannot read what another one wrote, and the case waits for one that can.
    """
    body = read_body(args[0]) if args else None
    if isinstance(body, Mapping) and "state" in body and "bundle" in body:
        if not _goes_on():
            return ForgedStart()
        case = workflow.payload_converter().from_payload(args[0].payload, ContinuedCase)
        info = workflow.info()
        if (case.state.case_id, case.state.sop) != (info.workflow_id, info.workflow_type):
            return ForgedStart()
        return case
    return body


def _goes_on() -> bool:
    """Whether the server made this run for a workflow that continued as new, and gave it that workflow's word.

    A retry and the next run of a cron schedule name a run before them as well, and get what a client wrote.
    """
    info = workflow.info()
    return bool(info.continued_run_id) and info.attempt == 1 and not info.cron_schedule


def read_opening(body: Any) -> OpenCaseInput:
    """How the case is to be opened. Raises the failure of a start that cannot be read, with every fault."""
    if body is None:
        return OpenCaseInput()
    if isinstance(body, ForgedStart):
        raise to_failure(Refused("only a run of the same case can hand a case over to its next run"))
    if isinstance(body, Unreadable):
        raise to_failure(InvalidInput(f"the start input cannot be read: {body.why}"))
    try:
        return OpenCaseInput.model_validate(body)
    except ValidationError as error:
        faults = [fault_of(found, OpenCaseInput) for found in error.errors()]
        raise to_failure(InvalidInput("the start input cannot be read", faults)) from None


def as_started(opening: OpenCaseInput) -> OpenCaseInput:
    """The opening with whoever the server says has started the case; a person is named by the start alone.

    Raises Refused for a start that says what cannot be.
    """
    info = workflow.info()
    starter = info.parent.workflow_id if info.parent is not None else None
    if opening.parent is not None and opening.parent.case_id != starter:
        raise Refused(f"{opening.parent.case_id} did not start this case, so it is not its parent")
    if info.cron_schedule:
        raise Refused("a case opens once: it cannot be started by a cron schedule")
    actor = case_actor(starter) if starter is not None else opening.actor or MACHINE
    return opening.model_copy(update={"actor": actor})


def read_parent(body: Any) -> ParentRef | None:
    """The parent that a start names, even where the rest of the start cannot be used."""
    try:
        return ParentRef.model_validate(body["parent"])
    except (ValidationError, TypeError, KeyError):
        return None


def read_event(raw: RawValue | None) -> tuple[EventSignal | None, str]:
    """Signal `event`: the event, or why it cannot be read."""
    body = read_body(raw)
    if body is None:
        return None, "a signal without a body"
    return _event(body)


def event_of(name: str, body: Any) -> tuple[EventSignal | None, str]:
    """A signal by an event's own name: its body is the data, or `{"data": {…}, "id": "…", "at": "…"}`."""
    if body is None:
        return EventSignal(name=name), ""
    if isinstance(body, Unreadable):
        return None, body.why
    if not isinstance(body, Mapping):
        return None, f"the body is {str(body)[:200]!r}, not one JSON object"
    envelope = "data" in body and set(body) <= {"name", "data", "id", "at"} and isinstance(body["data"], Mapping)
    return _event({**(body if envelope else {"data": body}), "name": name})


def read_report(body: Any) -> tuple[ChildReport | None, str]:
    """What a child tells its parent, or why it cannot be read."""
    return _read(ChildReport, body)


def read_ended(body: Any) -> tuple[CaseEnded | None, str]:
    """Which relative is said to have ended without a word, or why it cannot be read."""
    return _read(CaseEnded, body)


def _event(body: Any) -> tuple[EventSignal | None, str]:
    return _read(EventSignal, body)


def _read(model: type[Message], body: Any) -> tuple[Message | None, str]:
    if isinstance(body, Unreadable):
        return None, body.why
    try:
        return model.model_validate(body), ""
    except ValidationError as error:
        return None, "; ".join(str(fault_of(found, model)) for found in error.errors())
