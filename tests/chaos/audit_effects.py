"""Notices, mails, papers, numbers and entries: each that a step asks for once, and none beside."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from temporalio.api.enums.v1 import EventType

from sop_engine.cases.running.effects.document import MakeDocument
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.running.effects.post import Post
from sop_engine.channels.mail import Mail, MailServer
from tests.chaos.auditing import Difference, Found

NUMBER = "next_number"


class Promise(NamedTuple):
    """What a step of a procedure asks for, as its file says."""

    sop: str
    kind: str
    step: str
    effect: str
    template: str


PROMISES = (
    Promise("Complaint", "task", "registered.acknowledged", "notice", "complaint_received"),
    Promise("Complaint", "event", "complainant.informed", "notice", "complaint_progress"),
    Promise("Complaint", "task", "approving_plan.approved", "notice", "complaint_plan"),
    Promise("Complaint", "task", "handling.done", "notice", "complaint_result"),
    Promise("Invoicing", "task", "sending.sent", "notice", "invoice_sent"),
    Promise("Invoicing", "task", "issuing.issued", "paper", "invoice"),
    Promise("Invoicing", "task", "issuing.issued", "entry", "invoice_issued"),
    Promise("CommissionIntake", "task", "reviewing.clean", "paper", "acceptance"),
    Promise("CommissionIntake", "task", "received.recorded", "notice", "commission_received"),
)


def check_effects(found: Found, taken_mails: Mapping[str, int], sender: MailServer) -> Iterator[Difference]:
    yield from _asked_for(found)
    yield from _promised(found)
    yield from _mails(found, taken_mails, sender)
    yield from _numbers(found)
    yield from _books(found)


def doubled_mails(taken: Mapping[str, int]) -> int:
    """Mails that were handed over more than once, under the same Message-ID."""
    return sum(times > 1 for times in taken.values())


def _asked_for(found: Found) -> Iterator[Difference]:
    """Every effect that a history asks for, by its key, against the rows that bear the key."""
    asked: defaultdict[str, dict[str, str]] = defaultdict(dict)
    done: defaultdict[str, set[str]] = defaultdict(set)
    entries = {row.entry_id: row.key for row in found.entries}
    for history in found.histories:
        scheduled: dict[int, tuple[str, str]] = {}
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                attributes = event.activity_task_scheduled_event_attributes
                name = attributes.activity_type.name
                if name in KEPT:
                    key = str(json.loads(attributes.input.payloads[0].data)["key"])
                    asked[name][key] = history.workflow_id
                    scheduled[event.event_id] = (name, key)
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                completed = event.activity_task_completed_event_attributes
                name, key = scheduled.get(completed.scheduled_event_id, ("", ""))
                if name == Post.activity:
                    # What a person did stands for what a cancellation would undo: one entry, under the first key.
                    entry_id = json.loads(completed.result.payloads[0].data)["entry_id"]
                    key = entries.get(entry_id, key)
                if name:
                    done[name].add(key)
    kept = {
        Notify.activity: {row.key for row in found.notices},
        MakeDocument.activity: {row.key for row in found.documents},
        Post.activity: {row.key for row in found.entries},
        NUMBER: {row.key for row in found.numbers},
    }
    for name, keys in kept.items():
        for key in sorted(done[name] - keys):
            yield Difference("effects", asked[name][key], f"{name} {key} was carried out and left no row")
        for key in sorted(keys - {*asked[name]}):
            yield Difference("effects", key, f"{KEPT[name]}: no history asks for this one")


KEPT: Mapping[str, str] = MappingProxyType(
    {Notify.activity: "a notice", MakeDocument.activity: "a paper", Post.activity: "an entry", NUMBER: "a number"}
)


def _promised(found: Found) -> Iterator[Difference]:
    """As many notices, papers and entries of a case as its journal has steps that ask for one."""
    kept: Counter[tuple[str, str, str]] = Counter()
    kept.update((row.case_id, "notice", row.template) for row in found.notices)
    notices = {(row.notice, row.case_id, row.template) for row in found.outbox}
    kept.update((case_id, "notice", template) for _, case_id, template in notices)
    kept.update((row.case_id, "paper", row.template) for row in found.documents)
    kept.update((row.case_id, "entry", row.entry) for row in found.entries)
    for case_id, rows in found.journal.items():
        case = found.cases.get(case_id)
        steps = Counter((row.kind, row.name) for row in rows)
        for promise in PROMISES:
            if case is None or case.sop != promise.sop:
                continue
            promised = steps[promise.kind, promise.step]
            stands = kept[case_id, promise.effect, promise.template]
            if promised != stands:
                what = f"{promise.step} {promised} times, {promise.effect} {promise.template} {stands} times"
                yield Difference("effects", case_id, what)


def _mails(found: Found, taken: Mapping[str, int], sender: MailServer) -> Iterator[Difference]:
    """Every notice by mail is sent, was taken by the mail server, and nothing else was."""
    expected: set[str] = set()
    under_way = _under_way(found)
    for row in found.notices:
        if row.channel != "mail":
            continue
        mail = Mail(key=row.key, to=row.address, subject="", text="", html="", at=row.recorded_at)
        message_id = str(sender.message(mail)["Message-ID"])
        expected.add(message_id)
        if row.status != "sent":
            if row.key not in under_way:
                yield Difference("mails", row.case_id, f"{row.template} to {row.address} is {row.status}")
        elif not taken.get(message_id):
            yield Difference("mails", row.case_id, f"{row.template} to {row.address} is sent, but nobody took it")
    for row in found.outbox:
        if row.channel != "mail":
            continue
        mail = Mail(key=row.out_id, to=row.address, subject="", text="", html="", at=row.begun_at)
        message_id = str(sender.message(mail)["Message-ID"])
        expected.add(message_id)
        if row.status in ("accepted", "delivered") and not taken.get(message_id):
            yield Difference(
                "mails", row.notice, f"{row.template} to {row.address} is {row.status}, but nobody took it"
            )
    for message_id in sorted({*taken} - expected):
        yield Difference("mails", message_id, "a mail without a notice")


def _under_way(found: Found) -> set[str]:
    """The keys of notices that a clock asked for when the workers were ended, and that the next worker sends."""
    keys: set[str] = set()
    for history in found.histories:
        begun: dict[int, str] = {}
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                attributes = event.activity_task_scheduled_event_attributes
                if attributes.activity_type.name == Notify.activity:
                    begun[event.event_id] = str(json.loads(attributes.input.payloads[0].data)["key"])
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                begun.pop(event.activity_task_completed_event_attributes.scheduled_event_id, None)
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                begun.pop(event.activity_task_failed_event_attributes.scheduled_event_id, None)
        keys |= {*begun.values()}
    return keys


def _numbers(found: Found) -> Iterator[Difference]:
    """Each register counts without gap or double, and each number stands in its case."""
    serials: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for row in found.numbers:
        serials[row.register_name, row.year].append(row.serial)
    for (register, year), given in serials.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield Difference("numbers", f"{register} {year}", f"gaps or doubles: {sorted(given)}")
    of_case = Counter(row.case_id for row in found.numbers if row.register_name == "invoice")
    for case_id in {*of_case} | {row.case_id for row in found.cases.values() if row.sop == "Invoicing"}:
        taken = sum((row.kind, row.name) == ("work", "numbering.done") for row in found.journal.get(case_id, ()))
        case = found.cases.get(case_id)
        # A case that was cancelled while its number came keeps it unused.
        unused = 1 if case is not None and case.status == "cancelled" else 0
        if not taken <= of_case[case_id] <= taken + unused:
            yield Difference("numbers", case_id, f"{of_case[case_id]} numbers given, {taken} taken")


def _books(found: Found) -> Iterator[Difference]:
    """Every entry balances, no posting stands twice, and what was reversed had been issued."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in found.lines:
        sums[line.entry_id, line.currency] += line.amount if line.side == "debit" else -line.amount
    for (entry_id, currency), rest in sums.items():
        if rest:
            yield Difference("ledger", entry_id, f"does not balance by {rest} {currency}")
    postings = Counter((row.entry, row.business_key) for row in found.entries)
    for (entry, key), times in postings.items():
        if times > 1:
            yield Difference("ledger", key, f"{entry} stands {times} times")
        if entry == "invoice_reversed" and not postings["invoice_issued", key]:
            yield Difference("ledger", key, "reversed and never issued")
    yield from _reversals(found)


def _reversals(found: Found) -> Iterator[Difference]:
    """An invoice is reversed when it is voided, and when its case is cancelled with one that stands."""
    entries: Counter[tuple[str, str]] = Counter((row.case_id, row.entry) for row in found.entries)
    for case in found.cases.values():
        if case.sop != "Invoicing":
            continue
        steps: Counter[Any] = Counter((row.kind, row.name) for row in found.journal.get(case.case_id, ()))
        issued, voided = steps["task", "issuing.issued"], steps["task", "voiding.approved"]
        expected = issued if case.status == "cancelled" else voided
        if entries[case.case_id, "invoice_reversed"] != expected:
            reversed_times = entries[case.case_id, "invoice_reversed"]
            yield Difference("ledger", case.case_id, f"{expected} reversals expected, {reversed_times} booked")
