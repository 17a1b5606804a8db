"""Fixtures of whole-case tests: a time-skipping installation for one test, or shared by a module.

Skipping moves time for every case of the installation, so a module that shares one uses case ids of its own and either
never skips or skips once for all.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from sop_engine.temporal import gateway
from sop_engine.temporal.present import PRESENT
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.harness import House, time_skipping_house
from tests.workflows.instants import ESTIMATED, THE_DAY, library_with


@pytest.fixture(autouse=True, scope="module")
def patience() -> Iterator[None]:
    """A busy machine may need longer for an answer than an operator waits, and this server knows no work outside of
    workflows by which to tell why.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "QUERY_TIMEOUT", timedelta(seconds=60))
        patch.setattr(gateway, "UPDATE_TIMEOUT", timedelta(seconds=60))
        patch.setattr(gateway, "OPENED_WITHIN", 60.0)
        yield


@asynccontextmanager
async def far_house(folder: Path) -> AsyncIterator[House]:
    """An installation whose clock stands at THE_DAY."""
    async with time_skipping_house(folder, library=library_with(ESTIMATED, folder)) as running:
        await running.pass_until(china(THE_DAY))
        yield running


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house of its own, beside one that others share: a process knows the keys of one installation at a time."""
    before = PRESENT.receipts, PRESENT.seal
    async with far_house(tmp_path) as running:
        yield running
    PRESENT.receipts, PRESENT.seal = before


@pytest.fixture(scope="module")
async def shared_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with far_house(tmp_path_factory.mktemp("house")) as running:
        yield running
