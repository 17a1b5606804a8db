"""The signals of a case: what machines and other cases tell it. None of them can fail the case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases import reports
from sop_engine.cases.procedure import Procedure
from sop_engine.cases.turn import Turn
from sop_engine.temporal.queues import CASE_ENDED, CHILD_FAILED, CHILD_REPORT, ENGINE_SIGNALS, REFERENCE_DATA
from workflows.messages import digest_of, event_of, excess, read_body, read_ended, read_event, read_report
from workflows.rungs import is_hardened

Tell = Callable[[Turn], None]
"""What a message does to the case."""


class CaseSignals(ABC):
    """`event`, every event by its own name, and `case.*` from other cases. What cannot be read is recorded."""

    @abstractmethod
    def hear(self, message_id: str | None, tell: Tell) -> None:
        """Lets a machine tell the case something, now or as soon as the case is loaded."""

    @abstractmethod
    def hear_engine(self, name: str, body: Mapping[str, Any], digest: str) -> None:
        """Hears a signal of the engine: it is believed once its sender's history has it too."""

    @abstractmethod
    def correct_reference_data(self) -> None:
        """Has corrected calendars loaded."""

    @abstractmethod
    def hear_of_end(self, case_id: str) -> None:
        """Has the case look at a relative that is said to have ended without a word."""

    @workflow.signal(
        name="event",
        description='Example: {"name": "customs.released", "data": {"release_no": "R-1"}, "id": "customs-77"}',
    )
    def event_signal(self, body: RawValue = None) -> None:  # type: ignore[assignment]
        message, why = read_event(body)
        if message is None:
            self._hear_unreadable("event", why)
        else:
            self.hear(message.id, _unless_too_large("event", body, lambda turn: reports.signal(turn, message)))

    @workflow.signal(dynamic=True, description="Any declared event by its own name; the body is its data")
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        self._named_signal(name, args[0] if args else None)

    def declare_signals(self, procedure: Procedure) -> None:
        """Lists the declared events among the signals that the Web UI offers."""
        for name in procedure.definition.events:
            workflow.set_signal_handler(name, self._declared(name))

    def _declared(self, name: str) -> Callable[[RawValue], None]:
        def handler(body: RawValue = None) -> None:  # type: ignore[assignment]
            self._named_signal(name, body)

        return handler

    def _named_signal(self, name: str, raw: RawValue | None) -> None:
        body = read_body(raw)
        if name in (CHILD_REPORT, CHILD_FAILED) and (why := read_report(body)[1]):
            self._hear_unreadable(name, why)
        elif name in ENGINE_SIGNALS:
            self.hear_engine(name, body if isinstance(body, Mapping) else {}, digest_of(raw))
        elif name == CASE_ENDED:
            ended, why = read_ended(body)
            if ended is None:
                self._hear_unreadable(name, why)
            else:
                self.hear_of_end(ended.case_id)
        elif name == REFERENCE_DATA:
            self.correct_reference_data()
        else:
            message, why = event_of(name, body)
            if message is None:
                self._hear_unreadable(name, why)
            else:
                self.hear(message.id, _unless_too_large(name, raw, lambda turn: reports.signal(turn, message)))

    def _hear_unreadable(self, name: str, why: str) -> None:
        self.hear(None, lambda turn: reports.unreadable(turn, name, why))


def _unless_too_large(name: str, raw: RawValue | None, tell: Tell) -> Tell:
    """What a signal does to a case: one of too many bytes is recorded and changes nothing."""
    why = excess(raw)
    if why is None:
        return tell

    def judged(turn: Turn) -> None:
        if is_hardened(turn.procedure.bundle):
            reports.unreadable(turn, name, why)
        else:
            tell(turn)

    return judged
