"""Proofs of identity on their way out: a client that signs whatever names a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from temporalio.api.common.v1 import Payload
from temporalio.client import (
    ActivityHandle,
    Client,
    DescribeWorkflowInput,
    Interceptor,
    OutboundInterceptor,
    StartActivityInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)

from sop_engine.cases.people.identity import WORKERS
from sop_engine.cases.people.organization import fingerprint
from sop_engine.cases.people.signatures import PrivateKey
from sop_engine.cases.people.statements import HEADER, Proof, Statement
from sop_engine.temporal.messages_said import is_bound_to_run, statement_of, values_of
from sop_engine.temporal.payloads import PAYLOADS
from sop_engine.temporal.seal import moment
from sop_engine.temporal.vouching import Voucher

Clock = Callable[[], datetime]


class Signer(Protocol):
    """Makes proofs."""

    def proof(self, statement: Statement, at: int) -> Proof: ...


class KeyHolder:
    """Signs by a person's private key."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    def proof(self, statement: Statement, at: int) -> Proof:
        return Proof(fingerprint(self._key.public), at, self._key.signature(statement.at(at)))


class WorkersHand:
    """Signs by the workers' own key what they tell cases for a person who ordered it past them."""

    def __init__(self, voucher: Voucher) -> None:
        self._voucher = voucher

    def proof(self, statement: Statement, at: int) -> Proof:
        return Proof(WORKERS, at, self._voucher.mac(statement.at(at)))


class Signing(Interceptor):
    """For a client: starts, updates and questions that name a person leave with a proof."""

    def __init__(self, signer: Signer, namespace: str, clock: Clock = moment) -> None:
        self._signer = signer
        self.namespace = namespace
        self._clock = clock

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Outbound(next, self)

    def headers(self, statement: Statement | None, headers: Mapping[str, Payload]) -> Mapping[str, Payload]:
        """The headers, with a proof where there is something to be proven."""
        if statement is None:
            return headers
        proof = self._signer.proof(statement, int(self._clock().timestamp()))
        return {**headers, HEADER: _converter.to_payload(str(proof))}


def signing_client(client: Client, signer: Signer, clock: Clock = moment) -> Client:
    """The client, but that it signs."""
    config = client.config()
    config["interceptors"] = [*config["interceptors"], Signing(signer, client.namespace, clock)]
    return Client(**config)


class _Outbound(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, signing: Signing) -> None:
        super().__init__(next)
        self._signing = signing

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        said = statement_of(
            "start", self._signing.namespace, input.id, input.workflow, values_of(_converter, input.args)
        )
        input.headers = self._signing.headers(said, input.headers)
        return await super().start_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        values = values_of(_converter, input.args)
        input.update_id = input.update_id or str(uuid4())
        run = await self._run_of(input.id) if is_bound_to_run(input.id) else ""
        said = statement_of("act", self._signing.namespace, input.id, input.update, values, id=input.update_id, run=run)
        input.headers = self._signing.headers(said, input.headers)
        return await super().start_workflow_update(input)

    async def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
        values = values_of(_converter, input.args)
        said = statement_of(
            "question", self._signing.namespace, input.task_queue, input.activity_type, values, id=input.id
        )
        input.headers = self._signing.headers(said, input.headers)
        return await super().start_activity(input)

    async def _run_of(self, workflow_id: str) -> str:
        asked = DescribeWorkflowInput(id=workflow_id, run_id=None, rpc_metadata={}, rpc_timeout=None)
        return (await super().describe_workflow(asked)).run_id


_converter = PAYLOADS.payload_converter
