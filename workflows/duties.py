"""The duties of an installation: one round plans and starts what is due, then it sleeps until there is something again.

One per task queue, started by the workers. A run is one round and knows nothing of the one before: what was done stands
in the records, so that whoever ends it loses nothing, and new code meets a run that sleeps.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError

from sop_engine.basis.faults import SopError
from sop_engine.cases.contracts.duties import (
    ApplyDuties,
    ApplyDutiesInput,
    DutiesInput,
    DutiesState,
    DutyDone,
    DutyRound,
    DutyRoundInput,
    PauseDuty,
    PauseDutyInput,
    ResumeDuty,
    ResumeDutyInput,
    RunDuty,
    RunDutyInput,
)
from sop_engine.cases.contracts.records import ForRecords
from sop_engine.cases.duties.card import duties_card
from sop_engine.cases.people.identity import person_of
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import (
    APPLY_DUTIES,
    DUTIES,
    DUTY_ROUND,
    PAUSE_DUTY,
    POKE,
    RESUME_DUTY,
    RUN_DUTY,
)
from workflows.errands import ATTEMPT, PATIENT, SILENT

ROUND_WITHIN = timedelta(minutes=10)

Given = TypeVar("Given", ApplyDutiesInput, PauseDutyInput, ResumeDutyInput, RunDutyInput)


@workflow.defn(name=DUTIES)
class DutiesWorkflow:
    """Ends never."""

    @workflow.init
    def __init__(self, given: DutiesInput) -> None:
        self._is_poked = False
        self._done: DutyRound | None = None

    @workflow.run
    async def run(self, given: DutiesInput) -> None:
        now = workflow.now()
        self._is_poked = False  # by what this run was started with, and the round looks at that
        self._done = done = await workflow.execute_activity(
            DUTY_ROUND,
            DutyRoundInput(now=now),
            result_type=DutyRound,
            start_to_close_timeout=ROUND_WITHIN,
            heartbeat_timeout=SILENT,
            retry_policy=PATIENT,
            summary=f"{now:%Y-%m-%d %H:%M} UTC",
        )
        workflow.set_current_details(duties_card(done, now))
        wait = None if done.next_at is None else max(done.next_at - workflow.now(), timedelta())
        if wait != timedelta():
            with suppress(asyncio.TimeoutError):
                await workflow.wait_condition(
                    lambda: self._is_poked, timeout=wait, timeout_summary=done.next_is or "nothing is due"
                )
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(given)

    @workflow.signal(name=POKE, description="Look now: something may be due that was not before")
    def poke(self) -> None:
        self._is_poked = True

    @workflow.query(name="state", description="What the last round did, and when the next one is")
    def query_state(self) -> DutiesState:
        return DutiesState(done=self._done)

    @workflow.update(name="apply", description=ApplyDutiesInput.__doc__)
    async def apply(self, given: ApplyDutiesInput) -> DutyDone:
        return await self._carry_out(APPLY_DUTIES, ApplyDuties(given=given, now=workflow.now()), given.actor)

    @workflow.update(name="pause", description=PauseDutyInput.__doc__)
    async def pause(self, given: PauseDutyInput) -> DutyDone:
        told = f"{given.actor}: {given.duty}: {given.reason}"
        return await self._carry_out(PAUSE_DUTY, PauseDuty(given=given, now=workflow.now()), told)

    @workflow.update(name="resume", description=ResumeDutyInput.__doc__)
    async def resume(self, given: ResumeDutyInput) -> DutyDone:
        told = f"{given.actor}: {given.duty}"
        return await self._carry_out(RESUME_DUTY, ResumeDuty(given=given, now=workflow.now()), told)

    @workflow.update(name="run", description=RunDutyInput.__doc__)
    async def run_period(self, given: RunDutyInput) -> DutyDone:
        told = f"{given.actor}: {given.duty} {given.period}"
        return await self._carry_out(RUN_DUTY, RunDuty(given=given, now=workflow.now()), told)

    @apply.validator
    def check_apply(self, given: ApplyDutiesInput) -> None:
        _check(given)

    @pause.validator
    def check_pause(self, given: PauseDutyInput) -> None:
        _check(given)

    @resume.validator
    def check_resume(self, given: ResumeDutyInput) -> None:
        _check(given)

    @run_period.validator
    def check_run(self, given: RunDutyInput) -> None:
        _check(given)

    async def _carry_out(self, name: str, given: ForRecords, told: str) -> DutyDone:
        """Has an act done and looks again. Who may do it is judged where the procedures are known."""
        try:
            done: DutyDone = await workflow.execute_activity(
                name,
                given,
                result_type=DutyDone,
                start_to_close_timeout=ATTEMPT,
                retry_policy=PATIENT,
                summary=told[:100],
            )
        except ActivityError as error:
            raise error.cause or error from None
        self._is_poked = True
        return done


def _check(given: Given) -> None:
    """Refuses who is not known, before anything reaches history."""
    firm = PRESENT.organization
    if firm is None:
        return
    try:
        person_of(firm, given.actor)
    except SopError as error:
        raise to_failure(error) from None
