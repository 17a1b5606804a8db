"""The interpreter: one Temporal workflow class runs every SOP. The SOP is the workflow's type, the case its id.

A handler takes its message through the pure layer before any await, so no two interleave, and leaves the step for the
main loop, which writes it and carries out what it asks for, in the same workflow task. All rules are in
`sop_engine.cases`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

from sop_engine.basis.faults import NOT_OPEN_YET, InvalidInput, SopError
from sop_engine.cases import casework
from sop_engine.cases.contracts.commands import Command, with_facts, without_facts
from sop_engine.cases.contracts.limits import MESSAGE_BYTES
from sop_engine.cases.contracts.opening import LoadInput
from sop_engine.cases.running.continuation import CaseResult, ContinuedCase
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.turn import Turn, facts_of
from sop_engine.cases.seen.recent import Recent
from sop_engine.cases.told.engine_words import CANCELLED_FROM_OUTSIDE
from sop_engine.cases.told.file_checks import unkept_of_opening
from sop_engine.cases.told.messages import ReferenceData, Unreadable
from sop_engine.cases.told.opening import open_case
from sop_engine.cases.told.reference_data import corrected
from sop_engine.cases.written.engine_version import HARDENED, KNOWN_VERSIONS
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.failures import message_of, to_failure
from sop_engine.temporal.present import PRESENT, pack
from sop_engine.temporal.queues import LOAD_PROCEDURE, REFERENCE_DATA
from workflows.acts import LOAD_WITHIN, CaseActs, judge_files
from workflows.alarm import Alarm
from workflows.background import Background
from workflows.errands import PATIENT, Errands, tell_parent
from workflows.leaving import Leaving
from workflows.openers import judge_opener
from workflows.outbox import Outbox
from workflows.portions import Portions
from workflows.proofs import Proofs
from workflows.queries import CaseQueries
from workflows.reading import as_started, excess_of_start, read_opening, read_parent, read_start
from workflows.receiving import CaseReceiving
from workflows.relatives import Relatives
from workflows.rungs import Rung, is_hardened
from workflows.signals import CaseSignals
from workflows.step_keys import StepKeys


@workflow.defn(dynamic=True)
class CaseWorkflow(CaseActs, CaseSignals, CaseReceiving, CaseQueries):
    """A case of any SOP. Its messages are in `workflows.acts`, `workflows.signals`, `workflows.receiving` and
    `workflows.queries`."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        self._state: CaseState | None = None
        self._procedure: Procedure | None = None
        self._recent = Recent()
        self._packed = b""
        self._refusal: ApplicationError | None = None
        """Why the case could not be opened."""
        self._heard = []
        self._trial: casework.Trial | None = None
        """What the act that was just validated comes to."""
        self._commands: list[tuple[Command, str | None]] = []
        """What is to be given out, each with its key; none where its case was opened before keys named steps."""
        self._keys = StepKeys()
        self._updates = 0
        self._corrections = 0
        """Corrected calendars that are being loaded."""
        self._too_much: tuple[int, int] | None = None
        """Bytes of steps and number of commands that found no room in what the next run is given."""
        self._unjudged = 0
        """Acts that wait to be judged."""
        self._taken_again: list[object] = []
        """Those of them that a reset takes again, in their order."""
        self._latest = workflow.info().workflow_start_time
        """The instant of the last turn. See `_not_before`."""
        self._background = Background()
        self._alarm = Alarm(self._background)
        self._leaving = Leaving(self._background)
        self._outbox = Outbox(self._background)
        self._errands = Errands(self.hear, self._background, self._is_bounded)
        self._relatives = Relatives(self._background, lambda: self._state, self.hear)
        self._own_words = Rung("own words", since=None)
        self._portions = Portions(self._background, self.take)
        self._proofs = Proofs(self._background, self.loaded, self.hear)
        self._excess = excess_of_start(args)
        self._start = read_start(args)
        if isinstance(self._start, ContinuedCase):
            self._go_on(self._start)

    def _go_on(self, case: ContinuedCase) -> None:
        """Takes over the case from the run before."""
        self._use(case.bundle)
        self._state = case.state.model_copy(update={"weight": case.state.weighed()})
        self._outbox = Outbox(self._background, case.state.step, case.attributes)
        self._outbox.take_over(case.unpublished, case.closed_tasks)

    # -- the life of a case --------------------------------------------------------------------------------------------

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> CaseResult:
        life = asyncio.create_task(self._life())
        try:
            end = await asyncio.shield(life)
        except asyncio.CancelledError:
            if workflow.cancellation_reason() is None:
                raise
            # `temporal workflow cancel` means the SOP's own cancellation.
            self.hear(CANCELLED_FROM_OUTSIDE)
            end = await life
        if isinstance(end, ContinuedCase):
            workflow.continue_as_new(end)
        return end

    async def _life(self) -> CaseResult | ContinuedCase:
        if isinstance(self._start, ContinuedCase):
            state, procedure = self.loaded()
            for pending in self._start.pending:
                self._errands.give_out(with_facts(pending.command, facts_of(procedure, state)), pending.key)
            if self._start.corrects:
                self.correct_reference_data()
            for case_id in self._start.relatives:
                self._relatives.look_at(case_id)
            for claim in self._start.claims:
                self._proofs.claim(claim)
        else:
            try:
                await self._open()
            except ApplicationError as refusal:
                await self._refuse(refusal)
                raise
        state, procedure = self.loaded()
        self.declare_signals(procedure)
        self._outbox.show(procedure, state)
        for message, arrived in self._heard:
            self.hear(message, arrived)
        return await self._live()

    async def _open(self) -> None:
        info = workflow.info()
        opening = read_opening(self._start)
        self._use(
            await self._load(
                LoadInput(
                    sop=info.workflow_type,
                    version=opening.version,
                    opened_at=info.workflow_start_time,
                    case_id=info.workflow_id,
                    first_run_id=info.first_execution_run_id,
                    actor=opening.actor if info.parent is None else None,
                    reopens=opening.reopens,
                )
            )
        )
        assert self._procedure is not None
        if info.parent is None:
            await judge_opener(self._procedure, opening)
        try:
            if self._excess is not None and self._procedure.bundle.engine_version >= HARDENED:
                raise InvalidInput(f"a {info.workflow_type} cannot be opened: {self._excess}")
            if self._procedure.bundle.engine_version >= HARDENED:
                opening = as_started(opening)
            if info.parent is None:
                await judge_files(unkept_of_opening(self._procedure, opening))
            turn = open_case(self._procedure, info.workflow_id, opening, info.workflow_start_time)
        except SopError as error:
            raise to_failure(error) from None
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            raise ApplicationError(
                f"{info.workflow_type} cannot be opened: {error}", type="Definition", non_retryable=True
            ) from None
        self._accept(turn)

    async def _load(self, given: LoadInput) -> bytes:
        """The packed bundle of a procedure. Raises the refusal of an unknown SOP or version."""
        try:
            packed: bytes = await workflow.execute_activity(
                LOAD_PROCEDURE,
                given,
                result_type=bytes,
                start_to_close_timeout=LOAD_WITHIN,
                retry_policy=PATIENT,
                summary=f"{given.sop} version {given.version}" if given.version else given.sop,
            )
        except ActivityError as error:
            raise error.cause or error from None
        return packed

    def _use(self, packed: bytes) -> None:
        """Runs the case by this bundle from here on. Fails the workflow task where this worker is too old for it."""
        procedure = PRESENT.procedure(packed)
        if procedure.bundle.engine_version not in KNOWN_VERSIONS:
            raise RuntimeError(f"this worker does not know engine version {procedure.bundle.engine_version}")
        self._packed, self._procedure = packed, procedure

    async def _refuse(self, refusal: ApplicationError) -> None:
        """Tells everyone who waits that the case could not be opened."""
        self._refusal = refusal
        parent, starter = read_parent(self._start), workflow.info().parent
        if parent is not None and starter is not None and starter.workflow_id == parent.case_id:
            await tell_parent(parent, message_of(refusal))
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def _live(self) -> CaseResult | ContinuedCase:
        """Writes steps, carries out commands, keeps the one timer; ends when the case is closed and nothing runs."""
        while True:
            self._background.raise_failure()
            if self._outbox.refusal is not None:
                raise self._outbox.refusal
            if self._alarm.rang_at is not None:
                rang_at, self._alarm.rang_at = self._alarm.rang_at, None
                self._let_pass(self._not_before(rang_at))
            state, procedure = self.loaded()
            if self._takes_along():
                self._outbox.keep()
            elif self._outbox.has_unwritten:
                self._outbox.write(procedure, state)
            if self._must_settle():
                self._outbox.settle(procedure, state)
            commands, self._commands = self._commands, []
            self._errands.take(commands, leaves_them=self._leaving.is_hurried)
            self._set_alarm(state, procedure)
            if self._is_over():
                return CaseResult(
                    case_id=state.case_id,
                    outcome=str(state.outcome),
                    status=state.status,
                    closed_at=state.closed_at or workflow.now(),
                    result=state.snapshot.result if state.parent is not None else {},
                )
            if self._may_continue():
                return self._continued()
            if self._should_continue():
                self._drain()
            await workflow.wait_condition(lambda: self._is_stirred() or self._is_over() or self._may_continue())

    def _must_settle(self) -> bool:
        """Whether nothing keeps this run from its end but that the records may lack something."""
        is_ending = self.loaded()[0].is_closed or self._should_continue()
        return is_ending and self._outbox.can_settle and not self._outbox.is_kept and self._is_quiet()

    def _is_stirred(self) -> bool:
        """Whether the main loop has something to do."""
        return (
            self._outbox.has_steps
            or self._must_settle()
            or self._may_take_along()
            or bool(self._commands)
            or self._alarm.rang_at is not None
            or self._background.has_failed
            or self._outbox.refusal is not None
        )

    def _is_over(self) -> bool:
        return self.loaded()[0].is_closed and self._may_end() and not self._proofs.are_waiting

    def _may_continue(self) -> bool:
        return self._should_continue() and self._may_end()

    def _may_end(self) -> bool:
        return not self._is_stirred() and self._is_quiet() and (self._outbox.is_settled or self._outbox.is_kept)

    def _is_quiet(self) -> bool:
        """Whether nothing is under way that a run must not leave behind, handlers included."""
        return not self._is_busy() and workflow.all_handlers_finished()

    def _is_busy(self) -> bool:
        """Whether something is under way that a run must not leave behind.

        A run that is to continue as new waits a while for activities; the next one starts the rest again under the
        same keys.
        """
        if self._portions.are_waiting:
            return True
        if self._leaving.is_hurried:
            return self._errands.has_messages
        under_way = self._errands.has_messages if self._leaving.is_impatient else bool(self._errands.pending)
        return under_way or bool(self._corrections) or self._relatives.are_looked_at

    def _let_pass(self, until: datetime) -> None:
        """Handles what fell due."""
        state, procedure = self.loaded()
        if not state.is_closed:
            self._accept(casework.wake(procedure, state, until))

    def _set_alarm(self, state: CaseState, procedure: Procedure) -> None:
        ahead = casework.next_instant(state)
        if ahead is not None:
            at, name = ahead
            title = procedure.title_of(name.split("#")[0]).both() if name != "delay" else "Waiting 等待"
            self._alarm.set(at, title)

    # -- continue as new -----------------------------------------------------------------------------------------------

    def _should_continue(self) -> bool:
        state, procedure = self.loaded()
        is_due = workflow.info().is_continue_as_new_suggested() or self._updates >= procedure.bundle.continue_after
        return is_due and not state.is_closed

    def _drain(self) -> None:
        if not self._leaving.has_begun:
            self._leaving.begin(takes_along=is_hardened(self.loaded()[1].bundle))

    def _may_take_along(self) -> bool:
        """Whether this run could end with the present workflow task and leave what it has not written."""
        is_time = self._leaving.is_hurried or (self._leaving.takes_along and self._outbox.has_settled)
        is_new = (self._outbox.unsettled_bytes, len(self._errands.pending)) != self._too_much
        return is_time and is_new and not (self._outbox.is_kept or self._unjudged or self._is_busy())

    def _is_bounded(self) -> bool:
        return is_hardened(self.loaded()[1].bundle)

    def _takes_along(self) -> bool:
        """Whether it does: what is not written has room beside the case."""
        if not self._may_take_along():
            return False
        room = MESSAGE_BYTES - len(self._continued().model_dump_json().encode())
        has_room = self._outbox.unsettled_bytes <= room
        self._too_much = None if has_room else (self._outbox.unsettled_bytes, len(self._errands.pending))
        return has_room

    def _packed_for_next(self) -> bytes:
        """The bundle. A case of the first engine that hands over as the second does has its limits from then on."""
        bundle = self.loaded()[1].bundle
        if not self._leaving.takes_along or bundle.engine_version >= HARDENED:
            return self._packed
        return pack(bundle.model_copy(update={"engine_version": HARDENED}))

    def _continued(self) -> ContinuedCase:
        state, procedure = self.loaded()
        unpublished, closed_tasks = self._outbox.unpublished() if self._outbox.is_kept else ((), ())
        return ContinuedCase(
            state=state,
            bundle=self._packed_for_next(),
            pending=tuple(
                pending.model_copy(update={"command": without_facts(pending.command, facts_of(procedure, state))})
                for pending in self._errands.carried()
            ),
            attributes=self._outbox.attributes,
            unpublished=unpublished,
            closed_tasks=closed_tasks,
            corrects=bool(self._corrections),
            relatives=self._relatives.carried(),
            claims=self._proofs.carried(),
        )

    # -- machines: signals ---------------------------------------------------------------------------------------------

    def correct_reference_data(self) -> None:
        self._corrections += 1
        self._background.run(self._correct())

    async def _correct(self) -> None:
        """Takes over the present calendars; open deadlines are counted again."""
        arrived = workflow.now()
        await workflow.wait_condition(lambda: self._state is not None)
        state, _ = self.loaded()
        try:
            packed = await self._load(
                LoadInput(sop=state.sop, version=state.version, opened_at=state.opened_at, case_id=state.case_id)
            )
        except ApplicationError as error:
            self.hear(Unreadable(REFERENCE_DATA, message_of(error)), arrived)
        else:
            before = self.loaded()[1].bundle
            self._use(pack(corrected(before, PRESENT.procedure(packed).bundle)))
            self.hear(ReferenceData(before), arrived)
        self._corrections -= 1

    # -- state ---------------------------------------------------------------------------------------------------------

    @property
    def recent(self) -> Recent:
        return self._recent

    def loaded(self) -> tuple[CaseState, Procedure]:
        if self._state is None or self._procedure is None:
            raise self._refusal or ApplicationError(NOT_OPEN_YET, type="Refused", non_retryable=True)
        return self._state, self._procedure

    def _not_before(self, arrived: datetime) -> datetime:
        """The instant at which to handle what arrived then: never before the last turn.

        What came before the case was loaded is handled at the instant it arrived.
        """
        return max(arrived, self._latest)

    def _accept(self, turn: Turn, *, is_anchored: bool = False) -> None:
        """Makes a turn's outcome the case's state; its steps and commands wait for the main loop."""
        self._state = turn.state
        self._leaving.count_turn(is_last=turn.state.is_closed)
        self._latest = max(self._latest, turn.now)
        self._recent.take(turn)
        self._outbox.take(turn, is_anchored=is_anchored)
        self._commands += self._keys.keyed(turn)
