"""An installation with a small procedure that promises to tell a buyer, and channels that end on the loopback."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine
from sop_engine.cases.contracts.outgoing import MendNoticeInput, NoticeAnswer, NoticeView, ReceiptInput
from sop_engine.cases.contracts.registers import GivenRow, KeepRowsInput
from sop_engine.cases.contracts.views import CaseView, ClockView
from sop_engine.content.library import content_root, load_library
from sop_engine.records.outbox import Outbox
from sop_engine.temporal.registers_gateway import RegistersGateway
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.harness import House, time_skipping_house

PROMISE = """
sop: Promise
version: 1
title: {en: Promise, zh: 承诺}
owner: customer_service_agent
calendar: cn_office
data:
  buyer_name: {type: text, default: Wang Lei, title: {en: Buyer, zh: 买方}}
  phone: {type: text, title: {en: Telephone, zh: 电话}}
  email: {type: text, title: {en: E-mail, zh: 邮箱}}
  customer_no: {type: text, title: {en: Customer, zh: 客户}}
addressees:
  buyer: {called: buyer_name, phone: phone, email: email, customer: customer_no}
clocks:
  tell: {title: {en: Tell, zh: 告知}, within: 2 hours, start: opened, stop: told.kept}
initial: waiting
states:
  waiting:
    title: {en: Waiting, zh: 等待}
    entry: [{notify: buyer, as: told, counts: delivered, template: promise, WITH}]
    task:
      role: operator
      within: 30 working days
      outcomes: {done: {en: Done, zh: 完成}}
    on: {waiting.done: closed}
  closed: {title: {en: Closed, zh: 结束}, final: closed}
"""
NOTICE = """{% block subject %}Promise {{ case.case_id }}{% endblock %}
{% block body %}Kept 兑现{% endblock %}
{% block short_zh %}已兑现 {{ case.case_id }}{% endblock %}
"""
CHANNELS = """
mail: {DIGEST kind: smtp, delivered_by: acceptance, bounces_within: 24 hours}
sms:
  kind: http
  url_from: SOP_SMS_URL
  secret: SOP_SMS_KEY
  body: {to: "{address}", text: "{short}", out_id: "{out_id}"}
  accepted: answer.code == 'OK'
  reference: answer.id
  delivered_by: receipt
  receipt_within: 1 hour
  tries_within: 20 minutes
  timeout_seconds: 3
  MORE
call: {kind: case, sop: Call, told: {told: delivered}}
post: {kind: case, sop: Letter, told: {posted: accepted, delivered: delivered}}
"""
MORNING = "2094-03-02 10:00"
"""A Tuesday."""


@dataclass
class Notices:
    """What tests of notices ask of the house."""

    house: House

    async def promise(self, case_id: str, **data: Any) -> Desk:
        return await Desk.open(self.house, "Promise", case_id, **data)

    async def sent(self, case_id: str, status: str | None = None) -> list[OutboxLine]:
        """What the outbox has of a case, the oldest first."""
        given = ListOutboxInput(case_id=case_id, status=status, after=0)
        return list(Outbox(self.house.engine).messages(given).messages)

    async def one_sent(self, case_id: str, status: str) -> OutboxLine:
        found: list[OutboxLine] = await self.house.until(lambda: self.sent(case_id, status), f"a message {status}")
        return found[0]

    async def receipt(self, out_id: str, status: str, **more: Any) -> NoticeAnswer:
        given = ReceiptInput.model_validate({"out_id": out_id, "status": status, **more})
        handle = self.house.handle(out_id.rpartition("~")[0])
        answer: NoticeAnswer = await handle.execute_update("receipt", given, result_type=NoticeAnswer)
        return answer

    async def mend(self, case_id: str, how: str, **more: Any) -> None:
        given = MendNoticeInput.model_validate({"actor": "li.na", "how": how, "reason": "the right number", **more})
        handle = self.house.handle(f"{case_id}.notice.told#1")
        await handle.execute_update("mend", given, result_type=NoticeAnswer)

    async def customer(self, customer_no: str, **values: Any) -> None:
        """Keeps a row of the register of customers."""
        row = GivenRow(values={"customer_no": customer_no, "name": "Buyer", **values})
        given = KeepRowsInput(register_name="customers", rows=(row,), actor="lin.yue", reason="a test")
        await RegistersGateway(self.house.gateway).keep(given)

    async def state(self, case_id: str) -> NoticeView:
        handle = self.house.handle(f"{case_id}.notice.told#1")
        found: NoticeView = await handle.query("state", result_type=NoticeView)
        return found

    async def clock(self, case_id: str, status: str) -> ClockView:
        """The promise, once it stands so."""

        async def stands() -> ClockView | None:
            view: CaseView = await self.house.view(case_id)
            return next((clock for clock in view.clocks if clock.clock == "tell#1" and clock.status == status), None)

        found: ClockView = await self.house.until(stands, f"the clock of {case_id} {status}")
        return found


@asynccontextmanager
async def notice_house(
    folder: Path,
    *,
    sms: str = "",
    port: int | None = None,
    notify: str = "else: [call]",
    more: str = "",
    digest: str = "",
) -> AsyncIterator[Notices]:
    """`notify` is what the procedure says of its notice, `more` what is said of the gateway of text messages."""
    root = folder / "sop_definitions"
    shutil.copytree(content_root(), root)
    (root / "service" / "Promise.yaml").write_text(PROMISE.replace("WITH", notify), encoding="utf-8")
    (root / "notices" / "promise.j2").write_text(NOTICE, encoding="utf-8")
    (root / "channels.yaml").write_text(CHANNELS.replace("MORE", more).replace("DIGEST", digest), encoding="utf-8")
    options: dict[str, Any] = {"channel_settings": {"SOP_SMS_URL": sms, "SOP_SMS_KEY": "k3y"} if sms else {}}
    if port is not None:
        options |= {"smtp_host": "127.0.0.1", "smtp_port": port}
    async with time_skipping_house(folder, library=load_library(root), **options) as house:
        await house.pass_until(china(MORNING))
        yield Notices(house)
