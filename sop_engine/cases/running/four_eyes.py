"""Four eyes: a task that must be another person's than those done before or beside it.

Both hands count, who acted and for whom: else a deputy would approve what the principal did, or the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator

from sop_engine.basis.faults import NotFound, NotPermitted
from sop_engine.cases.people.offers import Offer
from sop_engine.cases.running.state import CaseState, HumanTask
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.written.procedure import Procedure
from sop_engine.cases.written.task import TaskSpec


def spec_of(turn: Turn, task: HumanTask) -> TaskSpec:
    """What a task's state says of it. Raises NotFound where the state carries none."""
    return _spec(turn.procedure, task)


def _spec(procedure: Procedure, task: HumanTask) -> TaskSpec:
    spec = procedure.shapes[task.state].task
    if spec is None:
        raise NotFound(f"state {task.state} carries no task")
    return spec


def refuse_barred(turn: Turn, task: HumanTask, *hands: str) -> None:
    """Refuses who had a hand in what must be another person's than this task. Raises NotPermitted."""
    for state in spec_of(turn, task).distinct_from:
        done = set(_hands_in(turn.state, state))
        for hand in hands:
            if hand in done:
                raise NotPermitted(f"four eyes: {hand} completed {state}, so somebody else must do this")
    for hand in hands:
        if hand in task.barred:
            raise NotPermitted(f"four eyes: {hand} completed what must be done by another person than {task.key}")


def bar(turn: Turn, done: HumanTask, hands: tuple[str, ...]) -> None:
    """Of two open tasks the later completion is refused, whichever of them asks for the other pair of eyes."""
    for state in spec_of(turn, done).distinct_from:
        for other in turn.state.open_tasks():
            if other.state == state and other.key != done.key:
                turn.state.tasks[other.key] = other.model_copy(update={"barred": (*other.barred, *hands)})


def offer_of(procedure: Procedure, state: CaseState, task: HumanTask) -> Offer:
    """To whom a task is offered; once a rung gave it to another role, to nobody in particular. From whom the case is
    hidden, that person is offered nothing."""
    spec = _spec(procedure, task)
    done = (hand for other in spec.distinct_from for hand in _hands_in(state, other))
    kept_from = procedure.definition.kept_from(state.snapshot.data)
    return Offer(
        role=task.role,
        unit=task.unit,
        person=task.person,
        candidates=spec.candidates if task.role == spec.role else (),
        assignee=task.assignee,
        barred=tuple(dict.fromkeys((*done, *task.barred, *kept_from))),
    )


def _hands_in(of: CaseState, state: str) -> Iterator[str]:
    """Who last completed a task; of a `for_each`, who completed any of its present tasks."""
    last = of.last_completed_by.get(state), of.last_completed_for.get(state)
    items = (task for task in of.tasks.values() if task.state == state and task.index is not None)
    done = (hand for task in items if not task.is_open for hand in (task.completed_by, task.completed_for))
    yield from (hand for hand in (*last, *done) if hand is not None)
