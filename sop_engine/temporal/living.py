"""One case as its histories tell it: what it published in all its runs, and what it had carried out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from sop_engine.cases.contracts.publishing import PublishInput
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.temporal.executions import Run
from sop_engine.temporal.histories import CarriedOut, Histories, carried_out
from sop_engine.temporal.replaying import CaseReplayer
from sop_engine.temporal.writes import ERRANDS, Kind


class LivedCase(NamedTuple):
    """What the replayed runs of a case published."""

    latest: Run
    published: tuple[PublishInput, ...]
    is_whole: bool
    """Whether the server still has the first run."""
    end: CaseEnd | None = None
    """How it ended, where it did not end itself."""
    failure: str = ""
    """Why a run does not replay; what the others published is there."""

    @property
    def first_step(self) -> int:
        """The first step that the histories still tell."""
        steps = [step.step for given in self.published for step in given.steps]
        return 1 if self.is_whole else min(steps, default=1)


class Errand(NamedTuple):
    """An errand that ended well, or a notice that was refused for good."""

    kind: Kind
    activity: str
    case_id: str
    key: str
    recorded: CarriedOut


class Signature(NamedTuple):
    """What an activity writes, takes and answers."""

    kind: Kind
    takes: type
    answers: type


class LivedCases:
    """Reads cases out of their histories."""

    def __init__(self, histories: Histories, replayer: CaseReplayer, errands: Mapping[str, Signature]) -> None:
        self.histories = histories
        self._replayer = replayer
        self._errands = errands
        """The activities that carry out errands, by name."""

    async def live(self, latest: Run) -> LivedCase:
        """Replays every run of a case that the server still has."""
        runs, is_whole = await self.histories.chain(latest)
        published: list[PublishInput] = []
        failure = ""

        async def in_turn() -> AsyncIterator[WorkflowHistory]:
            for run in runs:
                if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in run.events):
                    yield run

        async for replayed in self._replayer.replayed(in_turn()):
            published += replayed.published
            if replayed.failure is not None and not failure:
                failure = str(replayed.failure).partition("\n")[0]
        end = await self.histories.end(latest)
        return LivedCase(latest, tuple(published), is_whole, end, failure)

    async def errands(self, case_id: str) -> AsyncIterator[Errand]:
        """What a workflow had carried out, in every run that the server still has, those before a reset too."""
        async for run in self.histories.all_runs(case_id):
            for recorded in carried_out(run):
                known = self._errands.get(recorded.activity)
                if known is None or (recorded.failure is not None and not _is_kept(known, recorded)):
                    continue
                given = await self.histories.decode(recorded.input, known.takes)
                yield Errand(known.kind, recorded.activity, case_id, given.key, recorded)

    async def read(self, errand: Errand) -> tuple[Any, Any]:
        """What an errand was given and what it answered; none where it was refused."""
        known = self._errands[errand.activity]
        given = await self.histories.decode(errand.recorded.input, known.takes)
        result = errand.recorded.result
        return given, None if result is None else await self.histories.decode(result, known.answers)


def _is_kept(known: Signature, recorded: CarriedOut) -> bool:
    """Whether a refused errand left something: a notice does, which people can read all the same."""
    failure = recorded.failure
    return known.kind == "notice" and failure is not None and failure.application_failure_info.non_retryable


def errand_kinds(signatures: Sequence[tuple[str, Kind | None, type, type]]) -> dict[str, Signature]:
    """Of all activities, those that carry out errands."""
    return {
        name: Signature(kind, takes, answers)
        for name, kind, takes, answers in signatures
        if kind is not None and kind in ERRANDS
    }
