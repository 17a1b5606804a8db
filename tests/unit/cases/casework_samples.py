"""Small SOPs written inline, and a case of one played without Temporal.

Every act is taken twice and must give the same bytes, must leave the state it began with untouched, and its result
must survive JSON unchanged: so each test of the BPM layer tests these, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter

from sop_engine.basis.faults import Refused
from sop_engine.basis.models import Title
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import ActResult
from sop_engine.cases.contracts.base import ParentRef
from sop_engine.cases.contracts.commands import Command, StartCase
from sop_engine.cases.contracts.effects import WorkResult
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.signals import ChildReport, EventSignal
from sop_engine.cases.contracts.views import StepView
from sop_engine.cases.people.organization import Organization, Person, Role
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.running.state import CaseState, HumanTask, RunningClock
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.told.messages import ChildStarted, CommandDone, CommandFailed, EngineWord, Message
from sop_engine.cases.told.opening import open_case
from sop_engine.cases.written.procedure import Bundle, Procedure
from sop_engine.content.yaml_files import read_text
from sop_engine.timekeeping.ladders import Ladder, parse_ladder
from tests.unit.timekeeping.timekeeping_samples import calendar

Kind = TypeVar("Kind", bound=Command)

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Shanghai; the weeks around it have no holiday."""

OFFICE = "cn_office"
ROLES = {"clerk": "manager", "manager": None, "auditor": "manager"}
PEOPLE = {"ann": ("clerk",), "bob": ("clerk",), "cai": ("auditor", "clerk"), "dan": ("manager",), "eve": ()}

LADDERS = {
    "standard": {
        "at_risk": {"at": "80 %", "notify": "assignee"},
        "breached": {"at": "100 %", "notify": ["assignee", "supervisor"]},
        "late": {"at": "150 %", "notify": "owner", "priority": 1, "reassign": "manager"},
    },
    "plain": {},
}


def organization() -> Organization:
    title = Title(en="Any", zh="任意")
    return Organization(
        name=title,
        roles={name: Role(title=title, superior=superior) for name, superior in ROLES.items()},
        people={name: Person(name=name, roles=roles) for name, roles in PEOPLE.items()},
    )


def ladders() -> dict[str, Ladder]:
    title = {"en": "Ladder", "zh": "阶梯"}
    return {name: parse_ladder({"ladder": name, "title": title, "rungs": rungs}) for name, rungs in LADDERS.items()}


def bundle(text: str, **changes: Any) -> Bundle:
    """The SOP with what every SOP needs and no test is about: titles, roles, calendar, ladders."""
    written = read_text(text, "sample.yaml").value
    head = {"sop": "Sample", "version": 1, "title": _title("Sample"), "owner": "manager", "calendar": OFFICE}
    definition = {**head, **written, "states": _titled(written["states"])}
    for kind in ("data", "events"):
        definition[kind] = {name: _with_title(name, body) for name, body in definition.get(kind, {}).items()}
    for event in definition["events"].values():
        event["data"] = {name: _with_title(name, body) for name, body in event.get("data", {}).items()}
    given: dict[str, Any] = {
        "engine_version": 1,
        "is_exact": True,
        "definition": definition,
        "content_hash": "0",
        "parameters": {name: spec["default"] for name, spec in definition.get("parameters", {}).items()},
        "calendars": {OFFICE: calendar(OFFICE)},
        "ladders": ladders(),
        "superiors": ROLES,
    }
    return Bundle.model_validate({**given, **changes})


def procedure(text: str, **changes: Any) -> Procedure:
    return compile_procedure(bundle(text, **changes))


def _title(name: str) -> dict[str, str]:
    return {"en": name.replace("_", " "), "zh": name}


def _with_title(name: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"title": _title(name), **(body or {})}


def _titled(states: Mapping[str, Any]) -> dict[str, Any]:
    titled = {}
    for name, body in states.items():
        state = dict(body or {}) if "history" in (body or {}) else _with_title(name, body)
        if "states" in state:
            state["states"] = _titled(state["states"])
        if "task" in state:
            state["task"] = _task(state["task"])
        titled[name] = state
    return titled


def _task(written: Mapping[str, Any]) -> dict[str, Any]:
    outcomes = written.get("outcomes", ["done"])
    named = dict.fromkeys(outcomes) if isinstance(outcomes, list) else outcomes
    full = {name: _with_title(name, body) for name, body in named.items()}
    checks = {name: _with_title(name, body) for name, body in written.get("checks", {}).items()}
    ticks = {name: _title(name) for name in written.get("checklist", [])}
    return {"role": "clerk", **written, "outcomes": full, "checks": checks, "checklist": ticks}


