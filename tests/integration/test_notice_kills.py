"""A worker is killed while a mail server has a message in hand: nothing is lost or doubled, and the promise is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine
from sop_engine.cases.contracts.outgoing import ReceiptInput
from sop_engine.records.outbox import Outbox
from sop_engine.temporal.notices_gateway import NoticesGateway
from tests.integration.complaint import ACTS, COMPLAINT
from tests.integration.installation import Installation, installation, until
from tests.integration.mail_server import PostOffice, listening
from tests.integration.worker_process import process

CASE, CLOCK = "CMP-7", "response_told#1"
BUYER = COMPLAINT["contact_email"]


class Hesitating(PostOffice):
    """Takes the first message to the complainant and is long in saying so."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if BUYER in envelope.rcpt_tos and not self.is_asked:
            self.is_asked = True
            await asyncio.sleep(8)
        return answer


def messages(house: Installation, status: str) -> list[OutboxLine]:
    return list(Outbox(house.engine).messages(ListOutboxInput(case_id=CASE, status=status)).messages)


async def stands(house: Installation, status: str) -> None:
    """Waits until the promise stands so."""

    async def does() -> bool:
        clocks = (await house.view(CASE)).clocks
        return any(clock.clock == CLOCK and clock.status == status for clock in clocks)

    await until(does, f"the promise {status}", within=90)


async def test_a_worker_killed_while_the_mail_server_answers(tmp_path: Path) -> None:
    office = Hesitating()
    with listening(office) as port:
        mail = {"SOP_SMTP_HOST": "127.0.0.1", "SOP_SMTP_PORT": str(port)}
        async with installation(tmp_path) as house:
            async with process(house, **mail) as doomed:
                await house.start("Complaint", CASE, COMPLAINT)
                await until(lambda: house.journal(CASE), "the opening", within=90)
                await house.act(CASE, "complete_task", **ACTS[0])
                await until(lambda: office.is_asked, "the first message", within=90)
                doomed.kill()
                await doomed.wait()
            assert len(messages(house, "sending")) == 1
            async with process(house, **mail) as again:
                (line,) = await until(lambda: messages(house, "accepted"), "the message accepted", within=120)
                await stands(house, "met")
                again.kill()
                await again.wait()
            async with process(house, **mail):
                # What comes back while nobody waited for it takes the promise back all the same.
                told = ReceiptInput(out_id=line.out_id, status="failed", why="550 no such mailbox")
                gateway = NoticesGateway(house.gateway)
                await until(lambda: gateway.receipt(told), "the bounce", within=90)
                await stands(house, "running")
                names = [row.name for row in house.journal(CASE)]
    sent = [message["Message-ID"] for message in office.taken if message["To"] == BUYER]
    assert (len(sent), len(set(sent))) == (2, 1)
    assert (names.count("received.kept"), names.count("received.withdrawn")) == (1, 1)
