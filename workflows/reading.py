"""Reading what arrives raw: start inputs, signals, updates. A signal that cannot be read must not fail the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.basis.faults import InvalidInput, Refused, faults_of
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.limits import ACT_BYTES, START_BYTES, too_large
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import ChildReport, EventSignal
from sop_engine.cases.contracts.watching import CaseEnded
from sop_engine.cases.people.actors import MACHINE, case_actor
from sop_engine.cases.running.continuation import ContinuedCase
from sop_engine.cases.told.messages import EngineWord, Message, Unreadable
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.queues import CASE_ENDED, CHILD_FAILED, CHILD_REPORT, ENGINE_SIGNALS

Model = TypeVar("Model", bound=BaseModel)

EVENT = "event"
"""The signal that names its event in its body."""


class Garbled:
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
    """What a raw payload says; a `Garbled` where no converter reads it."""
    if raw is None:
        return None
    try:
        return workflow.payload_converter().from_payload(raw.payload)
    except ValidationError as error:
        return Garbled("; ".join(map(str, faults_of(error))))
    except Exception:
        encoding = raw.payload.metadata.get("encoding", b"").decode(errors="replace")
        return Garbled(f"its encoding is {encoding!r}, and not json/plain" if encoding else "it names no encoding")


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
    if isinstance(body, Garbled):
        raise to_failure(InvalidInput(f"the start input cannot be read: {body.why}"))
    try:
        return OpenCaseInput.model_validate(body)
    except ValidationError as error:
        raise to_failure(InvalidInput("the start input cannot be read", faults_of(error, OpenCaseInput))) from None


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


class Oversized(NamedTuple):
    """A signal of too many bytes. Cases that were not bounded yet take it."""

    event: EventSignal
    why: str

    @property
    def refused(self) -> Unreadable:
        return Unreadable(self.event.name, self.why, self.event.id)


class Claimed(NamedTuple):
    """One of the engine's own signals: it is believed once its sender's history has a body of that digest too."""

    word: EngineWord
    digest: str


Arrived = Message | Oversized | Claimed
"""What comes in by signals, or is told within the interpreter."""


def read_signal(name: str, raw: RawValue | None) -> Arrived | CaseEnded:
    """What a signal says."""
    said = word_of(name, read_body(raw))
    match said:
        case EngineWord():
            return Claimed(said, sha256(raw.payload.data if raw is not None else b"").hexdigest())
        case EventSignal() if (why := excess(raw)) is not None:
            return Oversized(said, why)
        case _:
            return said


def word_of(name: str, body: Any) -> EventSignal | EngineWord | CaseEnded | Unreadable:
    """What a signal of that name says with that body, or why it cannot be read."""
    if name in (CHILD_REPORT, CHILD_FAILED) and isinstance(report := _read(name, ChildReport, body), Unreadable):
        return report
    if name in ENGINE_SIGNALS:
        return EngineWord(name, dict(body) if isinstance(body, Mapping) else {})
    if name == CASE_ENDED:
        return _read(name, CaseEnded, body)
    if name == EVENT:
        return _read(name, EventSignal, body)
    return _event_of(name, body)


def _event_of(name: str, body: Any) -> EventSignal | Unreadable:
    """A signal by an event's own name: its body is the data, or `{"data": {…}, "id": "…", "at": "…"}`."""
    if body is None:
        return EventSignal(name=name)
    if not isinstance(body, Mapping):
        return _read(name, EventSignal, body)
    envelope = "data" in body and set(body) <= {"name", "data", "id", "at"} and isinstance(body["data"], Mapping)
    return _read(name, EventSignal, {**(body if envelope else {"data": body}), "name": name})


def _read(name: str, model: type[Model], body: Any) -> Model | Unreadable:
    if isinstance(body, Garbled):
        return Unreadable(name, body.why)
    if body is None:
        return Unreadable(name, "a signal without a body")
    if not isinstance(body, Mapping):
        return Unreadable(name, f"the body is {str(body)[:200]!r}, not one JSON object")
    try:
        return model.model_validate(body)
    except ValidationError as error:
        return Unreadable(name, "; ".join(map(str, faults_of(error, model))))
