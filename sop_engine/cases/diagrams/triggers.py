"""What sets transitions off, sorted by how BPMN says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.model import EventKind
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.diagrams.wording import guard, joined, length, outcome, triggered, worded
from sop_engine.statechart.model import State, Transition


@dataclass(frozen=True)
class Trigger:
    """One event of one transition, or its delay, or that it needs none."""

    transition: Transition
    kind: EventKind
    title: Title | None
    told: str
    outcome: str | None = None
    """The word with which the state's own work ends, where that is the trigger."""

    @property
    def condition(self) -> str | None:
        """What must hold, as text: the outcome, the guard or both."""
        when = self.transition.when
        guarded = when.source if when is not None else None
        if self.outcome is None:
            return guarded
        told = f"outcome == '{self.outcome}'"
        return f"{told} and ({guarded})" if guarded else told


def triggers_of(subject: Subject, state: State) -> tuple[Trigger, ...]:
    """Of all transitions of a state, in written order."""
    return tuple(each for transition in state.transitions for each in _triggers(subject, state, transition))


def _triggers(subject: Subject, state: State, transition: Transition) -> Iterator[Trigger]:
    if transition.delay is not None:
        yield Trigger(transition, "timer", triggered(subject, transition), length(subject, transition.delay).en)
    elif not transition.events:
        told = transition.when.source if transition.when is not None else "true"
        yield Trigger(transition, "conditional", triggered(subject, transition) if transition.when else None, told)
    for event in transition.events:
        head, _, word = event.rpartition(".")
        title = joined(worded(subject, event), guard(transition))
        if event == f"done.state.{state.id}":
            shown = joined(None, guard(transition)) if transition.when else None
            yield Trigger(transition, "none", shown, event, "done")
        elif head == state.id and not _is_rung(subject, state.id, word):
            shown = joined(outcome(subject, head, word), guard(transition))
            yield Trigger(transition, "none", shown, event, word)
        elif event in subject.procedure.definition.events:
            yield Trigger(transition, "message", title, event)
        elif subject.procedure.clock_spec(head) is not None and _is_rung(subject, head, word):
            yield Trigger(transition, "timer", title, event)
        else:
            yield Trigger(transition, "signal", title, event)


def _is_rung(subject: Subject, name: str, word: str) -> bool:
    """Whether a clock of this name reaches a rung of this name."""
    clock = subject.procedure.clock_spec(name)
    shape = subject.procedure.shapes.get(name)
    if clock is None or (shape is not None and shape.task is not None and word in shape.task.outcomes):
        return False
    return shape is None or word in {rung.key for rung in subject.procedure.bundle.ladders[clock.ladder].rungs}
