"""The answers to who may do a task: whom an activity chose gets it, or the supervisor hears that nobody is left."""

from __future__ import annotations

from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.running.effects.choose import Choice, ChoosePerson
from sop_engine.cases.running.four_eyes import offer_of
from sop_engine.cases.running.naming import tell_of_nobody
from sop_engine.cases.running.turn import Turn


def take_choice(turn: Turn, command: ChoosePerson, answer: Choice) -> None:
    """Gives the task to who was chosen. Whoever was quicker keeps it; who may not do it by now does not get it."""
    task = turn.state.tasks.get(command.task)
    if task is None or not task.is_open or turn.state.is_closed:
        return
    if not answer.is_anybody_left:
        tell_of_nobody(turn, task, "left")
        turn.journal("nobody_left", task.key, SYSTEM)
        return
    is_barred = answer.person in offer_of(turn.procedure, turn.state, task).barred
    if answer.person is not None and task.assignee is None and not is_barred:
        turn.state.tasks[task.key] = task.model_copy(update={"assignee": answer.person, "status": "claimed"})
        turn.journal("task_assigned", task.key, SYSTEM, data={"to": answer.person})
