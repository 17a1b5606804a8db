"""One state as a unit: what stands in its middle, on its edge, and what has no symbol and is written beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.drafting import Draft, Exit
from sop_engine.cases.diagrams.model import EventKind, Node, NodeKind
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.diagrams.triggers import Trigger, triggers_of
from sop_engine.cases.diagrams.wording import OTHERWISE, joined, length, named, outcome, promise, triggered
from sop_engine.statechart.model import State, Transition

Leads = Callable[[Transition], Iterable[tuple[str, Title | None]]]
"""The units that a transition enters, each with what is to be said of it."""

_STAYS = Title(en="stays", zh="状态不变")


def drafted(subject: Subject, state: State, name: str, leads: Leads) -> Draft:
    """A state that is not final; `name` is what its nodes are called by."""
    told = triggers_of(subject, state)
    notes = [
        joined(triggered(subject, transition), "→", _STAYS) for transition in state.transitions if not transition.to
    ]
    moving = [trigger for trigger in told if trigger.transition.to]
    shape = subject.procedure.shapes[state.id]
    if state.children or shape.task is not None or shape.work is not None or shape.child is not None:
        draft = _activity(subject, state, name, moving, leads)
    else:
        draft = _waiting(subject, state, name, moving, leads)
        notes += [promise(subject, clock, spec) for clock, spec in shape.clocks]
    draft.notes += notes
    return draft


def _activity(subject: Subject, state: State, name: str, moving: list[Trigger], leads: Leads) -> Draft:
    shape = subject.procedure.shapes[state.id]
    kind: NodeKind = "box"
    detail: Title | None = None
    is_many, calls = False, ""
    if shape.task is not None:
        kind, detail, is_many = "user", subject.role(shape.task.role), shape.task.for_each is not None
    elif shape.work is not None:
        kind, detail = "service", named(shape.work.activity)
    elif shape.child is not None:
        kind, calls, is_many = "call", shape.child.sop, shape.child.for_each is not None
        detail = named(calls)
    draft = Draft(Node(name, kind, shape.title, detail, state.id, is_many=is_many, calls=calls))
    own = [trigger for trigger in moving if trigger.outcome is not None]
    draft.exits = _exits(own, leads, needs_outcome=shape.child is not None or not state.children)
    for index, trigger in enumerate((each for each in moving if each.outcome is None), 1):
        for number, (to, said) in enumerate(leads(trigger.transition)):
            edge = f"{name}__edge{index}" + (f"_{number}" if number else "")
            node = Node(edge, "boundary", joined(trigger.title, said), event=trigger.kind, told=trigger.told)
            draft.edges.append((node, Exit(to)))
    for clock, spec in shape.clocks:
        told = length(subject, spec.within or spec.until or "").en
        node = Node(
            f"{name}__clock_{len(draft.edges)}",
            "boundary",
            event="timer",
            told=told,
            interrupts=False,
            title=joined(subject.procedure.title_of(clock)),
        )
        end = Node(
            f"{node.id}_end", "end", promise(subject, clock, spec), event="escalation", told=f"ladder {spec.ladder}"
        )
        draft.edges.append((node, end))
    if shape.task is not None:
        heard = {trigger.outcome for trigger in own}
        unheard = [word for word in shape.task.outcomes if word not in heard]
        draft.notes += [joined(outcome(subject, state.id, word), "→", _ELSEWHERE) for word in unheard]
    return draft


_ELSEWHERE = Title(en="handled by what surrounds it", zh="由外层处理")


def _exits(own: list[Trigger], leads: Leads, *, needs_outcome: bool) -> list[Exit]:
    """The ways out after an activity; a single one without a guard needs no condition."""
    found: list[Exit] = []
    is_alone = len(own) == 1 and own[0].transition.when is None
    guarded: set[str | None] = set()
    for trigger in own:
        condition = trigger.condition if needs_outcome else _guard_of(trigger)
        is_last = condition is None and not is_alone
        title = trigger.title
        if trigger.transition.when is not None:
            guarded.add(trigger.outcome)
        elif trigger.outcome in guarded:
            title = joined(title, joined("[", OTHERWISE, "]", by=""))
        for to, said in leads(trigger.transition):
            shown = joined(title, said) if title or said else None
            found.append(Exit(to, shown, None if is_alone else condition, is_default=is_last))
    return found


def _guard_of(trigger: Trigger) -> str | None:
    return trigger.transition.when.source if trigger.transition.when is not None else None


def _waiting(subject: Subject, state: State, name: str, moving: list[Trigger], leads: Leads) -> Draft:
    title = subject.procedure.shapes[state.id].title
    if not moving:
        return Draft(Node(name, "catch", title, state=state.id, event="signal", told=f"leaves {state.id}"))
    at_once = [trigger for trigger in moving if trigger.kind == "conditional"]
    if len(at_once) == len(moving) and moving[-1].transition.when is None:
        return _decision(title, state, name, moving, leads)
    ways = [(trigger, to, said) for trigger in moving for to, said in leads(trigger.transition)]
    if len(ways) == 1:
        trigger, to, said = ways[0]
        core = Node(
            name,
            "catch",
            joined(joined(title, ":", by=""), trigger.title, said),
            state=state.id,
            event=_caught(trigger),
            told=trigger.told,
        )
        return Draft(core, [Exit(to)])
    draft = Draft(Node(name, "event_based", title, state=state.id))
    for index, (trigger, to, said) in enumerate(ways, 1):
        via = Node(
            f"{name}__event{index}", "catch", joined(trigger.title, said), event=_caught(trigger), told=trigger.told
        )
        draft.exits.append(Exit(to, via=via))
    return draft


def _caught(trigger: Trigger) -> EventKind:
    """An event that nobody declared is heard as a signal."""
    return "signal" if trigger.kind == "none" else trigger.kind


def _decision(title: Title, state: State, name: str, moving: list[Trigger], leads: Leads) -> Draft:
    """A state that is left at once, by what holds."""
    kind: NodeKind = "exclusive" if len(moving) > 1 else "plain"
    draft = Draft(Node(name, kind, title, state=state.id))
    for trigger in moving:
        condition = _guard_of(trigger)
        for to, said in leads(trigger.transition):
            shown = joined(trigger.title or OTHERWISE, said) if len(moving) > 1 else said
            draft.exits.append(Exit(to, shown, condition, is_default=condition is None and len(moving) > 1))
    return draft
