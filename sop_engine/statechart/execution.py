"""One macrostep in progress: microsteps from a snapshot to the next stable one, at one instant.

Follows the algorithm of appendix D of the SCXML recommendation.
"""

from collections.abc import Sequence
from datetime import datetime

from sop_engine.statechart.actions import Workspace
from sop_engine.statechart.model import ROOT, Chart, State, Transition
from sop_engine.statechart.selection import select, without_conflicts
from sop_engine.statechart.snapshot import Delay, Event, Microstep, Snapshot, TakenTransition
from sop_engine.statechart.structure import EntryPlan, exit_set

MAXIMUM_MICROSTEPS = 100
"""A macrostep of more microsteps than this runs in a circle."""


class Execution:
    """Lives for a single call; may be abandoned when it fails, since the snapshot it began with is untouched."""

    def __init__(self, chart: Chart, snapshot: Snapshot, now: datetime) -> None:
        self.microsteps: list[Microstep] = []
        self._chart = chart
        self._now = now
        self._active = list(snapshot.configuration)
        self._history = snapshot.history
        self._outcome, self._result, self._done = snapshot.outcome, snapshot.result, snapshot.done
        self._workspace = Workspace(chart, snapshot, self._active, now)

    def begin(self) -> None:
        """Enter the initial states, then run to the end of the macrostep."""
        plan = EntryPlan(self._chart, self._history, frozenset(self._active))
        plan.descend(ROOT)
        self._record((), (), self._enter(plan))
        self._run()

    def handle(self, event: Event) -> bool:
        """Run the macrostep of an external event; return whether it took a transition."""
        self._workspace.announce(event)
        transitions = select(self._chart, self._active, event.name, self._guard)
        if transitions:
            self._microstep(transitions)
        self._run()
        return bool(transitions)

    def fire(self, delay: Delay) -> None:
        """Run the macrostep of a delay, which is used up."""
        self._workspace.delays.remove(delay)
        if delay.event is not None:
            self.handle(delay.event)
            return
        owner = delay.state or ROOT
        name = f"after.{owner}.{delay.key}"
        self._workspace.announce(Event.made(name=name, data={}, origin="timer", at=None))
        for transition in self._chart.states[owner].after.get(delay.key, ()):
            if self._guard(transition):
                self._microstep([transition])
                break
        self._run()

    def snapshot(self) -> Snapshot:
        return Snapshot.made(
            configuration=tuple(self._active),
            data=self._workspace.data,
            history=self._history,
            delays=tuple(self._workspace.delays),
            outcome=self._outcome,
            result=self._result,
            done=self._done,
            seq=self._workspace.sequence,
        )

    def _guard(self, transition: Transition) -> bool:
        return self._workspace.holds(transition.when, transition.source)

    def _run(self) -> None:
        while not self._done:
            transitions = select(self._chart, self._active, None, self._guard)
            if not transitions:
                if not self._workspace.raised:
                    return
                event = self._workspace.raised.popleft()
                self._workspace.announce(event)
                transitions = select(self._chart, self._active, event.name, self._guard)
            if transitions:
                self._microstep(transitions)

    def _microstep(self, transitions: list[Transition]) -> None:
        if len(self.microsteps) == MAXIMUM_MICROSTEPS:
            raise self._workspace.error(_circle(self.microsteps), transitions[0].source)
        if len(transitions) > 1:
            transitions = without_conflicts(self._chart, self._active, transitions, self._history)
        exited = self._exit(transitions)
        for transition in transitions:
            self._workspace.perform(transition.do, transition.source)
        plan = EntryPlan(self._chart, self._history, frozenset(self._active))
        for transition in transitions:
            plan.target(transition)
        self._record(transitions, exited, self._enter(plan))

    def _exit(self, transitions: list[Transition]) -> tuple[str, ...]:
        leaving: dict[str, None] = {}
        for transition in transitions:
            leaving.update(dict.fromkeys(exit_set(self._chart, self._active, transition, self._history)))
        exited = [state for state in reversed(self._active) if state in leaving]
        self._remember(exited)
        for state in exited:
            self._workspace.perform(self._chart.states[state].exit, state)
            self._workspace.drop(state)
            self._active.remove(state)
        return tuple(exited)

    def _remember(self, exited: list[str]) -> None:
        for state in exited:
            for history in self._chart.states[state].histories:
                deep = self._chart.states[history].deep
                self._history = {**self._history, history: self._inside(state, deep)}

    def _inside(self, parent: str, deep: bool) -> tuple[str, ...]:
        states = (self._chart.states[state] for state in self._active)
        if deep:
            return tuple(state.id for state in states if state.is_leaf and parent in state.ancestors)
        return tuple(state.id for state in states if state.parent == parent)

    def _enter(self, plan: EntryPlan) -> tuple[str, ...]:
        entered = plan.in_document_order()
        for state_id in entered:
            state = self._chart.states[state_id]
            if state_id != ROOT:
                self._active.append(state_id)
            self._workspace.perform(state.entry, state_id)
            self._workspace.arm(state)
            if state_id in plan.defaults:
                self._workspace.perform(plan.defaults[state_id].do, state_id)
            if state_id in plan.remembered_nothing:
                self._workspace.perform(plan.remembered_nothing[state_id], state_id)
            if state.kind == "final":
                self._complete(state)
        self._active.sort(key=self._position)
        return tuple(state for state in entered if state != ROOT)

    def _position(self, state: str) -> int:
        return self._chart.states[state].order

    def _complete(self, final: State) -> None:
        """Tell the chart that the parent of a final state is done, and every parallel state that is so thereby."""
        result = self._workspace.evaluate(final.result, final.id)
        if final.parent == ROOT:
            self._done, self._outcome, self._result = True, final.outcome, result
            return
        self._raise_done(final.ancestors[0], result)
        for ancestor in final.ancestors[1:]:
            state = self._chart.states[ancestor]
            if state.kind != "parallel" or not all(self._is_final(region) for region in state.children):
                return
            if ancestor == ROOT:
                self._done, self._outcome = True, "done"
                return
            self._raise_done(ancestor, {})

    def _raise_done(self, state: str, data: dict[str, object]) -> None:
        name = f"done.state.{state}"
        self._workspace.raised.append(Event.made(name=name, data=data, origin="chart", at=None))

    def _is_final(self, state_id: str) -> bool:
        state = self._chart.states[state_id]
        if state.kind == "parallel":
            return all(self._is_final(region) for region in state.children)
        return any(self._chart.states[child].kind == "final" and child in self._active for child in state.children)

    def _record(self, transitions: Sequence[Transition], exited: tuple[str, ...], entered: tuple[str, ...]) -> None:
        workspace = self._workspace
        if self._done:
            # The configuration stays, to show where the chart ended; nothing in it is waiting any more.
            for state in (*reversed(self._active), ROOT):
                workspace.perform(self._chart.states[state].exit, state)
            workspace.delays = []
        self.microsteps.append(
            Microstep.made(
                event=workspace.event,
                taken=tuple(self._taken(transition) for transition in transitions),
                exited=exited,
                entered=entered,
                effects=tuple(workspace.effects),
                at=self._now,
            )
        )
        workspace.effects = []

    def _taken(self, transition: Transition) -> TakenTransition:
        event = self._workspace.event
        eventless = event is None or not (transition.events or transition.delay)
        return TakenTransition.made(
            source=transition.source,
            event=None if eventless or event is None else event.name,
            to=transition.to,
            index=transition.index,
        )


def _circle(microsteps: list[Microstep]) -> str:
    """Name the transitions between the last microstep and the one before it that took the same transitions."""
    steps = [
        " and ".join(f"{taken.source or 'root'} -> {', '.join(taken.to) or 'no target'}" for taken in microstep.taken)
        for microstep in reversed(microsteps)
    ]
    length = steps.index(steps[0], 1) if steps[0] in steps[1:] else len(steps)
    return f"more than {MAXIMUM_MICROSTEPS} microsteps without an end: {'; '.join(reversed(steps[:length]))}"
