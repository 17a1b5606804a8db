"""Whose words are looked for: a notice may be started by anybody under the id that a case will want."""

from datetime import UTC, datetime

import pytest

from activities.proofs import may_tell
from sop_engine.temporal.executions import Run
from sop_engine.temporal.queues import NOTICE

NOTICE_ID = "CMP-1.notice.received#1"


def run(workflow_type: str, parent: str | None) -> Run:
    return Run(NOTICE_ID, "r-1", "r-1", workflow_type, "sop", 1, datetime(2026, 3, 2, tzinfo=UTC), None, parent)


@pytest.mark.parametrize(
    ("sender", "receiver", "may"),
    [
        (run(NOTICE, "CMP-1"), "CMP-1", True),
        (run(NOTICE, "CMP-1"), f"{NOTICE_ID}.call", True),
        (run(NOTICE, "CMP-2"), "CMP-1", False),
        (run(NOTICE, None), "CMP-1", False),
        (run("Booking", None), "CMP-1", True),
    ],
)
def test_a_notice_tells_the_case_that_started_it_and_its_calls(sender: Run, receiver: str, may: bool) -> None:
    assert may_tell(sender, receiver) is may
