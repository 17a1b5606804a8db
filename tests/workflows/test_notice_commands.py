"""What operators do with notices: look, mend, resume a webhook; and notices to several addressees."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from sop_engine.basis.faults import NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.orders import ResendWebhooksInput
from sop_engine.cases.contracts.outbox import ListOutboxInput
from sop_engine.cases.contracts.outgoing import MendNoticeInput, ReceiptInput
from sop_engine.content.library import content_root, load_library
from sop_engine.records.outbox import Outbox
from sop_engine.temporal.notices_gateway import NoticesGateway
from tests.integration.provider import Provider, says, serving_http
from tests.workflows.harness import time_skipping_house
from tests.workflows.notice_house import NOTICE, PROMISE, notice_house

KEY = "whsec_" + base64.b64encode(b"a key of some length").decode()
HOOK = "hook: {kind: webhook, url_from: SOP_HOOK_URL, secret: SOP_HOOK_KEY, delivered_by: acceptance}\n"


async def test_events_are_sent_again_under_the_ids_that_they_have(tmp_path: Path) -> None:
    root = tmp_path / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Promise.yaml").write_text(PROMISE.replace("WITH", "by: [hook]"), encoding="utf-8")
    (root / "notices" / "promise.j2").write_text(NOTICE, encoding="utf-8")
    with (root / "channels.yaml").open("a", encoding="utf-8") as file:
        file.write(HOOK)
    with serving_http(Provider(says({}))) as provider:
        settings = {"SOP_HOOK_URL": provider.url, "SOP_HOOK_KEY": KEY}
        async with time_skipping_house(tmp_path, library=load_library(root), channel_settings=settings) as house:
            gateway = NoticesGateway(house.gateway)
            for number in (1, 2, 3):
                await house.open("Promise", f"P-{number}", {"phone": "+8613800000000"})

                async def is_met(case_id: str = f"P-{number}") -> bool:
                    return any(clock.status == "met" for clock in (await house.view(case_id)).clocks)

                await house.until(is_met, "the event delivered")
            first = [body["id"] for body in provider.asked]
            lines = Outbox(house.engine).messages(ListOutboxInput(channel="hook", after=0)).messages
            assert [line.out_id for line in lines] == first
            asked = ResendWebhooksInput(channel="hook", after=first[0], actor="admin", reason="they lost them")
            assert (await gateway.resend(asked)).what == "2 events"
            assert [body["id"] for body in provider.asked[3:]] == first[1:]
            assert [body["time"] for body in provider.asked[3:]] == [body["time"] for body in provider.asked[1:3]]
            with pytest.raises(NotPermitted):
                await gateway.resend(asked.model_copy(update={"actor": "li.na"}))
            with pytest.raises(NotFound):
                await gateway.resend(asked.model_copy(update={"after": "nobody"}))


async def test_a_notice_is_mended_by_who_may_and_where_it_needs_it(tmp_path: Path) -> None:
    with serving_http(Provider(says({"code": "no"}))) as provider:
        async with notice_house(tmp_path, sms=provider.url, notify="else: []") as notices:
            gateway = NoticesGateway(notices.house.gateway)
            await notices.promise("P-1", phone="+8613800000000")

            async def blocked() -> bool:
                return (await notices.house.view("P-1")).status == "blocked"

            await notices.house.until(blocked, "an incident")
            notice = "P-1.notice.told#1"
            assert (await gateway.notice(notice)).status == "failed"
            skip = MendNoticeInput(actor="ma.chao", how="skip", reason="told at the counter")
            with pytest.raises(NotPermitted):
                await gateway.mend(notice, skip)
            with pytest.raises(Refused, match="a correction names"):
                await gateway.mend(notice, MendNoticeInput(actor="li.na", how="correct", reason="?"))
            await gateway.mend(notice, skip.model_copy(update={"actor": "li.na"}))

            async def goes_on() -> bool:
                return (await notices.house.view("P-1")).status == "open"

            await notices.house.until(goes_on, "the case going on")
            with pytest.raises(NotFound):
                await gateway.receipt(ReceiptInput(out_id="P-9.notice.told#1~0", status="delivered"))
