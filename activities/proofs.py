"""Finding out whether a parent or a child really told a case what a message says."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from temporalio import activity
from temporalio.client import Client

from activities.access import reads
from sop_engine.cases.contracts.proof import AskedSender, ProofInput, ProofResult, Told, Word
from sop_engine.temporal.executions import ChainOf, Executions, Run
from sop_engine.temporal.queues import ENGINE_SIGNALS, NOTICE, READ_WORDS
from sop_engine.temporal.words import words_of


class ProofActivities:
    """Looks into the histories of senders. A run on another task queue is somebody else's, whatever it calls itself."""

    def __init__(self, client: Client, task_queue: str, chain_of: ChainOf) -> None:
        self._client = client
        self._executions = Executions(client)
        self._task_queue = task_queue
        self._chain_of = chain_of

    @reads
    @activity.defn(name=READ_WORDS)
    async def read_words(self, given: ProofInput) -> ProofResult:
        """Everything that each sender told the case by a signal of the engine, in the runs asked for."""
        return ProofResult(told=tuple([await self._told(given.case_id, sender) for sender in given.senders]))

    async def _told(self, receiver: str, sender: AskedSender) -> Told:
        chain = sender.chain or await asyncio.to_thread(self._chain_of, sender.case_id)
        runs = [run for run in await self._runs(sender, chain) if may_tell(run, receiver)]
        if not runs:
            return Told(is_gone=await self._executions.describe(sender.case_id, chain) is None)
        words: list[Word] = []
        for run in runs:
            words += await words_of(self._client, sender.case_id, run, receiver, ENGINE_SIGNALS)
        said = {word.digest for word in words}
        after = (sender.after.run_started_at, sender.after.event) if sender.after is not None else None
        new = [word for word in words if after is None or _place(word) > after]
        return Told(
            words=tuple(sorted(new, key=_place)),
            proven=tuple(digest for digest in sender.digests if digest in said),
        )

    async def _runs(self, sender: AskedSender, chain: str | None) -> Sequence[Run]:
        """The runs asked for that are ours and of the sender's chain."""
        found: dict[str, Run] = {}
        for run_id in sender.runs:
            if run_id is None:
                run = await self._executions.latest(sender.case_id, chain)
            else:
                run = await self._executions.describe(sender.case_id, run_id)
            if run is not None and run.task_queue == self._task_queue and chain in (None, run.first_run_id):
                found[run.run_id] = run
        return tuple(found.values())


def may_tell(run: Run, receiver: str) -> bool:
    """A notice tells its case and its calls alone: anybody may start one under the id that a case will want."""
    return run.workflow_type != NOTICE or run.parent == receiver or receiver.startswith(f"{run.workflow_id}.")


def _place(word: Word) -> tuple[datetime, int]:
    return word.run_started_at, word.event
