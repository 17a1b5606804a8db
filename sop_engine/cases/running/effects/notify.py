"""`notify`: one notice to one recipient; with `as`, one that waits for something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from sop_engine.basis.plain import plain
from sop_engine.cases.contracts.base import Contract
from sop_engine.cases.contracts.effects import EffectCommand
from sop_engine.cases.lint.findings import Notebook, WrittenEffect
from sop_engine.cases.running.effects.kind import EffectKind
from sop_engine.cases.running.effects.sending import SENDING, lint_sending, send
from sop_engine.cases.running.turn import Turn
from sop_engine.statechart.snapshot import Effect

STANDING = ("assignee", "supervisor", "owner")
"""Recipients that every SOP has."""


class NotifyResult(Contract):
    recipients: tuple[str, ...]
    channel: str


class Notify(EffectCommand):
    """Activity `notify`: one notice to one recipient, kept once per key."""

    activity: ClassVar[str] = "notify"
    gives: ClassVar[type[Contract]] = NotifyResult
    noun: ClassVar[str] = "notice"

    kind: Literal["notify"] = "notify"
    recipient: str
    """A role, a person, or a field of the case that holds an address."""
    address: str | None
    """An e-mail address already known from the case's data."""
    template: str
    values: dict[str, Any] = {}
    people: tuple[str, ...] = ()
    """Persons already resolved, such as a task's assignee."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.template, self.recipient


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


def _lint(notes: Notebook, written: WrittenEffect) -> None:
    notes.known((*written.path, "template"), "notice", str(written.body.get("template")), notes.around.notices)
    if lint_sending(notes, written):
        return
    people = notes.around.organization.people if notes.around.organization is not None else ()
    names = (*notes.procedure.bundle.superiors, *notes.procedure.definition.data, *STANDING, *people)
    notes.known(written.place, "recipient", written.target, names)
    if "otherwise" in written.body:
        place = (*written.path, "otherwise")
        notes.known(place, "role", str(written.body["otherwise"]), (*notes.procedure.bundle.superiors, *STANDING))
        if written.target not in notes.procedure.definition.data or written.target in notes.procedure.bundle.superiors:
            notes.error(place, f"is never told: '{written.target}' is no field that may be empty")


def _carry_out(turn: Turn, effect: Effect, at: datetime, actor: str) -> None:
    """One notice to the address that a field holds, or to a role; while a field that is no role is empty, to who is
    named `otherwise`, or to nobody.

    A field may hold a person, who is told, or the name of a role, as `responsible_unit` does: then that role is told.
    It may also have the name of a role, as `consignee` has: then its e-mail address is meant, and the role without one.
    """
    if "as" in effect.options:
        send(turn, effect, actor)
        return
    recipient, people = str(effect.target), tuple[str, ...]()
    address = None
    if recipient in turn.procedure.definition.data:
        held = turn.data.get(recipient)
        known = held.get("email") if isinstance(held, Mapping) else held
        is_role = recipient in turn.procedure.bundle.superiors
        if known is None and not is_role:
            if "otherwise" not in effect.options:
                return
            recipient = str(effect.options["otherwise"])
        elif isinstance(known, str) and known in turn.procedure.bundle.superiors:
            recipient = str(known)
        elif turn.procedure.definition.data[recipient].type == "person":
            people = (str(known),)
        elif known is not None and (not is_role or "@" in str(known)):
            address = str(known)
    owner = turn.procedure.definition.owner
    task = next((task for task in reversed(turn.state.tasks.values()) if task.state == effect.state), None)
    if recipient == "assignee" and task is not None:
        person = task.assignee or task.completed_by or task.person
        people = (person,) if person is not None else ()
        recipient = recipient if people else task.role
    elif recipient == "supervisor":
        recipient = turn.procedure.bundle.superiors.get(task.role if task is not None else owner) or owner
    elif recipient in ("assignee", "owner"):
        recipient = owner
    template = str(effect.options.get("template"))
    notify(turn, recipient, template, plain(effect.data), effect.state, actor, people, address)


NOTIFY = EffectKind("notify", ("template", "otherwise", *SENDING), _lint, _carry_out, Notify)
