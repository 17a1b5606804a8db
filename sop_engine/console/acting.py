"""Acts of people as commands: those made by hand, and one made from its model for every act that has none."""

import inspect
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import typer
from pydantic.fields import FieldInfo

from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.acts import ACT_MODELS, ARGUMENT, Act, TaskAct
from sop_engine.cases.contracts.reading import ListTasksInput, TaskList
from sop_engine.console.arguments import (
    ActIdOption,
    CaseId,
    FileOption,
    OptionalReason,
    Reason,
    SetOption,
    TaskKey,
    read_moment,
)
from sop_engine.console.bringing import with_files
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values

if TYPE_CHECKING:
    from sop_engine.temporal.gateway import CaseGateway

Function = TypeVar("Function", bound=Callable[..., Any])

_BY_HAND: set[type[Act]] = set()
BESIDE = ("actor", "on_behalf_of", "id", "data")
"""Fields of an act that every command asks for in a way of its own."""


async def carry_out(session: Session, case_id: str, act: Act) -> None:
    """Sends an act and tells what came of it. What is not the user's to do is done for somebody who is away, where the
    user may do it so.
    """
    gateway = await session.gateway()
    act = await with_files(gateway, act)
    if session.principal is not None:
        act = act.model_copy(update={"on_behalf_of": session.principal})
    try:
        answer = await gateway.update(case_id, act.update, act)
    except NotPermitted:
        principal = await _principal(gateway, case_id, act)
        if principal is None:
            raise
        act = act.model_copy(update={"on_behalf_of": principal})
        answer = await gateway.update(case_id, act.update, act)
        session.say(f"done for {principal}, who is away")
    if session.as_json:
        session.json(answer)
    where = ", ".join(answer.states) or answer.status
    tasks = f"; open tasks: {', '.join(answer.tasks)}" if answer.tasks else ""
    again = " (this act had been carried out before)" if answer.duplicate else ""
    session.say(f"{case_id}: {answer.message or 'done'}{again}; now in {where}{tasks}")


async def _principal(gateway: "CaseGateway", case_id: str, act: Act) -> str | None:
    """By whose right the user may do what was refused; none where nobody's, or several people's, would do."""
    if not isinstance(act, TaskAct) or act.on_behalf_of is not None or act.id is not None:
        return None
    inbox = await gateway.read("list_tasks", ListTasksInput(user=act.actor, case_id=case_id), TaskList)
    meant = [line for line in inbox.tasks if line.case_id == case_id and act.task in (None, line.key, line.state)]
    found = dict.fromkeys(line.on_behalf_of for line in meant)
    return next(iter(found)) if len(found) == 1 else None


def act_command(owner: typer.Typer, name: str, model: type[Act]) -> Callable[[Function], Function]:
    """Registers a function that asks for an act and carries it out."""
    _BY_HAND.add(model)
    return command(owner, name, acts=True, deputises=True, reads=True)


def add_other_acts(case: typer.Typer, task: typer.Typer) -> None:
    """Adds a command for every act that nobody made one for."""
    for model in ACT_MODELS:
        if model not in _BY_HAND:
            add_act(task if issubclass(model, TaskAct) else case, model)


def add_act(owner: typer.Typer, model: type[Act]) -> None:
    """Adds a command that asks for what the act's model holds: `--set` and `--file` for its data, an option for each
    other field."""

    async def run(session: Session, case_id: str, act_id: str | None, **given: Any) -> None:
        values = {name: _read(name, value, model.model_fields[name]) for name, value in given.items() if name in asked}
        if "data" in model.model_fields:
            values["data"] = read_values(given["assignments"] or (), given["file"])
        act = contract(model, actor=session.actor(), id=act_id, **{k: v for k, v in values.items() if v is not None})
        await carry_out(session, case_id, act)

    asked = {name: field for name, field in model.model_fields.items() if name not in BESIDE}
    run.__doc__ = model.told().partition("Example: ")[0].strip()
    run.__signature__ = inspect.Signature(list(_parameters(model, asked)))  # type: ignore[attr-defined]
    command(owner, model.update.removesuffix("_task").replace("_", "-"), acts=True, deputises=True, reads=True)(run)


def _parameters(model: type[Act], asked: dict[str, FieldInfo]) -> Iterator[inspect.Parameter]:
    yield _parameter("session", Session, inspect.Parameter.empty)
    yield _parameter("case_id", CaseId, inspect.Parameter.empty)
    for name, field in asked.items():
        default = inspect.Parameter.empty if field.is_required() else None
        if name == "task":
            yield _parameter(name, TaskKey, None)
        elif name == "reason":
            yield _parameter(name, Reason if field.is_required() else OptionalReason, default)
        else:
            kind: Any = list[str] if str(field.annotation).startswith("tuple") else str
            asks = _asks(name, field)
            yield _parameter(name, Annotated[kind if field.is_required() else kind | None, asks], default)
    if "data" in model.model_fields:
        yield _parameter("assignments", SetOption, None)
        yield _parameter("file", FileOption, None)
    yield _parameter("act_id", ActIdOption, None)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _asks(name: str, field: FieldInfo) -> Any:
    told = field.description or f"The {name} of the act."
    if ARGUMENT in field.metadata:
        return typer.Argument(metavar=_shown(name, field), help=told)
    return typer.Option(_shown(name, field), help=told)


def _shown(name: str, field: FieldInfo) -> str:
    """What the command line calls a field."""
    if ARGUMENT in field.metadata:
        return "INSTANT" if _is_moment(field) else name.upper()
    return f"--{name.replace('_', '-')}"


def _is_moment(field: FieldInfo) -> bool:
    return datetime in (field.annotation, *get_args(field.annotation))


def _read(name: str, value: Any, field: FieldInfo) -> Any:
    return read_moment(value, _shown(name, field)) if _is_moment(field) else value
