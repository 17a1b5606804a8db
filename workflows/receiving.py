"""The way for machines that bring files: an update, since nobody can refuse a signal before it is in history."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.basis.faults import NOT_OPEN_YET, InvalidInput, Refused, SopError
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.cases.contracts.signals import BroughtEvent, EventSignal
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.seen.views import act_result
from sop_engine.cases.told.file_checks import unkept, unkept_of_event
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import RECEIVE
from sop_engine.temporal.resets import is_taken_again
from workflows.acts import judge_files
from workflows.outbox import Outbox
from workflows.reading import EVENT, excess, read_signal


class CaseReceiving:
    """Takes what a machine tells with files, once their receipts were judged."""

    _outbox: Outbox

    @abstractmethod
    def loaded(self) -> tuple[CaseState, Procedure]:
        """The live state and its procedure. Raises a refusal before the case is open."""

    @abstractmethod
    def _not_before(self, arrived: datetime) -> datetime:
        """The instant at which to handle what arrived then."""

    @abstractmethod
    def _accept(self, turn: Turn, *, is_anchored: bool = False) -> None:
        """Makes a turn's outcome the case's state."""

    @workflow.update(name=RECEIVE, description='Example: {"name": "scan.came", "data": {"scan": {"name": "a.pdf", …}}}')
    async def receive(self, body: RawValue = None) -> ActResult:  # type: ignore[assignment]
        arrived = workflow.now()
        try:
            event = _read(body)
            state, procedure = self.loaded()
            is_judged = body is not None and not is_taken_again(body.payload)
            if not is_judged:
                await judge_files(unkept_of_event(procedure, state, event))
                state, procedure = self.loaded()
            turn = casework.hear(procedure, state, self._not_before(arrived), event)
        except SopError as error:
            raise to_failure(error) from None
        if turn is None:
            return act_result(state, "done already", duplicate=True)
        self._accept(turn, is_anchored=is_judged)
        await workflow.wait_condition(lambda: not self._outbox.has_steps)
        note = next((step.note for step in turn.steps if step.note), None)
        return act_result(turn.state, note or f"{event.name} taken")

    @receive.validator
    def validate_receive(self, body: RawValue = None) -> None:  # type: ignore[assignment]
        """Refuses files whose content is not kept; one that a reset takes again is judged by an activity."""
        if body is not None and is_taken_again(body.payload):
            return
        try:
            if (why := excess(body)) is not None:
                raise InvalidInput(f"{RECEIVE} cannot be taken: {why}")
            event = _read(body)
            state, procedure = self.loaded()
            if PRESENT.receipts is None:
                raise Refused(NOT_OPEN_YET)
            if faults := unkept(unkept_of_event(procedure, state, event), PRESENT.receipts, workflow.now()):
                raise InvalidInput(f"{event.name} cannot be taken", faults)
        except SopError as error:
            raise to_failure(error) from None


def _read(body: RawValue | None) -> BroughtEvent:
    """What is told, by the rules of the signal `event`; without an id it goes by that of the update."""
    said = read_signal(EVENT, body)
    if not isinstance(said, EventSignal):
        raise InvalidInput(f"{RECEIVE} cannot be read: {getattr(said, 'why', 'it is too large')}")
    info = workflow.current_update_info()
    identifier = said.id or (info.id if info is not None else None)
    return BroughtEvent.model_validate({**said.model_dump(), "id": identifier})
