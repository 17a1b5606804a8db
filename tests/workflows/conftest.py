"""Fixtures of whole-case tests: a time-skipping installation for one test, or shared by a module.

Skipping moves time for every case of the installation, so a module that shares one uses case ids of its own and either
never skips or skips once for all.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sop_engine.temporal.present import PRESENT
from tests.patience import patience
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.harness import House, time_skipping_house
from tests.workflows.instants import ESTIMATED, THE_DAY, library_with

__all__ = ["far_house", "house", "patience", "shared_house"]


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
