"""Carrying out a case's commands: activities, children, signals to other cases. Each reports back when it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar, assert_never

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    FailureError,
    WorkflowAlreadyStartedError,
    is_cancelled_exception,
)
from temporalio.workflow import ParentClosePolicy

from sop_engine.cases.contracts.base import Contract, ParentRef
from sop_engine.cases.contracts.commands import (
    CancelWork,
    Command,
    ReportToParent,
    RunWork,
    SendNotice,
    StartCase,
    TellCase,
)
from sop_engine.cases.contracts.effects import EffectCommand, WorkInput, WorkResult
from sop_engine.cases.contracts.limits import (
    ACT_BYTES,
    DATA_BYTES,
    MESSAGE_BYTES,
    RESERVE_BYTES,
    START_BYTES,
    size_of,
    too_large,
)
from sop_engine.cases.contracts.opening import OpenCaseInput
from sop_engine.cases.contracts.outgoing import NoticeStarted
from sop_engine.cases.contracts.signals import ChildReport
from sop_engine.cases.people.actors import case_actor
from sop_engine.cases.running.continuation import Pending
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.told.messages import ChildStarted, CommandDone, CommandFailed
from sop_engine.temporal.failures import message_of
from sop_engine.temporal.queues import CHILD_FAILED, CHILD_REPORT, ENGINE_SIGNALS, NOTICE, RECORDS_UNFIT
from sop_engine.temporal.texts import summary
from workflows.background import Background
from workflows.step_keys import short

Result = TypeVar("Result")

Errand = RunWork | StartCase | TellCase | ReportToParent | SendNotice | EffectCommand
"""What is under way for a while: an activity, a child, or a signal to another case."""

ToOther = StartCase | TellCase | ReportToParent | SendNotice
"""What goes to another case, or to a notice."""

MOST_BYTES: Mapping[type, int] = MappingProxyType(
    {StartCase: START_BYTES, TellCase: ACT_BYTES, ReportToParent: ACT_BYTES}
)
"""What the receiver of a command takes; of every other command, what the engine may send."""

BURST_BYTES = 1_500_000
"""Of the commands of one workflow task: the server takes four megabytes of it, with all answers to acts."""

MOMENT = timedelta(milliseconds=1)

ATTEMPT = timedelta(minutes=2)
SILENT = timedelta(seconds=20)
"""A worker that is silent for so long about an activity is taken for dead, and another begins it again."""
AT_ONCE = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_attempts=5, non_retryable_error_types=[RECORDS_UNFIT]
)
"""A person waits: what the records cannot take now is refused, and asked for again by whoever wants it still."""
PATIENT = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5))
EFFECT_GIVES_UP = timedelta(days=2)
"""After so long a notice, document or posting that keeps failing becomes an incident."""

UNFIT_PAUSE = timedelta(minutes=1)
"""Between two rounds of attempts of what waits for the records."""


async def tell_parent(parent: ParentRef, why: str) -> None:
    """Tells a parent that its child could not be opened."""
    info = workflow.info()
    report = ChildReport(
        key=parent.key,
        case_id=info.workflow_id,
        run_id=info.first_execution_run_id,
        outcome="failed",
        result={"message": why},
    )
    with suppress(FailureError):
        await workflow.get_external_workflow_handle(parent.case_id).signal(CHILD_FAILED, report)


class Errands:
    """The commands under way. `pending` holds what must be given out again if the run ends first."""

    def __init__(
        self,
        hear: Callable[[CommandDone | CommandFailed | ChildStarted], None],
        background: Background,
        is_bounded: Callable[[], bool],
    ) -> None:
        self._hear = hear
        """Lets the case hear how it went."""
        self._is_bounded = is_bounded
        """Whether limits of size hold for the case; asked only where one is exceeded."""
        self._burst = (0, 0)
        """The length of the history, and the bytes of the commands given out since it was so long."""
        self._background = background
        self.pending: dict[str, Errand] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def has_messages(self) -> bool:
        """Whether a message or a start is under way: the server is quick with them, and a second one would harm."""
        return any(isinstance(self.pending[key], ToOther) for key in self._tasks if key in self.pending)

    def carried(self) -> tuple[Pending, ...]:
        return tuple(Pending(key=key, command=command) for key, command in self.pending.items())

    def take(self, commands: Iterable[tuple[Command, str | None]], *, leaves_them: bool) -> None:
        """Gives commands out, and before them what was left to a next run that does not come; or leaves them to it."""
        if leaves_them:
            for command, key in commands:
                self._put_off(command, key)
            return
        left = [(command, key) for key, command in self.pending.items() if key not in self._tasks]
        for command, key in (*left, *commands):
            self.give_out(command, key)

    def give_out(self, command: Command, key: str | None = None) -> None:
        """Starts a command in a task of its own."""
        if isinstance(command, CancelWork):
            self._cancel_work(command.key)
            return
        key = key or str(workflow.uuid4())
        self.pending[key] = command
        task = self._background.run(self._carry_out(key, command))
        self._tasks[key] = task
        # Not a `finally` in the task: one that is cancelled before it began never gets there.
        task.add_done_callback(lambda _: self._forget(key))

    def _cancel_work(self, key: str) -> None:
        for known, pending in list(self.pending.items()):
            if isinstance(pending, RunWork) and pending.key == key:
                task = self._tasks.get(known)
                if task is None:
                    self._forget(known)
                else:
                    task.cancel()

    def _put_off(self, command: Command, key: str | None = None) -> None:
        if isinstance(command, CancelWork):
            self.give_out(command)
        else:
            self.pending[key or str(workflow.uuid4())] = command

    def _forget(self, key: str) -> None:
        self.pending.pop(key, None)
        self._tasks.pop(key, None)

    async def _carry_out(self, key: str, command: Errand) -> None:
        size = size_of(command)
        most = MOST_BYTES.get(type(command), MESSAGE_BYTES - RESERVE_BYTES)
        if size > most and self._is_bounded():
            await self._give_up(command, too_large("what was to be sent", size, most))
            return
        await self._wait_for_room(size)
        match command:
            case RunWork() | EffectCommand():
                await self._run_activity(key, command)
            case StartCase():
                await self._run_child(key, command)
            case SendNotice():
                await self._start_notice(key, command)
            case TellCase() | ReportToParent():
                await self._send_signal(key, command)
            case unknown:
                assert_never(unknown)

    async def _wait_for_room(self, size: int) -> None:
        """Waits for the next workflow task where this one gives out as much as the server takes of it at once."""
        while True:
            length = workflow.info().get_current_history_length()
            given = self._burst[1] if self._burst[0] == length else 0
            if given == 0 or given + size <= BURST_BYTES or not self._is_bounded():
                self._burst = (length, given + size)
                return
            await workflow.sleep(MOMENT)

    async def _give_up(self, command: Errand, why: str) -> None:
        if isinstance(command, ReportToParent):
            await tell_parent(ParentRef(case_id=command.case_id, key=command.report.key), why)
        else:
            self._hear(CommandFailed(command, why))

    async def _run_activity(self, key: str, command: RunWork | EffectCommand) -> None:
        given, options = _asked(key, command)
        try:
            answer = await _once_fit(
                lambda: workflow.execute_activity(
                    command.activity,
                    given,
                    result_type=command.gives,
                    start_to_close_timeout=ATTEMPT,
                    heartbeat_timeout=SILENT,
                    **options,
                )
            )
        except (ActivityError, ApplicationError) as error:
            if not is_cancelled_exception(error):
                self._hear(CommandFailed(command, message_of(error)))
            return
        if isinstance(answer, WorkResult) and (size := size_of(answer.values)) > DATA_BYTES and self._is_bounded():
            self._hear(CommandFailed(command, too_large("its result", size, DATA_BYTES)))
        elif isinstance(command, RunWork) or EFFECTS[command.kind].is_heard:
            self._hear(CommandDone(command, answer))

    async def _run_child(self, key: str, command: StartCase) -> None:
        info = workflow.info()
        parent = None if command.detached else ParentRef(case_id=info.workflow_id, key=command.key)
        try:
            handle = await workflow.start_child_workflow(
                command.sop,
                OpenCaseInput(data=command.data, parent=parent, actor=case_actor(info.workflow_id)),
                id=command.case_id,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=summary(f"{command.title} {command.case_id}"),
            )
            self._hear(ChildStarted(command.key, handle.first_execution_run_id or ""))
            # A started child is no errand any more: a run that ends leaves it alone, and it reports by signal.
            self.pending.pop(key, None)
            await handle
        except FailureError as error:
            self._hear(CommandFailed(command, message_of(error)))

    async def _start_notice(self, key: str, command: SendNotice) -> None:
        name = f"{command.given.name} → {command.given.addressee.name}"
        try:
            handle = await workflow.start_child_workflow(
                NOTICE,
                command.given,
                id=command.case_id,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=summary(name),
            )
            self._hear(CommandDone(command, NoticeStarted(run_id=handle.first_execution_run_id or "")))
            # It reports by signal, and goes on whatever becomes of this run.
            self.pending.pop(key, None)
            await handle
        except WorkflowAlreadyStartedError:
            # The step sent it before it was taken again by a reset: who was told is not told twice.
            self._hear(CommandDone(command, NoticeStarted(run_id="")))
        except FailureError as error:
            self._hear(CommandFailed(command, message_of(error)))

    async def _send_signal(self, key: str, command: TellCase | ReportToParent) -> None:
        # Two signals given to the server together may overtake each other, and one may overtake its receiver's start.
        await workflow.wait_condition(lambda: self._is_first(key, command.case_id))
        name, body = _said(command)
        try:
            await workflow.get_external_workflow_handle(command.case_id).signal(name, body)
        except FailureError as error:
            if isinstance(command, TellCase):
                self._hear(CommandFailed(command, message_of(error)))

    def _is_first(self, key: str, case_id: str) -> bool:
        """Whether nothing that was given out before is still on its way to the case."""
        for known, command in self.pending.items():
            if known == key:
                return True
            if isinstance(command, ToOther) and command.case_id == case_id:
                return False
        return True


def _asked(key: str, command: RunWork | EffectCommand) -> tuple[Contract, dict[str, Any]]:
    """What the activity of a command is given, and how it is asked for."""
    if isinstance(command, EffectCommand):
        return command.model_copy(update={"key": key}), {
            "schedule_to_close_timeout": EFFECT_GIVES_UP,
            "retry_policy": PATIENT,
            "summary": summary(" → ".join(command.names)),
        }
    info = workflow.info()
    given = WorkInput(
        # Of the entry of its state: what is tried again after an incident finds what it did before.
        key=f"{info.workflow_id}:{command.key}",
        case_id=info.workflow_id,
        sop=info.workflow_type,
        values=command.values,
        at=workflow.now(),
    )
    return given, {
        "activity_id": f"{command.key} {short(key)}",
        "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1), maximum_attempts=command.attempts),
        "summary": summary(command.title),
    }


def _said(command: TellCase | ReportToParent) -> tuple[str, object]:
    """A signal to another case, with where in this one's history it stands."""
    info = workflow.info()
    if isinstance(command, ReportToParent):
        return CHILD_REPORT, command.report.model_copy(update={"run_id": info.first_execution_run_id})
    is_engines = command.signal in ENGINE_SIGNALS
    return command.signal, {**command.body, "sent_by": info.run_id} if is_engines else command.body


async def _once_fit(attempt: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Tries again for as long as the records must be repaired first: nothing is wrong with the case."""
    while True:
        try:
            return await attempt()
        except ActivityError as error:
            cause = error.cause
            if not isinstance(cause, ApplicationError) or cause.type != RECORDS_UNFIT:
                raise
        await workflow.sleep(UNFIT_PAUSE, summary="Records must be repaired first 等待修复记录")
