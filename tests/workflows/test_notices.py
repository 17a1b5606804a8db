"""Notices that wait: text messages, mail and calls against real receivers, and the promise that they keep or break."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from tests.integration.mail_server import PostOffice, listening
from tests.integration.provider import Behaviour, Provider, after, hangs_up, says, serving_http
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows.desk import Desk
from tests.workflows.notice_house import Notices, notice_house

PHONE, EMAIL = "+86 138 0000 0000", "wang@buyer.example"
TAKEN = says({"code": "OK", "id": "sms-1"})
CALL = "P-1.notice.told#1.call"


@asynccontextmanager
async def texting(folder: Path, *behaviour: Behaviour, **options: Any) -> AsyncIterator[tuple[Notices, Provider]]:
    with serving_http(Provider(*behaviour)) as provider:
        async with notice_house(folder, sms=provider.url, **options) as notices:
            yield notices, provider


async def told_by_call(notices: Notices, minutes: int) -> None:
    """Somebody calls, and records later that it was so many minutes ago."""
    desk = Desk(notices.house, CALL)
    await desk.task("calling")
    said = (await notices.house.now()) - timedelta(minutes=minutes)
    await desk.do("li.na", "calling", "told", told_at=said.isoformat(), told_whom="Wang Lei")


async def test_a_text_message_keeps_the_promise_when_its_receipt_says_so(tmp_path: Path) -> None:
    async with texting(tmp_path) as (notices, provider):
        await notices.promise("P-1", phone=PHONE)
        row = await notices.one_sent("P-1", "accepted")
        assert (row.reference, row.address) == ("sms-1", "+8613800000000")
        await notices.clock("P-1", "running")
        await notices.house.pass_time(timedelta(minutes=30))
        at = await notices.house.now() - timedelta(minutes=20)
        await notices.receipt(row.out_id, "delivered", at=at)
        assert (await notices.clock("P-1", "met")).elapsed == "10 min"
        assert await notices.one_sent("P-1", "delivered")
    assert len(provider.asked) == 1


async def test_a_receipt_of_a_message_that_nobody_sent_is_refused(tmp_path: Path) -> None:
    async with texting(tmp_path) as (notices, _):
        await notices.promise("P-1", phone=PHONE)
        row = await notices.one_sent("P-1", "accepted")
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await notices.receipt(f"{row.notice}~000000000000", "delivered")
        assert "is no message of this notice" in str(refused.value.cause)
        await notices.clock("P-1", "running")


@pytest.mark.parametrize(
    "behaviour",
    [
        [after(6, TAKEN), TAKEN],
        [hangs_up, TAKEN],
        [says({}, 503, Retry_After="1"), TAKEN],
    ],
    ids=["slow", "broken off", "busy"],
)
async def test_what_nobody_knows_of_is_sent_again_under_the_same_key(
    tmp_path: Path, behaviour: list[Behaviour]
) -> None:
    async with texting(tmp_path, *behaviour) as (notices, provider):
        await notices.promise("P-1", phone=PHONE)
        row = await notices.one_sent("P-1", "accepted")
        await notices.receipt(row.out_id, "delivered")
        await notices.clock("P-1", "met")
        assert len(await notices.sent("P-1")) == 1
    assert len(provider.asked) == 2
    assert list(provider.taken) == [row.out_id]


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (says({"code": "isv.BLACKLIST"}), "isv.BLACKLIST"),
        (says({}, 302, Location="/elsewhere"), "302: a redirect"),
        (says({}, 401), "401"),
    ],
    ids=["an error within 200", "a redirect", "a refusal"],
)
async def test_what_a_gateway_refuses_is_told_by_a_call(tmp_path: Path, behaviour: Behaviour, why: str) -> None:
    async with texting(tmp_path, behaviour) as (notices, provider):
        await notices.promise("P-1", phone=PHONE)
        row = await notices.one_sent("P-1", "refused")
        assert why in str(row.error)
        await Desk(notices.house, CALL).task("calling")
        await notices.house.pass_time(timedelta(minutes=15))
        await told_by_call(notices, minutes=5)
        assert (await notices.clock("P-1", "met")).elapsed == "10 min"
    assert len(provider.asked) == 1


async def test_a_gateway_that_never_answers_ends_in_a_call(tmp_path: Path) -> None:
    async with texting(tmp_path, hangs_up) as (notices, provider):
        await notices.promise("P-1", phone=PHONE)
        await notices.house.pass_time(timedelta(minutes=25))
        await told_by_call(notices, minutes=2)
        assert (await notices.clock("P-1", "met")).elapsed == "23 min"
    assert len(provider.taken) == 1
    assert len(provider.asked) > 1


async def test_a_receipt_that_comes_late_ends_the_call_and_counts_when_it_was(tmp_path: Path) -> None:
    async with texting(tmp_path) as (notices, _):
        await notices.promise("P-1", phone=PHONE)
        row = await notices.one_sent("P-1", "accepted")
        await notices.house.pass_time(timedelta(hours=1, minutes=1))
        call = Desk(notices.house, CALL)
        await call.task("calling")
        at = await notices.house.now() - timedelta(minutes=31)
        await notices.receipt(row.out_id, "delivered", at=at)
        assert (await notices.clock("P-1", "met")).elapsed == "30 min"
        assert await call.ended() == "cancelled"


async def test_nobody_told_is_a_promise_broken(tmp_path: Path) -> None:
    async with texting(tmp_path) as (notices, _):
        await notices.promise("P-1", phone=PHONE)
        await notices.one_sent("P-1", "accepted")
        await notices.house.pass_time(timedelta(hours=2, minutes=5))
        await notices.clock("P-1", "breached")


async def test_mail_that_comes_back_takes_the_promise_back(tmp_path: Path) -> None:
    office = PostOffice()
    with listening(office) as port:
        async with notice_house(tmp_path, port=port) as notices:
            await notices.promise("P-1", email=EMAIL)
            row = await notices.one_sent("P-1", "accepted")
            await notices.clock("P-1", "met")
            await notices.house.pass_time(timedelta(minutes=40))
            await notices.receipt(row.out_id, "failed", why="550 no such mailbox")
            await notices.clock("P-1", "running")
            await notices.house.pass_time(timedelta(minutes=10))
            await told_by_call(notices, minutes=0)
            assert (await notices.clock("P-1", "met")).elapsed == "50 min"
    assert len(office.taken) == 1


async def test_a_mail_server_that_refuses_or_is_slow(tmp_path: Path) -> None:
    office = PostOffice()
    with listening(office) as port:
        async with notice_house(tmp_path, port=port) as notices:
            await notices.promise("P-1", email="unknown@buyer.example")
            assert "550 no such mailbox" in str((await notices.one_sent("P-1", "refused")).error)
            await Desk(notices.house, CALL).task("calling")
            office.answer = "451 come again"
            await notices.promise("P-2", email=EMAIL)
            await notices.one_sent("P-2", "sending")
            await notices.clock("P-2", "running")
            office.answer = "250 OK"
            await notices.house.pass_time(timedelta(minutes=10))
            await notices.clock("P-2", "met")
    assert [message["To"] for message in office.taken] == [EMAIL]


async def test_quiet_hours_put_a_message_off_until_the_morning(tmp_path: Path) -> None:
    async with texting(tmp_path, more="hours: customer_daytime") as (notices, provider):
        await notices.house.pass_until(china("2094-03-02 22:30"))
        await notices.promise("P-1", phone=PHONE)
        assert (await notices.state("P-1")).status == "waiting"
        await notices.house.pass_until(china("2094-03-03 07:59"))
        assert provider.asked == []
        await notices.house.pass_until(china("2094-03-03 08:01"))
        await notices.one_sent("P-1", "accepted")
    assert len(provider.asked) == 1


async def test_quiet_hours_that_end_too_late_are_no_reason_to_wait(tmp_path: Path) -> None:
    notify = "within: 2 hours, else: [call]"
    async with texting(tmp_path, more="hours: customer_daytime", notify=notify) as (notices, provider):
        await notices.house.pass_until(china("2094-03-02 22:30"))
        await notices.promise("P-1", phone=PHONE)
        await Desk(notices.house, CALL).task("calling")
    assert provider.asked == []


async def test_what_is_owed_by_law_waits_for_no_quiet_hours(tmp_path: Path) -> None:
    notify = "class: statutory, else: [call]"
    async with texting(tmp_path, more="hours: customer_daytime", notify=notify) as (notices, _):
        await notices.house.pass_until(china("2094-03-02 22:30"))
        await notices.promise("P-1", phone=PHONE)
        await notices.one_sent("P-1", "accepted")


async def test_who_reads_chinese_is_written_to_in_chinese(tmp_path: Path) -> None:
    async with texting(tmp_path) as (notices, provider):
        await notices.customer("C-1", language="zh", contacts=[{"name": "Wang", "phone": PHONE}])
        await notices.promise("P-1", customer_no="C-1")
        await notices.one_sent("P-1", "accepted")
        await notices.promise("P-2", phone=PHONE)
        await notices.one_sent("P-2", "accepted")
    assert [body["text"] for body in provider.asked] == ["已兑现 P-1", "Promise P-2"]


async def test_marketing_goes_to_nobody_who_does_not_want_it(tmp_path: Path) -> None:
    async with texting(tmp_path, notify="class: marketing, else: [call]") as (notices, provider):
        await notices.customer("C-1", opt_outs=["marketing"], contacts=[{"name": "Wang", "phone": PHONE}])
        await notices.promise("P-1", customer_no="C-1")

        async def over() -> bool:
            return any(step.kind == "notice" for step in await notices.house.timeline("P-1"))

        await notices.house.until(over, "word that it is not wanted")
        assert not (await notices.house.view("P-1")).incidents
    assert provider.asked == []


async def test_what_is_wanted_together_comes_in_one_mail(tmp_path: Path) -> None:
    office = PostOffice()
    with listening(office) as port:
        async with notice_house(tmp_path, port=port, digest="hours: customer_daytime, digest_at: '17:00', ") as notices:
            await notices.customer("C-1", digest=True, contacts=[{"name": "Wang", "email": EMAIL}])
            for number in (1, 2, 3):
                await notices.promise(f"P-{number}", customer_no="C-1")
                await notices.one_sent(f"P-{number}", "sending")
            await notices.house.pass_until(china("2094-03-02 16:59"))
            assert _to_buyer(office) == []
            await notices.house.pass_until(china("2094-03-02 17:01"))
            for number in (1, 2, 3):
                await notices.one_sent(f"P-{number}", "accepted")
    (mail,) = _to_buyer(office)
    text = mail.get_body(("plain",))
    assert text is not None
    assert all(f"Promise P-{number}" in text.get_content() for number in (1, 2, 3))


def _to_buyer(office: PostOffice) -> list[EmailMessage]:
    """What the house itself is told of its clocks goes by mail too."""
    return [message for message in office.taken if message["To"] == EMAIL]


async def test_nobody_reached_is_an_incident_that_a_person_mends(tmp_path: Path) -> None:
    async with texting(tmp_path, says({"code": "no"}), TAKEN, notify="else: []") as (notices, _):
        await notices.promise("P-1", phone=PHONE)

        async def blocked() -> bool:
            return (await notices.house.view("P-1")).status == "blocked"

        await notices.house.until(blocked, "an incident")
        (incident,) = (await notices.house.view("P-1")).incidents
        assert "sms: the gateway did not take it" in incident["message"]
        await notices.mend("P-1", "correct", phone="+8613900000000")
        row = await notices.one_sent("P-1", "accepted")
        assert row.address == "+8613900000000"
        await notices.receipt(row.out_id, "delivered")
        await notices.clock("P-1", "met")
        assert not (await notices.house.view("P-1")).incidents
