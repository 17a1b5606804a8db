"""Somebody who sends what only the engine may say, and what comes of it."""

import asyncio
import json
from typing import Any

from sop_engine.cases.contracts.views import CaseView
from tests.integration.installation import Installation, until
from tests.integration.outing import OPERATOR, go
from tests.integration.outsider import temporal


async def tell(house: Installation, case_id: str, name: str, body: Any) -> None:
    await temporal(house, "signal", "--workflow-id", case_id, "--name", name, "--input", json.dumps(body))


async def walking(house: Installation, case_id: str) -> str:
    """Opens an outing whose walk is under way; the first run of the walk."""
    await go(house, case_id, "go")

    async def opened() -> bool:
        return [child.status for child in (await house.view(case_id)).children] == ["open"]

    await until(opened, f"the walk of {case_id}")
    described = await house.handle(f"{case_id}.walk").describe()
    return str(described.raw_description.workflow_execution_info.first_run_id)


def report(case_id: str, run_id: str, outcome: str = "home") -> dict[str, Any]:
    return {"key": "walking#1", "case_id": f"{case_id}.walk", "run_id": run_id, "outcome": outcome, "result": {}}


async def refused(house: Installation, case_id: str, count: int = 1) -> list[Any]:
    """The journal's rows of refused messages, once there are so many."""

    def rows() -> list[Any]:
        return [row for row in house.journal(case_id) if row.kind == "event_refused"]

    await until(lambda: len(rows()) >= count, f"{count} refused messages of {case_id}")
    return rows()


async def arrives(house: Installation, case_id: str) -> None:
    """Ends the walk; the outing takes its report."""
    await house.act(f"{case_id}.walk", "complete_task", actor=OPERATOR, outcome="arrived")
    result = await asyncio.wait_for(house.handle(case_id).result(), 30)
    assert result["outcome"] == "closed"
    assert "walking.home" in [row.name for row in house.unbroken_journal(case_id)]


async def stands(house: Installation, case_id: str, status: str = "open") -> CaseView:
    view = await house.view(case_id)
    assert view.status == status
    return view
