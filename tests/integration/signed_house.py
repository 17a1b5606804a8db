"""An installation that asks for proofs: its people have keys, and who says nothing of theirs signs nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)

import worker
from sop_engine.cases.people.statements import HEADER
from sop_engine.console.stack import worker_beside
from sop_engine.content.library import content_root
from sop_engine.temporal import staff
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.payloads import PAYLOADS
from sop_engine.temporal.signing import KeyHolder, signing_client
from tests.integration.installation import Installation, installation
from tests.signed_people import key_of

KEYED = ("li.na", "wu.fang", "feng.xue", "zhao.min", "huang.tao", "admin", "sun.lihua")
AWAY, DEPUTY = "li.na", "wu.fang"


def organization_with_keys(path: Path) -> Path:
    """The packaged people, some of whom have keys, and one a deputy."""
    text = (content_root() / "organization.yaml").read_text(encoding="utf-8")
    for name in KEYED:
        more = f"keys: ['{key_of(name).public}'], "
        if name == AWAY:
            more += f"deputies: {{customer_service_agent: [{DEPUTY}]}}, "
        text, count = re.subn(rf"(?m)^(  {re.escape(name)}: {{)", rf"\g<1>{more}", text)
        assert count == 1, name
    path.write_text(text, encoding="utf-8")
    return path


@asynccontextmanager
async def signed_house(folder: Path, **choices: Any) -> AsyncIterator[Installation]:
    """One with a worker."""
    async with unserved_house(folder, **choices) as house, served(house):
        yield house


@asynccontextmanager
async def unserved_house(folder: Path, **choices: Any) -> AsyncIterator[Installation]:
    """One without a worker yet."""
    file = organization_with_keys(folder / "organization.yaml")
    async with installation(folder / "house", identity="signed", organization_file=file, **choices) as house:
        yield house


@asynccontextmanager
async def served(house: Installation, **changed: Any) -> AsyncIterator[None]:
    """A worker while the block runs; some of its settings may be otherwise."""
    settings = house.settings.model_copy(update=changed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "EVERY", 0.5)
        async with worker_beside(worker.serve, house.client, settings):
            yield


def signing(house: Installation, by: str, off: timedelta = timedelta()) -> CaseGateway:
    """The way of somebody who signs by that person's key, with a clock that is wrong by so much."""
    client = signing_client(house.client, KeyHolder(key_of(by)), lambda: datetime.now(UTC) + off)
    return CaseGateway(client, house.settings.task_queue)


def sending(house: Installation, header: object) -> Client:
    """A client that sends that header with every start and update, whatever was signed by it."""
    config = house.client.config()
    config["interceptors"] = [_Sending(header)]
    return Client(**config)


class _Sending(Interceptor):
    def __init__(self, header: object) -> None:
        self._headers = {HEADER: PAYLOADS.payload_converter.to_payload(header)}

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        headers = self._headers

        class Outbound(OutboundInterceptor):
            async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
                input.headers = headers
                return await super().start_workflow(input)

            async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
                input.headers = headers
                return await super().start_workflow_update(input)

        return Outbound(next)
