"""The one door to the BPM layer: what the interpreter, and tests without Temporal, call.

`check` tells whether an act would be taken, `perform` takes it, `hear` takes what machines say, `wake` handles what
fell due. Each gives a `Turn`: new state, steps for the journal, commands to carry out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from sop_engine.basis.faults import Fault, InvalidInput, NotPermitted, Refused, SopError, faults_of
from sop_engine.cases.contracts.acts import Act, ActResult
from sop_engine.cases.contracts.limits import COMMENT_LENGTH, REASON_LENGTH, TEXT_LENGTH, OverfullError
from sop_engine.cases.contracts.signals import BroughtEvent, EventSignal
from sop_engine.cases.people.actors import SYSTEM
from sop_engine.cases.people.deputies import by_right_of
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running import files
from sop_engine.cases.running.incidents import open_incident
from sop_engine.cases.running.state import CaseState
from sop_engine.cases.running.stepping import INSTANT, catch_up
from sop_engine.cases.running.turn import CHART_FAILURES, Turn
from sop_engine.cases.seen.views import act_result
from sop_engine.cases.told import acts, ends, engine_words, hearing, reference_data, resets, resolving, tasks
from sop_engine.cases.told.act_checks import emptied, faults_of_act
from sop_engine.cases.told.act_kinds import ActKind
from sop_engine.cases.told.file_checks import hashes_of_event, proven_hashes, unkept, unkept_of_act
from sop_engine.cases.told.freshness import judge_freshness
from sop_engine.cases.told.kept_checks import undone_checks
from sop_engine.cases.told.messages import Message, Taken, Unreadable
from sop_engine.cases.told.permissions import refuse_kept_from
from sop_engine.cases.told.place_checks import (
    faults_of_names,
    named_in_act,
    places_of_act,
    unknown_places_of_act,
)
from sop_engine.cases.told.refusing import refuse_event
from sop_engine.cases.visibility import disclosing
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.cases.written.procedure import Procedure
from sop_engine.freight.places import Places
from sop_engine.statechart.transition import next_due

ACTS: Mapping[str, ActKind] = MappingProxyType(
    {kind.model.update: kind for kind in (*tasks.ACTS, *acts.ACTS, *resolving.ACTS, *disclosing.ACTS)}
)
"""Every act of a person, by the name of its update. What is not among them nobody may do."""

MESSAGES: Taken = MappingProxyType(
    {**hearing.MESSAGES, **ends.MESSAGES, **engine_words.MESSAGES, **reference_data.MESSAGES, **resets.MESSAGES}
)
"""What is made of every kind of message."""


def kind_of(name: str) -> ActKind:
    """What is to be said of an act. Raises NotPermitted for one that nobody may do."""
    kind = ACTS.get(name)
    if kind is None:
        raise NotPermitted(f"nobody may {name!r}", allowed=tuple(ACTS))
    return kind


def read_act(name: str, body: Any) -> Act:
    """The act that a raw input says. Raises NotPermitted for an unknown one, InvalidInput with every fault."""
    model = kind_of(name).model
    if body is None:
        raise InvalidInput(f"{name} needs one JSON object", [Fault(where="", what="is missing", allowed=model.told())])
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise InvalidInput(f"{name} cannot be read", faults_of(error, model)) from None


def judge_lengths(name: str, act: Act) -> None:
    """Raises InvalidInput for names, reasons and comments that are too long: every step of the journal carries them."""
    longest = {"reason": REASON_LENGTH, "text": COMMENT_LENGTH}
    faults = [
        Fault(where=field, what=f"{len(value)} characters are too many", allowed=f"up to {most}")
        for field, value in act
        if isinstance(value, str) and len(value) > (most := longest.get(field, TEXT_LENGTH))
    ]
    if faults:
        raise InvalidInput(f"{name} cannot be taken", faults)


class Trial(NamedTuple):
    """An act carried out on a fork of the state, which nobody has taken over yet."""

    name: str
    act: Act
    state: CaseState
    """What it was tried on."""
    now: datetime
    taken: tuple[Turn, ActResult | Refused]

    def answers(self, name: str, act: Act, state: CaseState, now: datetime) -> bool:
        """Whether it is the very act asked for, on the very state, at the same instant."""
        return self.state is state and (self.name, self.now, self.act) == (name, now, act)


def check(
    procedure: Procedure,
    state: CaseState,
    name: str,
    act: Act,
    organization: Organization,
    now: datetime,
    places: Places | None = None,
    receipts: Receipts | None = None,
) -> Trial | None:
    """Raises a SopError where the act would be refused. Gives what it comes to; the state given stands.

    None is an act that was done before. Without `places` a place is right if its form is; so is a file without
    `receipts`.
    """
    if state.has_seen(act.id):
        return None
    kind = kind_of(name)
    refuse_kept_from(procedure, state, act)
    kind.may(by_right_of(organization, act), Turn(procedure, state, now), act, kind.verb)
    if wrong := faults_of_act(procedure, act, now):
        raise InvalidInput(f"{name} cannot be taken", wrong)
    resolving.judge_retry(state, act)
    judge_freshness(procedure, state, act, now)
    trial = Trial(name, act, state, now, perform(procedure, state, name, act, now))
    if blank := emptied(procedure.definition, act):
        raise InvalidInput(f"{name} cannot be taken", blank)
    if undone := undone_checks(Turn(procedure, state, now), act, trial.taken[0]):
        raise InvalidInput(f"{name} cannot be taken", undone)
    if unknown := faults_of_names(named_in_act(state.snapshot.data, trial.taken[0]), organization):
        raise InvalidInput(f"{name} names what the organisation does not know", unknown)
    unproven = unkept(unkept_of_act(procedure, state, act), receipts, now) if receipts is not None else []
    if unproven:
        raise InvalidInput(f"{name} cannot be taken", unproven)
    faults = unknown_places_of_act(state.snapshot.data, trial.taken[0], places) if places is not None else []
    if faults:
        raise InvalidInput("a place is not known", faults)
    return trial


def places_named(
    procedure: Procedure, state: CaseState, name: str, act: Act, organization: Organization, now: datetime
) -> dict[str, str]:
    """Judges an act as `check` does, but for the places that it names: gives them, by where each stands."""
    trial = check(procedure, state, name, act, organization, now)
    return {} if trial is None else places_of_act(state.snapshot.data, trial.taken[0])


def perform(
    procedure: Procedure, state: CaseState, name: str, act: Act, now: datetime
) -> tuple[Turn, ActResult | Refused]:
    """Takes an act at `now`, after everything that fell due before it.

    Raises a SopError where the state does not allow it; the state given stands. Where the SOP's own expressions
    fail, or the engine does, the turn holds an incident and nothing else of the act, and the answer is the refusal.
    """
    kind, turn = kind_of(name), Turn(procedure, state, now)
    if state.has_seen(act.id):
        return turn, act_result(state, "done already", duplicate=True)
    messages: list[str] = []
    if act.on_behalf_of is not None:
        turn.acts_for[act.actor] = act.on_behalf_of

    def carry_out() -> None:
        messages.append(kind.carry_out(turn, act))
        catch_up(turn, now)
        files.settle(turn, state.snapshot.data, proven_hashes(procedure, act))
        turn.state.remember(act.id)
        turn.judge_room()

    failure = failure_of(turn, lambda: catch_up(turn, now - INSTANT)) or failure_of(turn, carry_out)
    if failure is not None:
        incident = open_incident(turn, "effect", f"{name} by {act.by}: {failure}")
        return turn, Refused(f"the SOP itself failed, see incident {incident.key}: {failure}")
    return turn, act_result(turn.state, messages[0])


def hear(procedure: Procedure, state: CaseState, now: datetime, message: Message) -> Turn | None:
    """Takes a message at `now`, after everything that fell due before it; None where the same id was heard before.

    What it cannot take for an error of any kind is left in an incident, and in the journal of a case that is closed.
    Raises KeyError for what is no message.
    """
    taken = MESSAGES[type(message)]
    message_id = message.id if isinstance(message, EventSignal | Unreadable) else None
    if state.has_seen(message_id):
        return None
    turn = Turn(procedure, state, now)

    def take() -> None:
        taken(turn, message)
        catch_up(turn, now)
        files.settle(turn, state.snapshot.data, _proven(procedure, message))
        turn.state.remember(message_id)

    try:
        failure = failure_of(turn, lambda: catch_up(turn, now - INSTANT)) or failure_of(turn, take)
    except SopError as error:
        refuse_event(turn, "message", error.message, actor=SYSTEM)
        return turn
    if failure is not None and turn.state.is_closed:
        refuse_event(turn, "message", failure, actor=SYSTEM)
    elif failure is not None:
        open_incident(turn, "event", f"a message could not be taken: {failure}")
    return turn


def _proven(procedure: Procedure, message: Message) -> list[str]:
    return hashes_of_event(procedure, message) if isinstance(message, BroughtEvent) else []


def failure_of(turn: Turn, take: Callable[[], None]) -> str | None:
    """Lets a turn take a message, and says what went wrong; the turn is then as it was before.

    This is the one boundary behind which an error of any kind is something that a person or the journal is told of,
    and never a workflow task that fails: the message would come again with each attempt. A SopError passes, for it is
    the answer. So does an error of memory or stack, which another attempt may not meet.
    """
    point = turn.mark()
    try:
        take()
    except (MemoryError, RecursionError):
        raise
    except SopError:
        turn.back_to(point)
        raise
    except OverfullError as error:
        turn.back_to(point)
        raise Refused(str(error)) from None
    except CHART_FAILURES as error:
        turn.back_to(point)
        return str(error) or type(error).__name__
    except Exception as error:
        turn.back_to(point)
        return f"{type(error).__name__}: {error}"
    return None


def wake(procedure: Procedure, state: CaseState, now: datetime) -> Turn:
    """Handles every delay and rung due by now."""
    turn = Turn(procedure, state, now)
    catch_up(turn, now)
    files.settle(turn, state.snapshot.data)
    return turn


def next_instant(state: CaseState) -> tuple[datetime, str] | None:
    """When the case must wake next, and the clock or delay that asks for it."""
    if state.is_closed:
        return None
    ahead = [(c.next_rung_at, key) for key, c in state.clocks.items() if c.next_rung_at is not None]
    if state.held_at is None:
        delay_at = next_due(state.snapshot)
        if delay_at is not None:
            ahead.append((delay_at, "delay"))
    return min(ahead, default=None)
