"""A replay on a busy machine: the SDK ends a turn that takes two seconds, and says that it may be a deadlock."""

from sop_engine.temporal.replaying import CaseReplayer
from tests.replay.busy import TURNS, Busy, history


async def test_a_turn_that_had_no_time_is_lived_again() -> None:
    TURNS[0] = 0
    replayed = await CaseReplayer(Busy).replay(history())
    assert TURNS[0] == 2
    assert replayed.failure is None
