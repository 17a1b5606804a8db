"""Notices that wait for something: the ways to an addressee, one message by one way, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.access import reads
from activities.failures import refusals
from activities.lenses import Lenses
from activities.notice_ways import Ways
from sop_engine.basis.faults import NotFound, NotPermitted
from sop_engine.cases.contracts.orders import CarryOut, OrderDone, ResendWebhooksInput
from sop_engine.cases.contracts.outbox import ListOutboxInput, OutboxLine
from sop_engine.cases.contracts.outgoing import NoticePlan, PlanNotice, Receipt, SendNotice, SettleNotice
from sop_engine.cases.people.identity import person_of
from sop_engine.cases.people.organization import Organization
from sop_engine.channels.outbound import Message, Outbound, PermanentError, TransientError
from sop_engine.documents.notices import NoticeTemplates, RenderedNotice
from sop_engine.records.notices import NoticeRepository, NoticeRow
from sop_engine.records.outbox import Outbox, OutboxRow
from sop_engine.temporal.queues import PLAN_NOTICE, RESEND_WEBHOOKS, SEND_NOTICE, SETTLE_NOTICE
from sop_engine.temporal.writes import writes

RESENT_AT_ONCE = 100
DIGEST_PAUSE = timedelta(seconds=15)
"""Before it is looked again whether somebody else has sent what goes out together."""


class OpenChannel(NamedTuple):
    """A channel that can be used; one within the house sends nothing."""

    outbound: Outbound | None
    next_opening: Callable[[datetime], datetime] | None = None
    """When its hours next begin, or the same instant where they are."""
    has_events: bool = False
    """Whether programs read it."""


class OutgoingActivities:
    """Sends what leaves the house, and keeps what was answered."""

    def __init__(
        self,
        engine: Engine,
        organization: Organization,
        templates: NoticeTemplates,
        ways: Ways,
        channels: Mapping[str, OpenChannel],
        lenses: Lenses,
    ) -> None:
        self._lenses = lenses
        self._outbox = Outbox(engine)
        self._notices = NoticeRepository(engine)
        self._organization = organization
        self._templates = templates
        self._ways = ways
        self._channels = channels

    @reads
    @activity.defn(name=PLAN_NOTICE)
    def plan_notice(self, asked: PlanNotice) -> NoticePlan:
        """Every way to the addressee, in order, as things stand now."""
        with refusals():
            rendered = self._rendered(asked.given.addressee.language, asked)
            return self._ways.plan(asked.given, rendered, activity.info().started_time)

    @activity.defn(name=SEND_NOTICE)
    @writes("message")
    def send_notice(self, given: SendNotice) -> Receipt:
        """One message, once per out id: what was answered before is answered again. Fails to be tried anew."""
        began, now = monotonic(), activity.info().started_time

        def at() -> datetime:
            return now + timedelta(seconds=monotonic() - began)

        with refusals():
            rendered = self._rendered(given.attempt.addressee.language, given)
            channel = self._channels.get(given.attempt.channel)
            if channel is None:
                return Receipt(status="refused", at=now, why="the channel is closed")
            if given.attempt.digest_at is not None and now < given.attempt.digest_at:
                self._outbox.begin(_row(given, rendered, channel, now))
                return Receipt(status="later", at=now, not_before=given.attempt.digest_at)
            opening = channel.next_opening(now) if channel.next_opening and given.given.kind != "statutory" else now
            if opening > now:
                return Receipt(status="later", at=now, not_before=opening)
            row = self._outbox.begin(_row(given, rendered, channel, now))
            if row.status != "sending":
                return _answered(row)
            if channel.outbound is None:
                return self._within(given, rendered, row, now)
            if row.digest is not None:
                return self._together(channel.outbound, row, at)
            return self._hand_over(channel.outbound, [row], _message(given, rendered, row), at)

    @activity.defn(name=SETTLE_NOTICE)
    @writes("message")
    def settle_notice(self, given: SettleNotice) -> None:
        """Keeps what a receipt said."""
        self._outbox.settle(given.out_id, status=given.status, settled_at=given.at, error=given.why)

    @activity.defn(name=RESEND_WEBHOOKS)
    @writes("order")
    def resend_webhooks(self, given: CarryOut[ResendWebhooksInput]) -> OrderDone:
        """Sends events once more, the oldest first, under their own ids; ends at the first that is not taken."""
        order = given.order
        with refusals():
            who = person_of(self._organization, order.actor)
            if not who.administrator:
                raise NotPermitted(f"{order.actor} may not have events sent again", allowed=("an administrator",))
            channel = self._channels.get(order.channel)
            if channel is None or channel.outbound is None or not channel.has_events:
                open_ones = [name for name, each in self._channels.items() if each.has_events]
                raise NotFound(f"there is no open webhook {order.channel!r}", allowed=open_ones)
            number = 0 if order.after == "0" else self._outbox.number_of(order.after)
            sent, warnings = 0, list[str]()
            while lines := self._outbox.messages(
                ListOutboxInput(channel=order.channel, after=number, limit=RESENT_AT_ONCE)
            ).messages:
                for line in lines:
                    try:
                        channel.outbound.send(_again(line))
                    except (PermanentError, TransientError) as error:
                        warnings.append(f"{line.out_id}: {error}; go on after the one before it")
                        return OrderDone(what=f"{sent} events", changed=sent > 0, warnings=tuple(warnings))
                    sent, number = sent + 1, line.number
                    activity.heartbeat(number)
            return OrderDone(what=f"{sent} events", changed=sent > 0)

    # -- sending -------------------------------------------------------------------------------------------------------

    def _rendered(self, language: str | None, asked: PlanNotice | SendNotice) -> RenderedNotice:
        """The notice as all whom it is for may read it, where they are of the firm. Whom the procedure names by an
        address is told what the template says: its author chose both."""
        given = asked.given
        facts, values, name = given.facts, given.values, given.addressee.name
        definition = self._lenses.cases.definition_of(facts.case_id, facts.sop)
        if name not in definition.addressees and name not in definition.data:
            people = (name,) if name in self._organization.people else self._organization.people_of(name)
            facts, values = self._lenses.told(facts, given.template, values, people or (None,))
        return self._templates.render(given.template, facts, values, self._organization, language)

    def _hand_over(
        self, outbound: Outbound, rows: list[OutboxRow], message: Message, at: Callable[[], datetime]
    ) -> Receipt:
        try:
            taken = outbound.send(message)
        except PermanentError as error:
            for row in rows:
                self._outbox.settle(row.out_id, status="refused", settled_at=at(), error=str(error))
            return Receipt(status="refused", at=at(), why=str(error))
        except TransientError as error:
            pause = timedelta(seconds=error.retry_after) if error.retry_after is not None else None
            raise ApplicationError(str(error), type="NotNow", next_retry_delay=pause) from None
        sent_at = at()
        for row in rows:
            self._outbox.settle(row.out_id, status="accepted", sent_at=sent_at, reference=taken.reference, error=None)
        return Receipt(status="accepted", at=sent_at, reference=taken.reference)

    def _within(self, given: SendNotice, rendered: RenderedNotice, row: OutboxRow, now: datetime) -> Receipt:
        """A notice in the application is there as soon as it is kept."""
        for person in given.attempt.addressee.people:
            self._notices.record(
                NoticeRow(
                    key=row.out_id,
                    recipient=person,
                    case_id=row.case_id,
                    template=row.template,
                    address=None,
                    channel=row.channel,
                    status="recorded",
                    subject=rendered.subject,
                    text=rendered.text,
                    recorded_at=now,
                )
            )
        self._outbox.settle(row.out_id, status="delivered", sent_at=now, settled_at=now)
        return Receipt(status="delivered", at=now)

    def _together(self, outbound: Outbound, row: OutboxRow, at: Callable[[], datetime]) -> Receipt:
        """One message for all that the addressee gets at this instant; whoever comes first sends it for the others."""
        rows = self._outbox.claim_digest(str(row.digest), at())
        if rows is None:
            raise ApplicationError("another notice sends what goes out together", next_retry_delay=DIGEST_PAUSE)
        if row.out_id not in {each.out_id for each in rows}:
            return _answered(self._outbox.begin(row))
        text = "\n\n".join(f"{each.subject}\n{each.text}" for each in rows)
        subject = row.subject if len(rows) == 1 else f"{len(rows)} notices 共{len(rows)}条通知"
        message = Message(
            key=rows[0].out_id,
            to=str(row.address),
            subject=subject,
            text=text,
            short=subject,
            html="",
            at=row.begun_at,
            called=row.recipient,
            template=row.template,
        )
        return self._hand_over(outbound, rows, message, at)


def _row(given: SendNotice, rendered: RenderedNotice, channel: OpenChannel, now: datetime) -> OutboxRow:
    attempt, notice = given.attempt, given.given
    address = attempt.address
    digest = None
    if attempt.digest_at is not None:
        digest = f"{attempt.channel} {address} {attempt.digest_at.isoformat(timespec='minutes')}"
    return OutboxRow(
        out_id=given.out_id,
        notice=given.notice,
        case_id=notice.case_id,
        name=notice.name,
        recipient=notice.addressee.called or notice.addressee.name,
        channel=attempt.channel,
        address=address,
        template=notice.template,
        subject=rendered.subject,
        text=rendered.text,
        event=_event(given) if channel.has_events else None,
        status="sending",
        begun_at=now,
        digest=digest,
    )


def _event(given: SendNotice) -> dict[str, Any]:
    """What a program is told: what the notice says by `with`, and of which case it speaks."""
    facts = given.given.facts
    return {"case": facts.case_id, "sop": facts.sop, "notice": given.given.name, "values": given.given.values}


def _message(given: SendNotice, rendered: RenderedNotice, row: OutboxRow) -> Message:
    return Message(
        key=row.out_id,
        to=str(row.address),
        subject=rendered.subject,
        text=rendered.text,
        short=rendered.short,
        html=rendered.html,
        at=row.begun_at if row.event is not None else given.given.facts.at,
        called=row.recipient,
        language=given.attempt.addressee.language or "",
        template=row.template,
        event=row.event,
    )


def _again(line: OutboxLine) -> Message:
    return Message(
        key=line.out_id,
        to=str(line.address),
        subject=line.subject,
        text=line.text,
        short=line.subject,
        html="",
        at=line.begun_at,
        template=line.template,
        event=line.event,
    )


def _answered(row: OutboxRow) -> Receipt:
    """What was answered before."""
    if row.status == "refused":
        return Receipt(status="refused", at=row.settled_at or row.begun_at, why=row.error)
    status = "delivered" if row.status == "delivered" else "accepted"
    at = row.settled_at if status == "delivered" else row.sent_at
    return Receipt.model_validate({"status": status, "at": at or row.begun_at, "reference": row.reference})
