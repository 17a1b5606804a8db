"""The signals of a case: what machines and other cases tell it. None of them can fail the case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases import casework
from sop_engine.cases.contracts.watching import CaseEnded
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import Message, Unreadable
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.queues import REFERENCE_DATA
from workflows.earlier_words import earlier_words
from workflows.portions import Portions
from workflows.proofs import Proofs
from workflows.reading import EVENT, Arrived, Claimed, Oversized, read_signal
from workflows.relatives import Relatives
from workflows.rungs import Rung, is_hardened


class CaseSignals(ABC):
    """`event`, every event by its own name, and `case.*` from other cases. What cannot be read is recorded."""

    _state: CaseState | None
    _procedure: Procedure | None
    _heard: list[tuple[Arrived, datetime]]
    """What came before the case was loaded."""
    _own_words: Rung
    """Whether what cannot be read is told in our own words."""
    _proofs: Proofs
    _relatives: Relatives
    _portions: Portions

    @abstractmethod
    def _not_before(self, arrived: datetime) -> datetime:
        """The instant at which to handle what arrived then."""

    @abstractmethod
    def _accept(self, turn: Turn) -> None:
        """Makes a turn's outcome the case's state."""

    @abstractmethod
    def correct_reference_data(self) -> None:
        """Has corrected calendars loaded."""

    @workflow.signal(
        name=EVENT,
        description='Example: {"name": "customs.released", "data": {"release_no": "R-1"}, "id": "customs-77"}',
    )
    def event_signal(self, body: RawValue = None) -> None:  # type: ignore[assignment]
        self._take(EVENT, body)

    @workflow.signal(dynamic=True, description="Any declared event by its own name; the body is its data")
    def any_signal(self, name: str, args: Sequence[RawValue]) -> None:
        self._take(name, args[0] if args else None)

    def declare_signals(self, procedure: Procedure) -> None:
        """Lists the declared events among the signals that the Web UI offers."""
        for name in procedure.definition.events:
            workflow.set_signal_handler(name, self._declared(name))

    def _declared(self, name: str) -> Callable[[RawValue], None]:
        def handler(body: RawValue = None) -> None:  # type: ignore[assignment]
            self._take(name, body)

        return handler

    def _take(self, name: str, raw: RawValue | None) -> None:
        if name == REFERENCE_DATA:
            self.correct_reference_data()
            return
        said = read_signal(name, raw)
        if isinstance(said, Unreadable) and (earlier := earlier_words(name, raw)) is not None:
            bundle = self._procedure.bundle if self._procedure is not None else None
            said = said if self._own_words.is_taken(bundle) else replace(said, why=earlier)
        if isinstance(said, CaseEnded):
            self._relatives.look_at(said.case_id)
        else:
            self.hear(said)

    def hear(self, message: Arrived, arrived: datetime | None = None) -> None:
        """Lets the case take what arrived then, or just now: at once, or when the case is loaded and has time."""
        arrived = arrived or workflow.now()
        if self._state is None or self._procedure is None:
            self._heard.append((message, arrived))
            return
        self._portions.hand_on(message, arrived, self._procedure.bundle)

    def take(self, message: Arrived, arrived: datetime) -> None:
        """Lets a case that is loaded take what arrived then."""
        assert self._state is not None
        assert self._procedure is not None
        taken: Message | None
        match message:
            case Claimed():
                taken = self._proofs.judge(message, arrived)
            case Oversized(event=event):
                is_taken = self._state.has_seen(event.id) or not is_hardened(self._procedure.bundle)
                taken = event if is_taken else message.refused
            case _:
                taken = message
        if taken is not None:
            turn = casework.hear(self._procedure, self._state, self._not_before(arrived), taken)
            if turn is not None:
                self._accept(turn)
