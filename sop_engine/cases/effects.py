"""Effects that the chart asked for, turned into commands, milestones and what would undo them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sop_engine.cases import arming
from sop_engine.cases.actors import case_actor
from sop_engine.cases.commands import MakeDocument, Notify, Post, TellCase
from sop_engine.cases.definition import EFFECT_KINDS
from sop_engine.cases.fields import read_instant
from sop_engine.cases.limits import is_case_id
from sop_engine.cases.plain import plain
from sop_engine.cases.state import Child, Milestone, Undo
from sop_engine.cases.turn import Turn
from sop_engine.statechart.snapshot import Effect


def carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    """Adds what one effect needs. Raises ExpressionError where an expression of it fails."""
    for undo in _listed(effect.options.get("undo")):
        turn.state.undo = (*turn.state.undo, Undo(effect=undo, state=effect.state))
    match effect.kind:
        case "notify":
            _notify(turn, effect, actor)
        case "document":
            turn.commands.append(
                MakeDocument(
                    template=str(effect.target), values=plain(effect.data), facts=turn.facts(effect.state, actor)
                )
            )
        case "post":
            turn.commands.append(
                Post(entry=str(effect.target), values=plain(effect.data), facts=turn.facts(effect.state, actor))
            )
        case "milestone":
            _milestone(turn, effect, at)
        case "start":
            _start(turn, effect)
        case "tell":
            _tell(turn, effect, actor)
        case unknown:
            raise LookupError(f"there is no effect {unknown!r}")


def undo_all(turn: Turn, at: datetime, actor: str) -> None:
    """Undoes every completed effect, the latest first, then carries out the SOP's own effects of a cancellation."""
    for undo in reversed(turn.state.undo):
        carry_out(turn, from_mapping(turn, undo.effect, undo.state), at, actor)
    turn.state.undo = ()
    for mapping in turn.procedure.definition.cancel:
        carry_out(turn, from_mapping(turn, mapping, None), at, actor)


def from_mapping(turn: Turn, mapping: Mapping[str, Any], state: str | None) -> Effect:
    """An effect as written, with its `with` evaluated now."""
    kind = next(key for key in mapping if key in EFFECT_KINDS)
    options = {key: value for key, value in mapping.items() if key not in (kind, "with")}
    return Effect(
        kind=kind,
        target=str(mapping[kind]),
        options=options,
        data=turn.evaluate_all(mapping.get("with", {})),
        state=state,
    )


def _listed(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    return [dict(value)] if isinstance(value, Mapping) else [dict(entry) for entry in value]


def _notify(turn: Turn, effect: Effect, actor: str) -> None:
    """One notice to the address that a field holds, or to a role; none while a field that is no role is empty.

    A field may hold the name of a role, as `responsible_unit` does: then that role is told. It may also have the name
    of a role, as `consignee` has: then its e-mail address is meant, and the role without one.
    """
    recipient = str(effect.target)
    address = None
    if recipient in turn.procedure.definition.data:
        held = turn.data.get(recipient)
        known = held.get("email") if isinstance(held, Mapping) else held
        is_role = recipient in turn.procedure.bundle.superiors
        if known is None and not is_role:
            return
        if isinstance(known, str) and known in turn.procedure.bundle.superiors:
            recipient = str(known)
        elif known is not None and (not is_role or "@" in str(known)):
            address = str(known)
    people: tuple[str, ...] = ()
    owner = turn.procedure.definition.owner
    task = next((task for task in reversed(turn.state.tasks.values()) if task.state == effect.state), None)
    if recipient == "assignee" and task is not None:
        person = task.assignee or task.completed_by
        people = (person,) if person is not None else ()
        recipient = recipient if people else task.role
    elif recipient == "supervisor":
        recipient = turn.procedure.bundle.superiors.get(task.role if task is not None else owner) or owner
    elif recipient in ("assignee", "owner"):
        recipient = owner
    notify(
        turn, recipient, str(effect.options.get("template")), plain(effect.data), effect.state, actor, people, address
    )


def notify(
    turn: Turn,
    recipient: str,
    template: str,
    values: dict[str, Any],
    state: str | None,
    actor: str,
    people: tuple[str, ...] = (),
    address: str | None = None,
) -> None:
    """Adds one notice to one recipient."""
    turn.commands.append(
        Notify(
            recipient=recipient,
            address=address,
            people=people,
            template=template,
            values=values,
            facts=turn.facts(state, actor),
        )
    )


def _milestone(turn: Turn, effect: Effect, at: datetime) -> None:
    code = str(effect.target)
    kind = str(effect.options.get("kind", "actual"))
    written = effect.options.get("at")
    when = at if written is None else _instant(turn, turn.evaluate(str(written)))
    if when is None:
        return
    known = turn.state.milestones.get(code, Milestone(code=code))
    published = bool(effect.options.get("publish", known.published))
    turn.state.milestones[code] = known.model_copy(update={f"{kind}_at": when, "published": published})


def _instant(turn: Turn, value: Any) -> datetime | None:
    """The instant that a milestone is at; a day stands for its beginning."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return turn.procedure.calendar.day_start(value)
    return read_instant(value)


def _start(turn: Turn, effect: Effect) -> None:
    sop = str(effect.target)
    number = turn.state.entries.get(f"start.{sop}", 0) + 1
    turn.state.entries[f"start.{sop}"] = number
    written = effect.options.get("id")
    suffix = str(written) if written is not None else sop.lower()
    case_id = f"{turn.state.case_id}.{suffix}" + (f".{number}" if number > 1 else "")
    key = f"start.{sop}#{number}"
    arming.start_child(turn, Child(key=key, state=None, sop=sop, case_id=case_id, detached=True), effect.data, sop)


def _tell(turn: Turn, effect: Effect, actor: str) -> None:
    if effect.target == "parent":
        if turn.state.parent is None:
            return
        case_id = turn.state.parent.case_id
    else:
        reference = turn.evaluate(str(effect.target))
        if reference is None:
            return
        case_id = str(reference)
    if not is_case_id(case_id):
        turn.journal("not_told", str(effect.options.get("event")), actor, note=f"there is no case {case_id[:200]!r}")
        return
    number = turn.state.entries.get("tell", 0) + 1
    turn.state.entries["tell"] = number
    body = {
        "name": str(effect.options.get("event")),
        "data": plain(effect.data),
        "id": f"{turn.state.case_id}.tell.{number}",
        "actor": case_actor(turn.state.case_id),
    }
    turn.commands.append(TellCase(case_id=case_id, signal="event", body=body))
