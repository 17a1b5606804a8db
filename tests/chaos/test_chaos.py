"""The soak in its short form: eight cases and four kills, and the audit of all of it."""

from pathlib import Path

import pytest

from tests.chaos.options import Options
from tests.chaos.soaking import soak

SHORT = Options(kills=4, cases=8, hands=6, readers=5, kill_every=(5.0, 8.0))


@pytest.mark.parametrize("database", ["sqlite"])
async def test_nothing_is_lost_doubled_or_beyond_replay(tmp_path: Path, database: str) -> None:
    outcome = await soak(SHORT, tmp_path)
    assert len(outcome.found.evidence.kills) == SHORT.kills
    assert len(outcome.found.replays) >= SHORT.cases
    assert outcome.found.evidence.answers > SHORT.cases
    assert outcome.is_clean, outcome.text()
