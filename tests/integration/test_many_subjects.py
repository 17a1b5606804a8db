"""A duty that is done for many: each started once though the worker is killed, and never many at a time."""

from pathlib import Path

from activities.duties import TOGETHER
from tests.integration.many_subjects import started_for

CUSTOMERS = 120
"""`python -m tests.integration.many_subjects --customers 2000` takes more."""
MOST_EVENTS = 40


async def test_each_of_many_subjects_has_one_case_and_none_comes_in_a_burst(tmp_path: Path) -> None:
    seen = await started_for(CUSTOMERS, tmp_path)
    assert (seen.executions, seen.cases, seen.rows) == (CUSTOMERS, CUSTOMERS, CUSTOMERS)
    assert seen.found <= TOGETHER, "no more than were in hand when the worker was killed"
    assert seen.most_a_second <= TOGETHER, seen
    assert (seen.rounds < 10, seen.most_events < MOST_EVENTS) == (True, True), seen
