"""Messages of the engine that wait until their senders' histories were looked into, one look at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from sop_engine.cases.contracts.proof import Claim, ProofInput, ProofResult
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.told import engine_words
from sop_engine.cases.told.messages import EngineWord, ProvenWords, StrangersWord
from sop_engine.cases.written.procedure import Procedure
from sop_engine.temporal.queues import READ_WORDS
from workflows.background import Background
from workflows.errands import PATIENT
from workflows.reading import Claimed
from workflows.rungs import Rung

MOST_WAITING = 20
"""Claims of one sender that wait at the same time. One is enough to look; what is beyond is found by the same look."""

LOOK_WITHIN = timedelta(minutes=2)


class Proofs:
    """The claims that wait. They survive the end of a run; what they claim does not, and is read when it is proven."""

    def __init__(
        self,
        background: Background,
        loaded: Callable[[], tuple[CaseState, Procedure]],
        hear: Callable[[ProvenWords, datetime], None],
    ) -> None:
        self._background = background
        self._loaded = loaded
        self._hear = hear
        self._rung = Rung("proven words")
        self._waiting: list[Claim] = []
        self._looked_into = 0
        """How many of those that wait are being looked into."""
        self._dropped: dict[str, int] = {}

    @property
    def are_waiting(self) -> bool:
        return bool(self._waiting)

    def carried(self) -> tuple[Claim, ...]:
        return tuple(self._waiting)

    def judge(self, claimed: Claimed, arrived: datetime) -> EngineWord | StrangersWord | None:
        """What a case that is loaded is to take of a word at once; none of one to prove, which is looked into."""
        state, procedure = self._loaded()
        name, body = claimed.word.signal, claimed.word.body
        if not self._rung.is_taken(procedure.bundle):
            return claimed.word
        sender = engine_words.sender_of(state, name, body)
        if sender is None:
            return StrangersWord(name)
        run_id = body.get("sent_by")
        run_id = run_id if isinstance(run_id, str) else None
        self.claim(Claim(signal=name, sender=sender, run_id=run_id, digest=claimed.digest, arrived=arrived))
        return None

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
            senders = engine_words.asked(self._loaded()[0], claims)
            result: ProofResult = await workflow.execute_activity(
                READ_WORDS,
                ProofInput(case_id=case_id, senders=senders),
                result_type=ProofResult,
                start_to_close_timeout=LOOK_WITHIN,
                retry_policy=PATIENT,
                summary=f"What {', '.join(sender.case_id for sender in senders)} said"[:100],
            )
            for sender, told in zip(senders, result.told, strict=True):
                of_sender = tuple(claim for claim in claims if claim.sender == sender.case_id)
                dropped = self._dropped.pop(sender.case_id, 0)
                self._hear(ProvenWords(sender.case_id, of_sender, told, dropped), of_sender[0].arrived)
            del self._waiting[: len(claims)]
        self._looked_into = 0
