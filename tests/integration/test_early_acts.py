"""An act that comes before its case is loaded is judged as one that comes after it: the same refusals and results."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowUpdateFailedError

from sop_engine.basis.faults import SopError
from sop_engine.temporal.failures import refusal
from tests.integration.complaint import COMPLAINT
from tests.integration.installation import Installation, installation
from tests.integration.shipment import opening_data
from tests.replay.replaying import replay

ACTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "unknown person": ("Complaint", "comment", {"actor": "nobody", "text": "hello"}),
    "no role": ("Complaint", "hold", {"actor": "ma.chao", "reason": "wait"}),
    "bad form": ("Complaint", "amend", {"actor": "zhao.min", "data": {"nothing": 1}, "reason": "x"}),
    "endless reason": ("Complaint", "hold", {"actor": "zhao.min", "reason": "x" * 3_000}),
    "unknown place": ("FreightShipment", "amend", {"actor": "huang.tao", "data": {"origin": "CNQQQ"}, "reason": "x"}),
    "known place": ("FreightShipment", "amend", {"actor": "huang.tao", "data": {"origin": "CNSHG"}, "reason": "x"}),
    "taken": ("Complaint", "comment", {"actor": "li.na", "text": "hello"}),
}


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(Path(tmp_path_factory.mktemp("house"))) as running:
        yield running


async def answer(house: Installation, case_id: str, name: str, body: dict[str, Any]) -> object:
    """What an act is told, in a form that does not name the case."""
    try:
        taken = await house.handle(case_id).execute_update(name, body)
    except WorkflowUpdateFailedError as error:
        told: SopError = refusal(error.cause)
        return told.kind, told.text().replace(case_id, "…")
    return {key: value for key, value in taken.items() if key not in ("case_id", "step")}


async def test_an_early_act_is_told_the_same_as_a_late_one(house: Installation) -> None:
    early = []
    for number, (sop, name, body) in enumerate(ACTS.values()):
        await house.start(sop, f"early-{number}", COMPLAINT if sop == "Complaint" else opening_data())
        early.append(asyncio.create_task(answer(house, f"early-{number}", name, body)))
    await asyncio.sleep(1)  # without a worker nothing can be waited for but time
    async with house.worker():
        told = dict(zip(ACTS, await asyncio.gather(*early), strict=True))
        for number, (sop, _, _) in enumerate(ACTS.values()):
            await house.open(sop, f"late-{number}", COMPLAINT if sop == "Complaint" else opening_data())
        late = {
            kind: await answer(house, f"late-{number}", name, body)
            for number, (kind, (_, name, body)) in enumerate(ACTS.items())
        }
    assert told == late
    assert told["unknown place"] != told["known place"]
    for number in range(len(ACTS)):
        await replay((await house.history(f"early-{number}")).to_json())
