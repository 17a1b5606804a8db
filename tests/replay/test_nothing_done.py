"""A run of which no workflow task was done yet: it has published nothing, and a check of records goes on past it."""

import asyncio
import dataclasses

from sop_engine.temporal.replaying import CaseReplayer
from tests.replay.busy import Busy, history


async def test_a_run_that_has_done_nothing_has_published_nothing() -> None:
    whole = history()
    for length in range(1, len(whole.events)):
        begun = dataclasses.replace(whole, events=whole.events[:length])
        lived = await asyncio.wait_for(CaseReplayer(Busy).replay(begun), 20)
        assert (lived.published, lived.failure, lived.history) == ((), None, begun)
