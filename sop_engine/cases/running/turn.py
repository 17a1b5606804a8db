"""A turn: one message or one instant handled by a case, the transaction of the core. It works on a fork of the state
and collects what follows.

A turn gives a new state, the journal's steps, and commands for the interpreter. Nothing is carried out here. An act
that cannot be done raises and the fork is dropped, so the case is untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sop_engine.basis.models import Title
from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.commands import Command
from sop_engine.cases.contracts.effects import CaseFacts, EffectCommand
from sop_engine.cases.contracts.limits import (
    DATA_BYTES,
    NAME_BYTES,
    NOTE_BYTES,
    REMEMBERED_BYTES,
    STATE_BYTES,
    OverfullError,
    cut,
    size_of,
    too_large,
)
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.written.engine_version import HARDENED
from sop_engine.cases.written.procedure import HANDS, Procedure
from sop_engine.statechart.expressions import ExpressionError
from sop_engine.statechart.snapshot import Event, StepError, TakenTransition

CHART_FAILURES = (StepError, ExpressionError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError)
"""What a definition's own expressions and periods, and values that nobody thought of, can raise while a case runs."""


class Point(NamedTuple):
    """What a turn held at one moment."""

    state: CaseState
    steps: int
    commands: int
    touched_tasks: dict[str, None]
    is_resuming: bool
    documents: int
    taken: int


def facts_of(procedure: Procedure, state: CaseState) -> dict[str, Any]:
    """The case's data as notices, documents and postings are given it."""
    return {name: plain(state.snapshot.data.get(name)) for name in procedure.definition.data}


