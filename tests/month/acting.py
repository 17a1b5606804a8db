"""How acts are written down, and who does what: the firm's people by turns, so that four eyes always are four."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sop_engine.console.playing import PlayedAct

OPERATORS = ("zhou.jie", "xu.ming")
DECLARANTS = ("zhang.wei", "wang.fang", "liu.yang")
CLERKS = ("hu.jing", "guo.qiang", "yang.mei")
AGENTS = ("li.na", "wu.fang")
SALES = ("lin.yue", "he.ping")
MANAGER = "qian.li"
"""Of finance."""
HEAD = "sun.lihua"
"""Of the department."""
MANAGERS = ("huang.tao", "tang.wei")


def turn(people: Sequence[str], number: int) -> str:
    """Whose turn it is."""
    return people[number % len(people)]


def cny(amount: Decimal) -> str:
    return f"CNY {amount:.2f}"


def task(case: str, person: str, state: str, outcome: str, *ticks: str, **data: Any) -> PlayedAct:
    """A person completes a task."""
    said = {"case": case, "as": person, "do": f"task {state}", "outcome": outcome, "checklist": ticks, "data": data}
    return PlayedAct.model_validate(said)


def event(case: str, person: str, name: str, **data: Any) -> PlayedAct:
    """A person reports what happened."""
    return PlayedAct.model_validate({"case": case, "as": person, "do": f"event {name}", "data": data})


def signal(case: str, name: str, **data: Any) -> PlayedAct:
    """Another system reports what happened."""
    return PlayedAct.model_validate({"case": case, "signal": name, "data": data})
