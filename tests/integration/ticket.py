"""Tickets, for tests of the records and of resets: each has a number, a notice and a paper made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

import worker
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.console.stack import worker_beside
from sop_engine.content.library import Library
from sop_engine.temporal import records_guard
from sop_engine.temporal.records_gateway import RecordsGateway
from tests.integration.installation import Installation, until
from workflows import errands

OPERATOR = "zhou.jie"


@asynccontextmanager
async def serving(house: Installation, library: Library) -> AsyncIterator[RecordsGateway]:
    """A worker as an installation starts it, with its records compared; the content was read before.

    What is kept back asks again each second, and so does a case that was kept back five times.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "load_library", lambda **_: library)
        patch.setattr(records_guard, "TRY_AGAIN", timedelta(seconds=1))
        patch.setattr(errands, "UNFIT_PAUSE", timedelta(seconds=1))
        async with worker_beside(worker.serve, house.client, house.settings):
            yield RecordsGateway(house.gateway)


async def number(house: Installation, case_id: str, remark: str = "one") -> str:
    """Opens a ticket and has it given its number, its notice and its paper."""
    await ask(house, case_id, remark)
    return await given(house, case_id)


async def ask(house: Installation, case_id: str, remark: str = "one") -> None:
    await house.open("Ticket", case_id, {})
    await go(house, case_id, remark)


async def go(house: Installation, case_id: str, remark: str) -> ActResult:
    act = {"actor": OPERATOR, "task": "asking", "outcome": "go", "data": {"remark": remark}}
    return await house.act(case_id, "complete_task", **act)


async def given(house: Installation, case_id: str) -> str:
    """The number, once notice and paper are there too."""

    async def is_done() -> bool:
        view = await house.view(case_id)
        described = (await house.handle(case_id).describe()).raw_description
        return bool(view.documents) and not described.pending_activities

    await until(is_done, f"number, notice and paper of {case_id}")
    return str((await house.view(case_id)).data["ticket_no"])
