"""Proofs of identity on their way in: an update that names a person is refused before it reaches history, unless it is
proven. For the workers of an installation that asks for proofs; a history that is lived again is believed.

It stands outside the sandbox, so it shares no variable with the workflows.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.worker import (
    HandleUpdateInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle

from sop_engine.basis.faults import Refused, SopError
from sop_engine.cases.people.identity import WORKERS, refuse_unproven
from sop_engine.cases.people.signatures import is_signed
from sop_engine.cases.people.statements import Statement
from sop_engine.temporal.failures import to_failure
from sop_engine.temporal.messages_said import header_of, is_bound_to_run, statement_of, values_of
from sop_engine.temporal.payloads import PAYLOADS
from sop_engine.temporal.present import PRESENT
from sop_engine.temporal.queues import LOAD_ORGANIZATION, RECEIVE
from sop_engine.temporal.resets import is_taken_again

REPEATED = "sop-repeated"
"""The header in which a case gives an activity the act that a reset takes again, so that it is judged there."""

_repeated: ContextVar[tuple[Statement, object] | None] = ContextVar("repeated", default=None)
_converter = PAYLOADS.payload_converter


def judge(statement: Statement, header: object, now: datetime, *, is_repeated: bool = False) -> None:
    """Raises NotProven for what is not proven by the organisation as this worker knows it."""
    if PRESENT.organization is None:
        raise Refused("this worker does not know yet who is who; ask again in a moment")
    refuse_unproven(PRESENT.organization, statement, header, now, _is_signed, is_repeated=is_repeated)


def _is_signed(key: str, message: bytes, signature: str) -> bool:
    if key == WORKERS:
        return PRESENT.voucher is not None and PRESENT.voucher.is_signed(message, signature)
    return is_signed(key, message, signature)


class ProvenActs(Interceptor):
    """For a worker."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_Outbound(outbound))

    def handle_update_validator(self, input: HandleUpdateInput) -> None:
        statement = _statement(input)
        # Nobody hears the refusal of an act that a reset takes again: an activity judges it, and its case tells of it.
        if statement is not None and not _is_repeated(input):
            try:
                judge(statement, header_of(_converter, input.headers), workflow.now())
            except SopError as error:
                raise to_failure(error) from None
        super().handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        if _is_repeated(input) and (statement := _statement(input)) is not None:
            _repeated.set((statement, header_of(_converter, input.headers)))
        return await super().handle_update_handler(input)


class _Outbound(WorkflowOutboundInterceptor):
    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        repeated = _repeated.get()
        if repeated is not None and input.activity == LOAD_ORGANIZATION:
            input.headers = {**input.headers, REPEATED: _converter.to_payload([list(repeated[0]), repeated[1]])}
        return super().start_activity(input)


def judge_repeated(said: Any, now: datetime) -> None:
    """Judges an act that a reset takes again, as a case gave it to an activity. Raises NotProven."""
    fields, header = said
    judge(Statement(*fields), header, now, is_repeated=True)


def _statement(input: HandleUpdateInput) -> Statement | None:
    """What is to be proven of an update. A machine's is nobody's act, whatever name it gives."""
    if input.update == RECEIVE:
        return None
    info = workflow.info()
    values = values_of(_converter, input.args)
    run = info.run_id if is_bound_to_run(info.workflow_id) else ""
    return statement_of("act", info.namespace, info.workflow_id, input.update, values, id=input.id, run=run)


def _is_repeated(input: HandleUpdateInput) -> bool:
    return any(isinstance(each, RawValue) and is_taken_again(each.payload) for each in input.args)
