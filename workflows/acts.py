"""What people do with a case: each act judged before it reaches history, then taken in one workflow task."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

from sop_engine.basis.faults import InvalidInput, Refused, SopError
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import Act, ActResult
from sop_engine.cases.contracts.files import JudgeFilesInput, JudgeFilesResult
from sop_engine.cases.contracts.opening import PlacesInput, PlacesResult
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.file_checks import unkept_of_act
from sop_engine.cases.told.messages import UnfitAct
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.failures import refusal, to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import JUDGE_FILES, JUDGE_PLACES, LOAD_ORGANIZATION, REFUSAL
from sop_engine.temporal.resets import is_taken_again
from workflows.errands import PATIENT
from workflows.outbox import Outbox
from workflows.reading import Garbled, excess, read_body
from workflows.rungs import is_hardened
from workflows.updates import CaseUpdates

LOAD_WITHIN = timedelta(seconds=10)
"""What one attempt to load a procedure, the organisation or a table may take."""


class CaseActs(CaseUpdates):
    """Validates and carries out the acts of people."""

    _state: CaseState | None
    _procedure: Procedure | None
    _refusal: ApplicationError | None
    _trial: casework.Trial | None
    _updates: int
    _unjudged: int
    _taken_again: list[object]
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

    def validate(self, name: str, body: RawValue | None) -> None:
        """Refuses an act before it reaches history. One that comes before the load is let through and checked later, as
        is one that a reset takes again: nobody waits for its answer, so a refusal would be heard by nobody.
        """
        self._trial = None
        if body is not None and is_taken_again(body.payload):
            return
        try:
            self._trial = self._try(name, body)
        except SopError as error:
            raise to_failure(error) from None

    @workflow.query(name=REFUSAL, description="Why the case would refuse an act, given by its name and body")
    def query_refusal(self, name: str, body: RawValue) -> str:
        """The text of the refusal; empty where the act would be taken."""
        self.loaded()
        try:
            self._try(name, body)
        except SopError as error:
            return error.text()
        return ""

    def _try(self, name: str, body: RawValue | None) -> casework.Trial | None:
        """What an act comes to; nothing before the load. Raises a SopError where it would be refused."""
        why = excess(body)
        if why is not None:
            raise InvalidInput(f"{name} cannot be taken: {why}")
        act = _read_act(name, body)
        casework.judge_lengths(name, act)
        if self._state is None or self._procedure is None or PRESENT.organization is None:
            return None
        now, firm = self._not_before(workflow.now()), PRESENT.organization
        return casework.check(self._procedure, self._state, name, act, firm, now, PRESENT.places, PRESENT.receipts)

    async def act(self, name: str, body: RawValue | None) -> ActResult:
        """Carries out an act. Its answer leaves with the workflow task, and so after its step is in the journal."""
        self._updates += 1
        arrived = workflow.now()
        is_judged_again = _is_judged_again(body)
        is_unjudged = self._state is None or is_judged_again
        place = object()
        if is_judged_again:
            self._taken_again.append(place)
        try:
            act = _read_act(name, body)
            if is_judged_again:
                # Each of them was judged by what those before it had made of the case.
                await workflow.wait_condition(lambda: self._taken_again[0] is place)
            if is_unjudged:
                await self._judge_later(name, act, arrived)
            turn, answer = self._perform(name, act, self._not_before(arrived))
        except SopError as error:
            if is_judged_again:
                self._tell_unfit(UnfitAct(name, error.text()))
            raise to_failure(error) from None
        finally:
            if is_judged_again:
                self._taken_again.remove(place)
        # The acceptance of an update is a command of this workflow task, but not where the act waited to be judged.
        self._accept(turn, is_anchored=not is_unjudged)
        await workflow.wait_condition(lambda: not self._outbox.has_steps)
        if isinstance(answer, SopError):
            raise to_failure(answer)
        return answer

    def _tell_unfit(self, message: UnfitAct) -> None:
        """Nobody waits for the answer of an act that a reset takes again, so the case tells of it."""
        if self._state is not None and self._procedure is not None:
            turn = casework.hear(self._procedure, self._state, self._not_before(workflow.now()), message)
            if turn is not None:
                self._accept(turn)

    async def _judge_later(self, name: str, act: Act, arrived: datetime) -> None:
        """Judges an act that its validation let through. Raises a SopError where it may not be done."""
        self._unjudged += 1
        try:
            organization = await self._organization()
            state, procedure = self.loaded()
            await judge_files(unkept_of_act(procedure, state, act))
            judged: dict[str, str] = {}
            while True:
                state, procedure = self.loaded()
                named = casework.places_named(procedure, state, name, act, organization, self._not_before(arrived))
                if named.items() <= judged.items() or not is_hardened(procedure.bundle):
                    return
                judged |= named
                await self._judge_places(named)
        finally:
            self._unjudged -= 1

    async def _judge_places(self, named: dict[str, str]) -> None:
        """Raises InvalidInput for places that nobody knows, as a worker knew them then."""
        answer = await workflow.execute_activity(
            JUDGE_PLACES,
            PlacesInput(places=named),
            result_type=PlacesResult,
            start_to_close_timeout=LOAD_WITHIN,
            retry_policy=PATIENT,
        )
        if answer.faults:
            raise InvalidInput("a place is not known", answer.faults)

    def _perform(self, name: str, act: Act, now: datetime) -> tuple[Turn, ActResult | Refused]:
        """What the act comes to. What its validation tried is taken as it is; a replay, which validates nothing, tries
        it again and finds the same.
        """
        state, procedure = self.loaded()
        trial, self._trial = self._trial, None
        if trial is not None and trial.answers(name, act, state, now):
            return trial.taken
        return casework.perform(procedure, state, name, act, now)

    async def _organization(self) -> Organization:
        """The organisation as recorded in history, once the case is open. Raises the refusal of one that is not, and of
        an act that a reset takes again and that nobody proves."""
        await workflow.wait_condition(lambda: self._state is not None or self._refusal is not None)
        if self._refusal is not None:
            raise self._refusal
        try:
            given = await workflow.execute_activity(
                LOAD_ORGANIZATION, result_type=dict, start_to_close_timeout=LOAD_WITHIN, retry_policy=PATIENT
            )
        except ActivityError as error:
            raise refusal(error.cause) from None
        return Organization.model_validate(given)


async def judge_files(files: dict[str, dict[str, Any]]) -> None:
    """Raises InvalidInput for files that are not proven to be kept, as a worker knew then."""
    if not files:
        return
    answer = await workflow.execute_activity(
        JUDGE_FILES,
        JudgeFilesInput(files=files),
        result_type=JudgeFilesResult,
        start_to_close_timeout=LOAD_WITHIN,
        retry_policy=PATIENT,
    )
    if answer.faults:
        raise InvalidInput("a file is not kept", answer.faults)


def _is_judged_again(body: RawValue | None) -> bool:
    """Whether a reset takes the act again, so that it has to be judged here. Temporal answers one question for a whole
    run, so each reset asks one of its own: those of an older release were not judged here.
    """
    if body is None or not is_taken_again(body.payload):
        return False
    return workflow.patched(f"acts taken again at {workflow.info().get_current_history_length()} are judged")


def _read_act(name: str, body: RawValue | None) -> Act:
    """The act that an update says; one without an id goes by that of the update. Raises InvalidInput."""
    said = read_body(body)
    if isinstance(said, Garbled):
        raise InvalidInput(f"{name} cannot be read: {said.why}")
    act = casework.read_act(name, said)
    info = workflow.current_update_info()
    if act.id is None and info is not None:
        act = act.model_copy(update={"id": info.id})
    return act