class Turn:
    """One turn of a case. `now` is the instant at which it is handled, in UTC."""

    def __init__(self, procedure: Procedure, state: CaseState, now: datetime) -> None:
        self.procedure = procedure
        self.state = state.fork()
        self._before = state
        self.now = now
        self.steps: list[StepView] = []
        self.commands: list[Command] = []
        self.touched_tasks: dict[str, None] = {}
        """Tasks that were closed in this turn, for the read model."""
        self.documents: list[dict[str, Any]] = []
        """Facts of the documents that were made."""
        self.taken: list[TakenTransition] = []
        """The transitions of the chart that were taken, for those who look what a case comes past."""
        self.reports: list[Event] = []
        """What arming a state reports at once (a `for_each` over nothing); taken when the present step is done."""
        self.reported = 0
        self.acts_for: dict[str, str] = {}
        """Who acts as a deputy in this turn, and for whom."""
        self.is_resuming = False
        """The case is still held, but takes what was kept."""

    @property
    def is_held(self) -> bool:
        """Whether events are to be kept for later."""
        return self.state.held_at is not None and not self.is_resuming

    # -- data ----------------------------------------------------------------------------------------------------------

    @property
    def data(self) -> Mapping[str, Any]:
        """The case's data with the names of the system, as expressions see it."""
        return self.state.snapshot.data

    def put(self, values: Mapping[str, Any]) -> None:
        """Stores values in the case's data."""
        if values:
            snapshot = self.state.snapshot
            self.state.snapshot = snapshot.model_copy(update={"data": {**snapshot.data, **values}})

    def face(self, at: datetime, actor: str) -> None:
        """Tells expressions what instant, local date and actor the coming step has."""
        self.put({"now": at, "today": self.today(at), **self.doers(actor)})

    def doers(self, actor: str) -> dict[str, Any]:
        """Who acts, as expressions see it: the one by name, and with whom they act for. A procedure that has a name of
        its own for the second keeps that.
        """
        principal = self.acts_for.get(actor)
        hands = [actor] if principal is None else [actor, principal]
        return {"actor": actor} if self.procedure.has_own(HANDS) else {"actor": actor, HANDS: hands}

    def today(self, at: datetime) -> date:
        return self.procedure.calendar.local_date(at)

    def evaluate(self, source: str, extra: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression over the case's data. Raises ExpressionError."""
        return self.procedure.expression(source).evaluate(self.scope(extra))

    def holds(self, source: str, extra: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition over the case's data holds. Raises ExpressionError."""
        return self.procedure.expression(source).holds(self.scope(extra))

    def scope(self, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What expressions outside the chart can see: the data, and the states that are active."""
        active = self.state.snapshot.configuration
        return {**self.data, "_event": None, "in_state": active.__contains__, **(extra or {})}

    def evaluate_all(self, values: Any, extra: Mapping[str, Any] | None = None) -> Any:
        """A `with` mapping evaluated: every text is an expression, other values are literal."""
        if isinstance(values, str):
            return self.evaluate(values, extra)
        if isinstance(values, Mapping):
            return {key: self.evaluate_all(value, extra) for key, value in values.items()}
        if isinstance(values, list | tuple):
            return [self.evaluate_all(value, extra) for value in values]
        return values

    def facts(self, state: str | None, actor: str | None) -> CaseFacts:
        """What a notice, document or posting may say about the case."""
        return CaseFacts(
            case_id=self.state.case_id,
            sop=self.state.sop,
            title=self.procedure.definition.title.model_dump(),
            data=facts_of(self.procedure, self.state),
            state=state,
            actor=actor,
            at=self.now,
            zone=self.procedure.calendar.zone,
            parent=self.state.parent.case_id if self.state.parent else None,
            clocks=self._due_instants(),
            kept_for=self._retention(),
        )

    def _retention(self) -> str | None:
        """The period that the SOP names, or the parameter that holds one."""
        named = self.procedure.definition.retention
        return None if named is None else str(self.procedure.parameters.get(named, named))

    def _due_instants(self) -> dict[str, str]:
        latest = {running.name: running.due_at for running in self.state.clocks.values()}
        return {name: due_at.isoformat() for name, due_at in latest.items() if due_at is not None}

    def tell_clocks(self, first: int) -> None:
        """Gives the notices, documents and postings from the command `first` on the deadlines as they stand now.

        A step asks for its effects before it starts the clocks that they are to name.
        """
        clocks = self._due_instants()
        for index, command in enumerate(self.commands[first:], first):
            if isinstance(command, EffectCommand):
                facts = command.facts.model_copy(update={"clocks": clocks})
                self.commands[index] = command.model_copy(update={"facts": facts})

    # -- size ----------------------------------------------------------------------------------------------------------

    @property
    def is_bounded(self) -> bool:
        """Whether limits of size hold: a case of the first engine has taken what it has taken, and replays it."""
        return self.procedure.bundle.engine_version >= HARDENED

    def judge_room(self, reserve: int = 0) -> None:
        """Raises OverfullError where the turn makes the case carry more than it can. A closed case carries nothing on.

        Weighs what changed; the whole state only where the sum of all changes comes near the limit.
        """
        if self.state.is_closed or not self.is_bounded:
            return
        size = size_of(self.data)
        if size > DATA_BYTES and size > size_of(self._before.snapshot.data):
            raise OverfullError(too_large(f"the data of {self.state.case_id}", size, DATA_BYTES))
        self.state.weight = self._before.weight + self._added()
        if self.state.weight <= STATE_BYTES:
            return
        weight = self.state.weight = self.state.weighed()
        if weight > STATE_BYTES + reserve and weight > self._before.weighed():
            raise OverfullError(too_large(f"{self.state.case_id}, with all that it keeps,", weight, STATE_BYTES))

    def _added(self) -> int:
        """Bytes of what the turn added or replaced."""
        now, before = self.state, self._before
        entries = size_of([value for name, value in self.data.items() if before.snapshot.data.get(name) is not value])
        for container in ("tasks", "clocks", "works", "children", "incidents", "milestones"):
            known = getattr(before, container)
            changed = [entry for key, entry in getattr(now, container).items() if known.get(key) is not entry]
            entries += size_of(changed) if changed else 0
        grown = now.held_events[len(before.held_events) :], now.undo[len(before.undo) :], now.files[len(before.files) :]
        for added in grown:
            entries += size_of(added) if added else 0
        if now.snapshot.delays is not before.snapshot.delays:
            entries += size_of(now.snapshot.delays)
        return entries + 2 * REMEMBERED_BYTES

    # -- journal -------------------------------------------------------------------------------------------------------

    def journal(
        self,
        kind: str,
        name: str,
        actor: str,
        *,
        at: datetime | None = None,
        happened_at: datetime | None = None,
        title: Title | None = None,
        entered: tuple[str, ...] = (),
        exited: tuple[str, ...] = (),
        before: Mapping[str, Any] | None = None,
        note: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> StepView:
        """Writes one step: who did what, when, and each changed field with its old and new value."""
        self.state.step += 1
        step = StepView(
            step=self.state.step,
            at=at or self.now,
            happened_at=happened_at,
            actor=cut(actor, NAME_BYTES),
            on_behalf_of=self.acts_for.get(actor),
            kind=kind,
            name=cut(name, NAME_BYTES),
            title=title.model_dump() if title is not None else {},
            entered=entered,
            exited=exited,
            changes=self._changes(before) if before is not None else (),
            note=None if note is None else cut(note, NOTE_BYTES),
            data=plain(data or {}),
        )
        self.steps.append(step)
        return step

    def _changes(self, before: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        after = self.state.snapshot.data
        return tuple(
            {"field": name, "old": plain(before.get(name)), "new": plain(after.get(name))}
            for name in self.procedure.definition.data
            if before.get(name) is not after.get(name) and before.get(name) != after.get(name)
        )

    def mark(self) -> Point:
        """A point to come back to if what follows fails."""
        saved = self.state
        self.state = saved.fork()
        return Point(
            saved,
            len(self.steps),
            len(self.commands),
            dict(self.touched_tasks),
            self.is_resuming,
            len(self.documents),
            len(self.taken),
        )

    def back_to(self, point: Point) -> None:
        """Forgets everything since the point."""
        self.state, self.touched_tasks, self.reports = point.state, point.touched_tasks, []
        self.is_resuming = point.is_resuming
        del self.documents[point.documents :]
        del self.steps[point.steps :], self.commands[point.commands :], self.taken[point.taken :]
