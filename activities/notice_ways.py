"""The ways to an addressee: the channels of the site, what the register of customers says, what the addressee wants."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sop_engine.basis.faults import NotFound
from sop_engine.cases.contracts.outgoing import Addressee, Attempt, NoticeInput, NoticePlan
from sop_engine.cases.contracts.registers import ListRowsInput
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.channels import ChannelSpec, seconds_of
from sop_engine.documents.notices import RenderedNotice
from sop_engine.freight.identifiers import IdentifierError, phone
from sop_engine.records.registers import RegisterRepository
from sop_engine.timekeeping.calendar import BusinessCalendar

CUSTOMERS = "customers"
PREFERRED: Mapping[str, tuple[str, ...]] = {
    "email": ("smtp",),
    "sms": ("http",),
    "wechat": ("apprise", "http"),
    "phone": ("case",),
}
"""Kinds of channels behind what a customer prefers."""


class Ways:
    """Finds them as things stand when it is asked."""

    def __init__(
        self,
        channels: Mapping[str, ChannelSpec],
        open_channels: Collection[str],
        organization: Organization,
        registers: RegisterRepository,
        calendars: Mapping[str, BusinessCalendar],
    ) -> None:
        """`open_channels` are those whose settings are there."""
        self._channels = channels
        self._open = open_channels
        self._organization = organization
        self._registers = registers
        self._calendars = calendars

    def plan(self, given: NoticeInput, rendered: RenderedNotice, now: datetime) -> NoticePlan:
        """Every way in order; of a channel that does not reach the addressee, why."""
        row = self._customer(given.addressee.customer)
        addressee = self._known(given.addressee, row)
        unwanted = set(row.get("opt_outs") or ()) if given.kind == "marketing" else set()
        if "marketing" in unwanted:
            return NoticePlan(declined="the addressee wants no marketing")
        messages = given.by or tuple(name for name, spec in self._channels.items() if spec.kind != "case")
        attempts: list[Attempt] = []
        passed_over: list[str] = []
        for name in (*self._preferred_first(messages, row, given.by), *given.otherwise):
            spec = self._channels.get(name)
            why = "there is no such channel" if spec is None else self._trouble(name, spec, addressee, unwanted)
            if spec is None or why is not None:
                passed_over.append(f"{name}: {why}")
            else:
                attempts.append(self._attempt(name, spec, addressee, given, rendered, row, now))
        return NoticePlan(attempts=tuple(attempts), passed_over=tuple(passed_over))

    def _customer(self, key: str | None) -> Mapping[str, Any]:
        if key is None:
            return {}
        try:
            return self._registers.rows(ListRowsInput(register_name=CUSTOMERS, key=key)).rows[0].values
        except NotFound:
            return {}

    def _known(self, addressee: Addressee, row: Mapping[str, Any]) -> Addressee:
        """The addressee with what the case does not say and the register or the organisation does."""
        new: dict[str, Any] = {}
        if addressee.language is None and row.get("language"):
            new["language"] = row["language"]
        for contact in row.get("contacts") or ():
            for key in ("email", "phone"):
                if addressee.at(key) is None and key not in new and contact.get(key):
                    new[key] = contact[key]
        if addressee.called is None and row.get("name"):
            new["called"] = row["name"]
        firm = self._organization
        people = (addressee.name,) if addressee.name in firm.people else firm.people_of(addressee.name)
        if people:
            new["people"] = people
            new.setdefault("email", addressee.email or next(filter(None, (firm.people[p].email for p in people)), None))
        return addressee.model_copy(update=new)

    def _preferred_first(self, names: Sequence[str], row: Mapping[str, Any], by: Sequence[str]) -> Iterator[str]:
        """What the customer prefers comes first, unless the procedure says in which order."""
        kinds = () if by else PREFERRED.get(str(row.get("preferred_channel")), ())
        first = [name for name in names if name in self._channels and self._channels[name].kind in kinds]
        yield from first
        yield from (name for name in names if name not in first)

    def _trouble(self, name: str, spec: ChannelSpec, addressee: Addressee, unwanted: Collection[str]) -> str | None:
        """Why a channel does not reach the addressee; none where it does."""
        if spec.kind == "case":
            return None
        if name not in self._open:
            return "closed: its settings are empty"
        if name in unwanted:
            return "the addressee does not want it"
        kind = spec.address_kind
        if kind == "url" and not spec.from_data:
            return None
        known = addressee.at(str(kind))
        if known is None:
            return f"no {kind} is known"
        if kind == "phone":
            try:
                phone(known)
            except IdentifierError:
                return "what is known is no telephone number"
        if kind == "email" and "@" not in known:
            return "what is known is no e-mail address"
        return None

    def _attempt(
        self,
        name: str,
        spec: ChannelSpec,
        addressee: Addressee,
        given: NoticeInput,
        rendered: RenderedNotice,
        row: Mapping[str, Any],
        now: datetime,
    ) -> Attempt:
        if spec.kind == "case":
            return Attempt(
                channel=name,
                addressee=addressee,
                is_case=True,
                sop=spec.sop,
                reports=spec.told,
                data=_brief(addressee, given, rendered),
            )
        known = addressee.at(str(spec.address_kind))
        if spec.address_kind == "phone" and known is not None:
            known = phone(known).partition(" ")[0]
        return Attempt(
            channel=name,
            addressee=addressee,
            address=known,
            accepted_is_delivered=spec.delivered_by == "acceptance",
            receipt_seconds=seconds_of(spec.receipt_within) if spec.delivered_by == "receipt" else 0,
            bounce_seconds=seconds_of(spec.bounces_within) if spec.bounces_within is not None else 0,
            tries_seconds=seconds_of(spec.tries_within),
            digest_at=self._digest(spec, given, row, now),
        )

    def _digest(self, spec: ChannelSpec, given: NoticeInput, row: Mapping[str, Any], now: datetime) -> datetime | None:
        """The next instant of the digest, for an addressee who wants one; what is owed by law waits for none."""
        if not row.get("digest") or spec.digest_at is None or spec.hours is None or given.kind == "statutory":
            return None
        calendar = self._calendars[spec.hours]
        hour, minute = map(int, spec.digest_at.split(":"))
        day = calendar.local_date(now)
        for _ in range(2):
            at = calendar.at_time(day, time(hour, minute))
            if at > now:
                break
            day = day.fromordinal(day.toordinal() + 1)
        return None if given.until is not None and at >= given.until else at


def _brief(addressee: Addressee, given: NoticeInput, rendered: RenderedNotice) -> dict[str, Any]:
    """What somebody who calls or writes has to know."""
    known = {
        "about": given.case_id,
        "whom": addressee.called or addressee.name,
        "phone": addressee.phone,
        "email": addressee.email,
        "postal_address": addressee.address,
        "subject": rendered.subject,
        "script": rendered.text,
        "wanted_by": given.until,
    }
    return {name: value for name, value in known.items() if value is not None}
