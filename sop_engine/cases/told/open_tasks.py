"""Which of a case's open tasks an act means."""

from __future__ import annotations

from sop_engine.basis.faults import NotFound, Refused
from sop_engine.cases.running.state import HumanTask
from sop_engine.cases.running.turn import Turn


def find(turn: Turn, reference: str | None) -> HumanTask:
    """The open task meant by a key, a state, or nothing where only one is open. Raises NotFound or Refused."""
    open_tasks = turn.state.open_tasks()
    names = tuple(task.key for task in open_tasks)
    if turn.state.is_closed:
        raise Refused(f"{turn.state.case_id} is closed ({turn.state.outcome})")
    if reference is None:
        if len(open_tasks) == 1:
            return open_tasks[0]
        what = "has no open task" if not open_tasks else f"has {len(open_tasks)} open tasks; name one"
        raise Refused(f"{turn.state.case_id} {what}", allowed=names)
    found = [task for task in open_tasks if reference in (task.key, task.state)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"{reference} has {len(found)} open tasks; name one", allowed=[task.key for task in found])
    if reference in turn.state.tasks:
        raise Refused(f"task {reference} is {turn.state.tasks[reference].status}", allowed=names)
    raise NotFound(f"{turn.state.case_id} has no open task {reference!r}", allowed=names)
