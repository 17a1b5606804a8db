"""Messages of the engine that wait until their senders' histories were looked into, one look at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from temporalio import workflow

from sop_engine.cases.contracts.proof import AskedSender, Claim, ProofInput, ProofResult, Told
from sop_engine.temporal.queues import READ_WORDS
from workflows.background import Background
from workflows.errands import PATIENT

MOST_WAITING = 20
"""Claims of one sender that wait at the same time. One is enough to look; what is beyond is found by the same look."""

LOOK_WITHIN = timedelta(minutes=2)

Ask = Callable[[Sequence[Claim]], tuple[AskedSender, ...]]
"""Whom to ask about claims."""

Judge = Callable[[str, Sequence[Claim], Told, int], None]
"""Takes what a sender told, and refuses claims that are not its; so many more were dropped."""


class Proofs:
    """The claims that wait. They survive the end of a run; what they claim does not, and is read when it is proven."""

    def __init__(self, background: Background, ask: Ask, judge: Judge) -> None:
        self._background = background
        self._ask = ask
        self._judge = judge
        self._waiting: list[Claim] = []
        self._looked_into = 0
        """How many of those that wait are being looked into."""
        self._dropped: dict[str, int] = {}

    @property
    def are_waiting(self) -> bool:
        return bool(self._waiting)

    def carried(self) -> tuple[Claim, ...]:
        return tuple(self._waiting)

    def claim(self, claim: Claim) -> None:
        """Has a claim looked into. One too many of a sender is dropped, for those before it lead to the same look."""
        behind = [other for other in self._waiting[self._looked_into :] if other.sender == claim.sender]
        if len(behind) >= MOST_WAITING:
            self._dropped[claim.sender] = self._dropped.get(claim.sender, 0) + 1
            return
        self._waiting.append(claim)
        if not self._looked_into:
            self._looked_into = 1
            self._background.run(self._look())

    async def _look(self) -> None:
        case_id = workflow.info().workflow_id
        while self._waiting:
            claims = tuple(self._waiting)
            self._looked_into = len(claims)
            senders = self._ask(claims)
            result: ProofResult = await workflow.execute_activity(
                READ_WORDS,
                ProofInput(case_id=case_id, senders=senders),
                result_type=ProofResult,
                start_to_close_timeout=LOOK_WITHIN,
                retry_policy=PATIENT,
                summary=f"What {', '.join(sender.case_id for sender in senders)} said"[:100],
            )
            for sender, told in zip(senders, result.told, strict=True):
                of_sender = [claim for claim in claims if claim.sender == sender.case_id]
                self._judge(sender.case_id, of_sender, told, self._dropped.pop(sender.case_id, 0))
            del self._waiting[: len(claims)]
        self._looked_into = 0
