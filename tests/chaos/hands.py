"""How acts and signals are carried to the cases: under ids, again and again until somebody answers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from sop_engine.basis.faults import SopError
from sop_engine.cases.casework import ACTS
from sop_engine.cases.contracts.acts import Act, ActResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView
from sop_engine.console.playing import with_made_files
from sop_engine.temporal.client import UnreachableError
from sop_engine.temporal.failures import refusal
from tests.chaos.evidence import Evidence, Sent
from tests.integration.installation import Installation

HURRIED = 0.15
"""Share of callers that leave after a moment and ask again under the same id."""
MOMENT = timedelta(milliseconds=400)
SUSPICIOUS = 0.08
"""Share of callers that ask once more under the same id although they were answered."""
PAUSE = 0.5
OPENERS = {"Complaint": "li.na", "Invoicing": "hu.jing"}
"""Who opens a case of these SOPs; an operator opens the others."""
CLOSED = "a closed case takes no more acts"
"""What the gateway says where Temporal knows that the execution has ended."""


class GaveUpError(Exception):
    """Nobody answered before the soak's patience ended."""


class Hands:
    """Sends, repeats, and writes down. What is still unanswered in the end is asked for until `deadline`."""

    def __init__(self, house: Installation, evidence: Evidence, chance: random.Random) -> None:
        self._house = house
        self._evidence = evidence
        self._chance = chance
        self.deadline: float | None = None
        """The loop's time after which nobody waits any more."""

    async def open(self, sop: str, case_id: str, data: Mapping[str, Any]) -> None:
        """Starts a case, and waits until it answers; one that was started by a try without an answer is started."""
        while True:
            try:
                await self._house.client.start_workflow(
                    sop,
                    OpenCaseInput(data=dict(data), actor=OPENERS.get(sop, "zhou.jie")),
                    id=case_id,
                    task_queue=self._house.settings.task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=timedelta(seconds=5),
                )
            except WorkflowAlreadyStartedError:
                pass
            except RPCError:
                await self._pause()
                continue
            self._evidence.opened[case_id] = sop
            break
        while await self.look(case_id) is None:
            await self._pause()

    async def look(self, case_id: str) -> CaseView | None:
        """The case as it stands; None while nobody can say."""
        try:
            return await self._house.gateway.case(case_id)
        except SopError:
            return None

    async def act(self, case_id: str, name: str, /, **values: Any) -> Sent:
        """Carries out an act; answered in the end, or `GaveUpError`."""
        sent = self._evidence.send("act", case_id, name, values)
        act = ACTS[name].model.model_validate({**values, "id": sent.id})
        if self._chance.random() < HURRIED:
            await self._try_for_a_moment(sent, act)
        while sent.answer == "unknown" and not sent.is_over:
            await self._try(sent, act)
        if sent.answer == "taken" and self._chance.random() < SUSPICIOUS:
            await self._try(sent, act)
        return sent

    async def with_files(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """The data with its files brought; none while nobody takes them."""
        try:
            brought: dict[str, Any] = await with_made_files(self._house.gateway, data)
        except SopError:
            return None
        return brought

    async def signal(self, case_id: str, name: str, /, **data: Any) -> Sent:
        """Tells a case something, twice under one id."""
        sent = self._evidence.send("signal", case_id, name, data)
        event = EventSignal(name=name, data=data, id=sent.id)
        await self._tell(sent, event)
        if sent.answer == "taken":
            await asyncio.sleep(self._chance.random() * 0.1)
            await self._tell(sent, event)
        return sent

    async def reference_data(self, case_id: str) -> None:
        """Says that calendars were corrected. It has no id and changes nothing here."""
        try:
            await self._house.handle(case_id).signal("case.reference_data")
        except RPCError:
            return

    async def _try(self, sent: Sent, act: Act) -> None:
        sent.tries += 1
        try:
            answer = await self._house.gateway.update(sent.case_id, sent.name, act)
        except (UnreachableError, RPCError, TimeoutError) as error:
            sent.said = str(error)
            await self._pause()
        except SopError as error:
            self._refused(sent, error)
        else:
            self._answered(sent, answer)

    def _refused(self, sent: Sent, error: SopError) -> None:
        """A refusal is an answer, but not that the case is closed: a try before, of which nobody heard, may count."""
        if sent.answer == "taken":
            return
        sent.is_over, sent.said = True, error.text()
        if CLOSED not in sent.said:
            self._evidence.refuse(sent, error.text())

    async def _try_for_a_moment(self, sent: Sent, act: Act) -> None:
        """As a caller whose line breaks."""
        sent.tries += 1
        try:
            answer: ActResult = await self._house.handle(sent.case_id).execute_update(
                sent.name, act, id=sent.id, result_type=ActResult, rpc_timeout=MOMENT
            )
        except (WorkflowUpdateRPCTimeoutOrCancelledError, RPCError) as error:
            sent.said = str(error)
        except WorkflowUpdateFailedError as error:
            self._refused(sent, refusal(error.cause))
        else:
            self._answered(sent, answer)

    def _answered(self, sent: Sent, answer: ActResult) -> None:
        was_taken = sent.answer == "taken"
        self._evidence.take(sent, answer.step, is_again=was_taken or answer.duplicate)

    async def _tell(self, sent: Sent, event: EventSignal) -> None:
        while True:
            sent.tries += 1
            try:
                await self._house.handle(sent.case_id).signal("event", event, rpc_timeout=timedelta(seconds=5))
            except RPCError as error:
                sent.said = str(error)
                if error.status is RPCStatusCode.NOT_FOUND:
                    if sent.answer == "unknown" and sent.tries == 1:
                        self._evidence.refuse(sent, str(error))
                    return
                await self._pause()
            else:
                self._evidence.take(sent)
                return

    async def _pause(self) -> None:
        if self.deadline is not None and asyncio.get_running_loop().time() > self.deadline:
            raise GaveUpError
        await asyncio.sleep(PAUSE * (0.5 + self._chance.random()))
