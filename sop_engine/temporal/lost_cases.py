"""Cases that the records hold open and Temporal does not know: its database was lost, or restored from an older copy.

Nobody can act on such a case, and it will never write again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine

from sop_engine.cases.contracts.records import Difference
from sop_engine.cases.contracts.watching import CaseEnd
from sop_engine.records.endings import Endings
from sop_engine.temporal.histories import Histories

WHY = "Temporal knows no such case"


class LostCases:
    """Tells them, and closes them in the records."""

    def __init__(self, engine: Engine, histories: Histories) -> None:
        self._endings = Endings(engine)
        self._histories = histories

    async def among(self, case_ids: Iterable[str]) -> Mapping[str, str]:
        """Those of the cases that are lost, each with its first run. Lists of executions run behind, so the server is
        asked for each.
        """
        held_open = await asyncio.to_thread(self._endings.open_among, frozenset(case_ids))
        return {case_id: held_open[case_id] for case_id in sorted(held_open) if await self._is_unknown(case_id)}

    def told(self, case_id: str) -> Difference:
        """A lost case in words."""
        return Difference(case_id=case_id, table="cases", what=f"open in the records, but {WHY}: a repair closes it")

    async def close(self, case_ids: Iterable[str], actor: str) -> Sequence[str]:
        """Closes in the records what is lost of the cases, in the name of whoever asked for it. Gives their ids."""
        lost = await self.among(case_ids)
        for case_id, first_run_id in lost.items():
            at = datetime.now(UTC)
            end = CaseEnd(case_id=case_id, first_run_id=first_run_id, status="lost", at=at, by=actor, reason=WHY)
            await asyncio.to_thread(self._endings.close, end)
        return tuple(lost)

    async def _is_unknown(self, case_id: str) -> bool:
        return await self._histories.latest(case_id) is None