class Played:
    """One case, played act by act; `now` goes on as it is told."""

    def __init__(
        self,
        text: str,
        *,
        now: datetime = MONDAY,
        parent: ParentRef | None = None,
        bundle_changes: Mapping[str, Any] | None = None,
        firm: Organization | None = None,
        **data: Any,
    ) -> None:
        self.firm = firm or organization()
        self.procedure = procedure(text, **(bundle_changes or {}))
        self.now = now
        self.steps: list[StepView] = []
        self.commands: list[Command] = []
        opening = OpenCaseInput(data=data, actor="ann", parent=parent)
        self._keep(open_case(self.procedure, "CASE-1", opening, now))

    # -- what happens --------------------------------------------------------------------------------------------------

    def act(self, name: str, actor: str = "ann", /, **given: Any) -> ActResult:
        """Takes an act, judged first as the update validator does. Raises what the case refuses."""
        act = casework.read_act(name, {"actor": actor, **given})
        trial = casework.check(self.procedure, self.state, name, act, self.firm, self.now)
        turn, answer = self._twice(lambda: casework.perform(self.procedure, self.state, name, act, self.now))
        if trial is not None:
            assert trial.answers(name, act, self.state, self.now)
            assert trial.taken[0].state.model_dump_json() == turn.state.model_dump_json(), "tried is as done"
        self._keep(turn)
        if isinstance(answer, Refused):
            raise answer
        assert isinstance(answer, ActResult)
        return answer

    def complete(self, outcome: str = "done", actor: str = "ann", task: str | None = None, **data: Any) -> ActResult:
        return self.act("complete_task", actor, outcome=outcome, task=task, data=data)

    def signal(self, name: str, at: datetime | None = None, message_id: str | None = None, **data: Any) -> None:
        self.hear(EventSignal(name=name, data=data, at=at, id=message_id))

    def hear(self, message: Message) -> None:
        """Takes a message, which is data: written down and read again it is the same."""
        form: TypeAdapter[Message] = TypeAdapter(type(message))
        written = form.dump_json(message)
        assert form.dump_json(form.validate_json(written)) == written, "JSON changed the message"
        turn, _ = self._twice(lambda: (casework.hear(self.procedure, self.state, self.now, message), None))
        if turn is not None:
            self._keep(turn)

    def child_report(self, key: str, outcome: str, run_id: str = "run", **result: Any) -> None:
        case_id = self.state.children[key].case_id
        report = ChildReport(key=key, case_id=case_id, run_id=run_id, outcome=outcome, result=result)
        self.hear(EngineWord("case.child", report.model_dump(mode="json")))

    def done(self, key: str, **result: Any) -> None:
        """The activity of a work state finished."""
        self.hear(CommandDone(self._command(key), WorkResult(values=result)))

    def failed(self, key: str, why: str) -> None:
        """A work or a child failed for good."""
        self.hear(CommandFailed(self._command(key), why))

    def _command(self, key: str) -> Command:
        return next(command for command in reversed(self.commands) if getattr(command, "key", None) == key)

    def pass_time(self, **length: float) -> None:
        """Goes on to a later instant, waking at every instant that the case asks for."""
        until = self.now + timedelta(**length)
        while (ahead := casework.next_instant(self.state)) is not None and ahead[0] <= until:
            self.now = max(ahead[0], self.now)
            self.wake()
        self.now = until

    def sleep(self, **length: float) -> None:
        """An outage: wakes once, late."""
        self.now += timedelta(**length)
        self.wake()

    def wake(self) -> None:
        turn, _ = self._twice(lambda: (casework.wake(self.procedure, self.state, self.now), None))
        self._keep(turn)

    # -- what is seen --------------------------------------------------------------------------------------------------

    @property
    def states(self) -> tuple[str, ...]:
        return self.state.snapshot.configuration

    @property
    def data(self) -> Mapping[str, Any]:
        return self.state.snapshot.data

    @property
    def tasks(self) -> dict[str, HumanTask]:
        return {task.key: task for task in self.state.open_tasks()}

    def clock(self, key: str) -> RunningClock:
        return self.state.clocks[key]

    def asked(self, kind: type[Kind]) -> list[Kind]:
        """The commands of one kind so far."""
        return [command for command in self.commands if isinstance(command, kind)]

    def journal(self, kind: str) -> list[StepView]:
        return [step for step in self.steps if step.kind == kind]

    def start_children(self) -> None:
        """Lets every child that was asked for run."""
        for command in self.asked(StartCase):
            self.hear(ChildStarted(command.key, "run"))

    # -- what must always hold -----------------------------------------------------------------------------------------

    def _twice(self, take: Callable[[], tuple[Any, Any]]) -> tuple[Any, Any]:
        before = self.state.model_dump_json()
        first, answer = take()
        second, _ = take()
        assert self.state.model_dump_json() == before, "the state given was changed"
        if first is not None:
            assert first.state.model_dump_json() == second.state.model_dump_json()
            assert [c.model_dump_json() for c in first.commands] == [c.model_dump_json() for c in second.commands]
        return first, answer

    def _keep(self, turn: Turn) -> None:
        text = turn.state.model_dump_json()
        self.state = CaseState.model_validate_json(text)
        assert self.state == turn.state, "JSON changed the state"
        assert self.state.model_dump_json() == text
        self.steps += turn.steps
        self.commands += turn.commands
