"""Fixtures of whole-case tests: one time-skipping installation per test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.workflows.harness import House, time_skipping_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with time_skipping_house(tmp_path) as running:
        yield running
