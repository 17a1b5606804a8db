"""A worker is killed while a provider has its message in hand: nothing is lost, nothing doubled, the promise kept."""

from __future__ import annotations

from pathlib import Path

from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine
from sop_engine.cases.contracts.outgoing import ReceiptInput
from sop_engine.records.outbox import Outbox
from sop_engine.temporal.notices_gateway import NoticesGateway
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.provider import Provider, after, says, serving_http
from tests.integration.worker_process import process

TAKEN = says({"code": "OK", "id": "sms-1"})
CASE = "CMP-7"


def messages(house: Installation, status: str) -> list[OutboxLine]:
    return list(Outbox(house.engine).messages(ListOutboxInput(case_id=CASE, status=status)).messages)


async def test_a_worker_killed_while_the_provider_answers(tmp_path: Path) -> None:
    with serving_http(Provider(after(8, TAKEN), TAKEN)) as provider:
        settings = {"SOP_SMS_URL": provider.url, "SOP_SMS_KEY": "k3y"}
        async with installation(tmp_path) as house:
            async with process(house, **settings) as doomed:
                await house.start("Complaint", CASE, COMPLAINT)
                await until(lambda: house.journal(CASE), "the opening", within=90)
                await house.act(CASE, "complete_task", **ACTS[0])
                await until(lambda: len(provider.asked) == 1, "the first request", within=90)
                doomed.kill()
                await doomed.wait()
            assert [line.status for line in messages(house, "sending")] == ["sending"]
            async with process(house, **settings):
                (line,) = await until(lambda: messages(house, "accepted"), "the message accepted", within=120)
                given = ReceiptInput(out_id=line.out_id, status="delivered")
                await NoticesGateway(house.gateway).receipt(given)

                async def is_met() -> bool:
                    clocks = (await house.view(CASE)).clocks
                    return any(clock.clock == "response_told#1" and clock.status == "met" for clock in clocks)

                await until(is_met, "the promise kept", within=90)
                assert [row.name for row in house.journal(CASE)].count("received.kept") == 1
        assert len(provider.asked) == 2
        assert list(provider.taken) == [line.out_id]
