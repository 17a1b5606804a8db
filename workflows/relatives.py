"""Relatives of a case that are said to have ended without a word. The case asks the server itself how they ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from sop_engine.cases.contracts.reading import CaseInput
from sop_engine.cases.contracts.watching import LookedAt
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.told.ends import is_relative
from sop_engine.cases.told.messages import RelativeEnded
from sop_engine.temporal.queues import LOOK_AT_CASE
from sop_engine.temporal.texts import summary
from workflows.background import Background
from workflows.errands import PATIENT

LOOK_WITHIN = timedelta(seconds=10)


class Relatives:
    """The relatives that are being looked at. They survive the end of a run."""

    def __init__(
        self,
        background: Background,
        state: Callable[[], CaseState | None],
        hear: Callable[[RelativeEnded, datetime], None],
    ) -> None:
        self._background = background
        self._state = state
        self._hear = hear
        self._looked_at: list[str] = []

    @property
    def are_looked_at(self) -> bool:
        return bool(self._looked_at)

    def carried(self) -> tuple[str, ...]:
        return tuple(self._looked_at)

    def look_at(self, case_id: str) -> None:
        """Has the case look at a relative, unless it does so already."""
        if case_id not in self._looked_at:
            self._looked_at.append(case_id)
            self._background.run(self._look(case_id))

    async def _look(self, case_id: str) -> None:
        """Who sent the message proves nothing."""
        arrived = workflow.now()
        await workflow.wait_condition(lambda: self._state() is not None)
        looked = LookedAt()
        state = self._state()
        if state is not None and is_relative(state, case_id):
            looked = await workflow.execute_activity(
                LOOK_AT_CASE,
                CaseInput(case_id=case_id),
                result_type=LookedAt,
                start_to_close_timeout=LOOK_WITHIN,
                retry_policy=PATIENT,
                summary=summary(case_id),
            )
        state = self._state()
        if state is not None and not state.is_closed:
            self._hear(RelativeEnded(case_id, looked.end), arrived)
        self._looked_at.remove(case_id)
