"""Notices that wait for something: what a case asks of the workflow of a notice, what that asks of its activities, and
what it tells the case.

Every instant is in UTC. A notice's id is `<case>.notice.<key>`; the id of one attempt of it, the *out id*, goes to the
provider, who names it in receipts.
"""

from __future__ import annotations

from typing import Any, Literal

from sop_engine.cases.contracts.base import Contract, ForCase
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.statechart.values import Data
from sop_engine.timekeeping.instants import Instant

Counts = Literal["accepted", "delivered"]
"""When a notice is kept: a provider took it, or the addressee has it."""
NoticeClass = Literal["service", "statutory", "marketing"]
"""Marketing obeys opt-outs; statutory alone ignores quiet hours."""
NoticeWord = Literal["accepted", "delivered", "kept", "failed", "withdrawn", "skipped"]
"""What a case hears of a notice, as `<as>.<word>`."""
WORDS: tuple[NoticeWord, ...] = ("accepted", "delivered", "kept", "failed", "withdrawn", "skipped")
ALWAYS: tuple[NoticeWord, ...] = ("kept", "failed", "withdrawn", "skipped")
"""What a case is told whether or not its procedure waits for it: the state of the promise."""


class Addressee(Contract):
    """Whom a notice is for, and how they are reached as far as the case knows."""

    name: str
    """A role, a person of the firm, or what the procedure calls them."""
    called: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    """By post."""
    url: str | None = None
    """Of a webhook."""
    language: Literal["en", "zh"] | None = None
    customer: str | None = None
    """A key of the register of customers, which knows contacts, opt-outs and what is preferred."""
    people: tuple[str, ...] = ()
    """Persons of the firm."""

    def at(self, kind: str) -> str | None:
        """The address of a kind: `email`, `phone`, `address`, `url`, `people`."""
        if kind == "people":
            return ", ".join(self.people) or None
        found: str | None = getattr(self, kind)
        return found


class NoticeInput(Contract):
    """What a notice is started with."""

    case_id: str
    key: str
    """Of the case: `told#1`, of several addressees `told#1.2`."""
    name: str
    """The notice's `as`."""
    addressee: Addressee
    counts: Counts = "accepted"
    until: Instant | None = None
    """Until then the addressee is to be reached by a message; from then on by what stands in `otherwise`."""
    kind: NoticeClass = "service"
    by: tuple[str, ...] = ()
    """Channels, in order; every one that reaches the addressee when empty."""
    otherwise: tuple[str, ...] = ()
    """Channels that are tried after the others, such as a call."""
    template: str
    values: dict[str, Any] = {}
    facts: CaseFacts
    tells: tuple[NoticeWord, ...] = ALWAYS
    waits_for_person: bool = False
    """Whether it waits to be mended when it failed, for an incident of the case does."""
    owner: str
    """The role that may mend it."""


class NoticeReport(Contract):
    """Signal `case.notice`: how far a notice has come."""

    key: str
    case_id: str
    """Of the notice: its workflow's id."""
    run_id: str
    """First run of the notice."""
    number: int
    """1, 2, … : so that each is taken once, in order."""
    word: NoticeWord
    at: Instant
    """When it happened: of a receipt, when the provider says."""
    channel: str | None = None
    note: str | None = None
    declined: bool = False
    """The addressee wants no such notice: nothing failed, and nobody has to mend anything."""


class NoticeStarted(Contract):
    """A notice runs; what it reports carries this run id."""

    run_id: str
    """Empty where it was started before a reset."""


# -- what its activities are asked -------------------------------------------------------------------------------------


class PlanNotice(ForCase):
    """Activity `plan_notice`: by which channels, in which order?"""

    notice: str
    given: NoticeInput

    @property
    def of_case(self) -> str:
        return self.notice


class Attempt(Contract):
    """One way that is tried."""

    channel: str
    addressee: Addressee
    """With what the register knows."""
    address: str | None = None
    """The one that this way uses."""
    is_case: bool = False
    sop: str | None = None
    """The procedure of a channel that is a task of somebody's."""
    reports: dict[str, Counts] = {}
    """How such a case ends, and what that means."""
    data: Data = {}
    """What it is opened with."""
    accepted_is_delivered: bool = False
    receipt_seconds: int = 0
    """How long a receipt is waited for."""
    bounce_seconds: int = 0
    """How long what was delivered may still come back."""
    tries_seconds: int = 3_600
    """How long a provider that does not answer is asked again."""
    digest_at: Instant | None = None
    """The addressee wants such notices together, at this instant."""


class NoticePlan(Contract):
    """Every way, in order."""

    attempts: tuple[Attempt, ...] = ()
    declined: str | None = None
    """Why nothing is to be sent: the addressee does not want it."""
    passed_over: tuple[str, ...] = ()
    """Channels that do not reach the addressee, each with the reason."""


class SendNotice(ForCase):
    """Activity `send_notice`: one message by one channel, once per out id."""

    notice: str
    out_id: str
    attempt: Attempt
    given: NoticeInput

    @property
    def of_case(self) -> str:
        return self.notice


class Receipt(Contract):
    """What came of a message."""

    status: Literal["accepted", "delivered", "refused", "later"]
    at: Instant
    reference: str | None = None
    """The provider's own."""
    why: str | None = None
    not_before: Instant | None = None
    """Of `later`: when the quiet hours are over."""


class SettleNotice(ForCase):
    """Activity `settle_notice`: keeps what became of a message."""

    notice: str
    out_id: str
    status: Literal["delivered", "failed", "withdrawn"]
    at: Instant
    why: str | None = None

    @property
    def of_case(self) -> str:
        return self.notice


# -- what people and providers tell it ---------------------------------------------------------------------------------


class ReceiptInput(Contract):
    """A provider says what became of a message that it took."""

    out_id: str
    status: Literal["delivered", "failed"]
    at: Instant | None = None
    """When; now where it is not said, or cannot be."""
    why: str | None = None


class MendNoticeInput(Contract):
    """A person has a notice that failed tried again, perhaps at another address, or gives it up."""

    actor: str
    how: Literal["retry", "correct", "skip"]
    reason: str
    email: str | None = None
    phone: str | None = None
    address: str | None = None


class NoticeAnswer(Contract):
    message: str


class NoticeView(Contract):
    """How a notice stands, as anybody may ask: it names nobody, no address, and nothing that a provider wrote."""

    notice: str
    case_id: str
    name: str
    status: str
    passed_over: tuple[str, ...] = ()
    """Channels that do not reach the addressee, each with the reason."""
    tried: tuple[str, ...] = ()
    """Channels, in order."""
    until: Instant | None = None


def notice_id_of(case_id: str, key: str) -> str:
    """The id of the workflow of a notice."""
    return f"{case_id}.notice.{key}"


def case_of(notice: str) -> str:
    """The case that a notice belongs to."""
    return notice.rpartition(".notice.")[0]


def notice_of(out_id: str) -> str:
    """The notice to which a message belongs; the text itself where it names none."""
    return out_id.rpartition("~")[0] or out_id
