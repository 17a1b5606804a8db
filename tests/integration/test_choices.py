"""Whom tasks are given to when many are shared out at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from sqlalchemy import Engine

from sop_engine.cases.written.task import Assign
from sop_engine.records.choices import Choices

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PEOPLE = ("ann", "bob", "cai", "dan", "eve")


def test_two_that_choose_at_once_do_not_choose_the_same(engine: Engine) -> None:
    choices = Choices(engine)

    def choose(number: int, how: Assign = "least_busy") -> str | None:
        return choices.choose(f"C-{number}:1", f"C-{number}", "t#1", "clerk", PEOPLE, how, AT)

    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(choose, range(100)))
    assert Counter(got) == dict.fromkeys(PEOPLE, 20)
    assert choose(7) == got[7], "asked again it is the same"
    assert choices.choose("none", "C-x", "t#1", "clerk", (), "rotation", AT) is None
