"""Plays a written example through the gateway: waits until a case is ready for an act, then acts as who is named.

Text that begins with `= ` is a moment, worked out when the act is played: `= today`, `= now + days(3) + hours(2)`. Text
that begins with `@` is a file of that name, made up and brought before the act.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from sop_engine.basis.faults import NotFound, Refused, SopError
from sop_engine.basis.models import Frozen
from sop_engine.cases.contracts.acts import CompleteTaskInput, EventInput
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import EventSignal
from sop_engine.cases.contracts.views import CaseView

if TYPE_CHECKING:
    from sop_engine.temporal.gateway import CaseGateway

CLOSED = frozenset({"completed", "cancelled"})

PATIENCE = 30.0
"""Seconds that an act waits for its task or event before the play has failed."""
POLL_INTERVAL = 0.1

ZONE = ZoneInfo("Asia/Shanghai")
"""Where the examples' firm is."""
STEP = re.compile(r" ([+-]) (days|hours|minutes)\((\d+)\)")
MOMENT = re.compile(rf"= (?P<base>now|today)(?P<steps>(?:{STEP.pattern})*)")

See = Callable[[CaseView], None]


class PlayError(SopError):
    """The cases did not come to where the example expects them."""

    kind = "Play"


class PlayedAct(Frozen):
    """One line of an example: a task completed, an event reported by a person, or a signal from another system."""

    case: str = ""
    """What follows the shipment's id, `booking` for `SHP-1.booking`; empty for the shipment itself."""
    person: str | None = Field(default=None, alias="as")
    do: str | None = None
    """`task <state>` or `event <name>`."""
    signal: str | None = None
    outcome: str | None = None
    data: dict[str, Any] = {}
    checklist: tuple[str, ...] = ()
    attachments: dict[str, Any] = {}
    reason: str | None = None
    say: dict[str, str] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> "PlayedAct":
        words = (self.do or "").split()
        is_person = len(words) == 2 and words[0] in ("task", "event") and self.person is not None
        if is_person == (self.signal is not None):
            raise ValueError("an act is either `as: …, do: task …|event …` or `signal: …`")
        return self

    @property
    def target(self) -> str:
        """The task's state, or the event's name."""
        return self.signal or (self.do or "").split()[1]

    @property
    def is_task(self) -> bool:
        return (self.do or "").startswith("task ")


class Example(Frozen):
    """A whole case as it is played: the opening data, then the acts in order."""

    sop: str
    id: str
    title: dict[str, str] = {}
    opened_by: str | None = None
    data: dict[str, Any]
    script: tuple[PlayedAct, ...]


def read_example(path: Path) -> Example:
    """Reads one example. Raises `InvalidInput` with every fault."""
    from sop_engine.console.inputs import contract, read_values

    return contract(Example, **read_values((), path))


class Player:
    """Plays one example; every look at a case is shown to `see`."""

    def __init__(self, gateway: "CaseGateway", example: Example, see: See) -> None:
        self.gateway = gateway
        self.example = example
        self._see = see

    async def open(self) -> None:
        data = worked_out(self.example.data, datetime.now(UTC))
        opening = OpenCaseInput(data=data, actor=self.example.opened_by or self.example.script[0].person)
        self._see(await self.gateway.start_case(self.example.sop, self.example.id, opening))

    async def ready(self, act: PlayedAct) -> None:
        """Waits until the act's task is open, or its event awaited. Raises `PlayError`."""
        if act.is_task:
            await self.until(self._case_of(act), f"the task {act.target}", lambda view: _offers(view, act.target))
        else:
            await self.until(self._case_of(act), f"the event {act.target}", lambda view: act.target in view.events)

    async def play(self, act: PlayedAct) -> None:
        """Carries the act out. Raises what the case answers."""
        case_id = self._case_of(act)
        data = await with_made_files(self.gateway, worked_out(act.data, datetime.now(UTC)))
        if act.is_task:
            done = CompleteTaskInput(
                actor=act.person or "",
                task=act.target,
                outcome=act.outcome or "",
                data=data,
                checklist=act.checklist,
                attachments=await with_made_files(self.gateway, act.attachments),
                reason=act.reason,
            )
            await self.gateway.update(case_id, "complete_task", done)
        elif act.signal is not None:
            step = (await self.gateway.case(case_id)).step
            await self.gateway.signal(case_id, EventSignal(name=act.signal, data=data))
            await self.until(case_id, f"the effect of {act.signal}", lambda view: view.step > step)
        else:
            told = EventInput(actor=act.person or "", name=act.target, data=data, reason=act.reason)
            await self.gateway.update(case_id, "event", told)
        self._see(await self.gateway.case(case_id))

    def _case_of(self, act: PlayedAct) -> str:
        return f"{self.example.id}.{act.case}" if act.case else self.example.id

    async def until(self, case_id: str, what: str, holds: Callable[[CaseView], bool]) -> CaseView:
        """Looks at a case until it is as expected. Raises `PlayError` at an incident, or after thirty seconds."""
        view: CaseView | None = None
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < deadline:
            try:
                view = await self.gateway.case(case_id)
            except (NotFound, Refused):  # not started, or not loaded yet
                view = None
            if view is not None:
                self._see(view)
                if holds(view):
                    return view
                if view.incidents:
                    raise PlayError(f"{case_id} is stuck: {view.incidents[0].get('message')}")
            await asyncio.sleep(POLL_INTERVAL)
        raise PlayError(f"{case_id} did not come to {what} in {PATIENCE:.0f} seconds; {_position(view)}")


def worked_out(value: Any, now: datetime) -> Any:
    """A value with the moments in it worked out. Raises `PlayError` for one that cannot be read."""
    if isinstance(value, dict):
        return {key: worked_out(inner, now) for key, inner in value.items()}
    if isinstance(value, list):
        return [worked_out(inner, now) for inner in value]
    if not isinstance(value, str) or not value.startswith("= "):
        return value
    match = MOMENT.fullmatch(value)
    if match is None:
        raise PlayError(f"{value!r} is not a moment such as `= now + days(3) + hours(2)`")
    moment = now
    for sign, unit, count in STEP.findall(match["steps"]):
        length = timedelta(**{unit: int(count)})
        moment = moment + length if sign == "+" else moment - length
    return moment.astimezone(ZONE).date().isoformat() if match["base"] == "today" else moment.isoformat()


async def with_made_files(gateway: "CaseGateway", value: Any) -> Any:
    """A value with every file in it made up and brought to the records."""
    if isinstance(value, dict):
        return {key: await with_made_files(gateway, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [await with_made_files(gateway, inner) for inner in value]
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    from sop_engine.cases.written.file_samples import sample_content
    from sop_engine.temporal.files_gateway import FilesGateway

    content = sample_content(value[1:])
    return await FilesGateway(gateway).bring_content(value[1:], lambda: BytesIO(content))


def _offers(view: CaseView, state: str) -> bool:
    return any(task.state == state for task in view.tasks)


def _position(view: CaseView | None) -> str:
    if view is None:
        return "it does not exist"
    tasks = ", ".join(task.task for task in view.tasks) or "no open task"
    return f"it is {view.status} in {', '.join(view.states)} with {tasks}"
