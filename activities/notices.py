"""The activity that notifies people: in the application always, by mail where an address and a server are known."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine
from temporalio import activity

from activities.failures import refusals
from activities.lenses import Lenses
from sop_engine.basis.faults import Fault, Refused
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.effects.notify import Notify, NotifyResult
from sop_engine.channels.mail import Mail, MailServer, PermanentMailError
from sop_engine.documents.notices import NoticeTemplates, RenderedNotice
from sop_engine.records.notices import NoticeRepository, NoticeRow
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes


class MailRefusedError(Refused):
    """Mail was refused for good; the notice stays readable in the application."""

    kind = "MailRefused"


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str | None


class NoticeActivities:
    """Records notices and sends them."""

    def __init__(
        self,
        engine: Engine,
        organization: Organization,
        mail: MailServer | None,
        templates: NoticeTemplates,
        lenses: Lenses | None = None,
    ) -> None:
        """Without lenses everybody is told everything."""
        self._lenses = lenses
        self._notices = NoticeRepository(engine)
        self._organization = organization
        self._mail = mail
        self._templates = templates

    @activity.defn(name=Notify.activity)
    @writes("notice")
    def notify(self, given: Notify) -> NotifyResult:
        """One notice to everyone meant, once per key. Every recipient is tried before a refusal fails the activity."""
        with refusals():
            recipients = self._recipients(given)
            faults = [
                Fault(where=recipient.name, what=refusal)
                for recipient in recipients
                if (refusal := self._notify_one(given, recipient, self._rendered(given, recipient))) is not None
            ]
            if faults:
                raise MailRefusedError(f"mail {given.template} of {given.facts.case_id} was refused", faults)
        by_mail = self._mail is not None and any(recipient.address is not None for recipient in recipients)
        return NotifyResult(
            recipients=tuple(recipient.name for recipient in recipients), channel="mail" if by_mail else "in_app"
        )

    def _rendered(self, given: Notify, recipient: Recipient) -> RenderedNotice:
        """The notice as its recipient may read it. Whom the case itself names by an address is told what the template
        says: its author chose both."""
        facts, values = given.facts, given.values
        if self._lenses is not None and given.address is None:
            person = recipient.name if recipient.name in self._organization.people else None
            facts, values = self._lenses.told(facts, given.template, values, [person])
        return self._templates.render(given.template, facts, values, self._organization)

    def _notify_one(self, given: Notify, recipient: Recipient, rendered: RenderedNotice) -> str | None:
        """Records and sends; returns why the mail was refused for good."""
        by_mail = self._mail is not None and recipient.address is not None
        notice = self._notices.record(
            NoticeRow(
                key=given.key,
                recipient=recipient.name,
                case_id=given.facts.case_id,
                template=given.template,
                address=recipient.address,
                channel="mail" if by_mail else "in_app",
                status="recorded",
                subject=rendered.subject,
                text=rendered.text,
                recorded_at=given.facts.at,
            )
        )
        if self._mail is None or recipient.address is None or notice.status == "sent":
            return None
        try:
            self._mail.send(
                Mail(
                    key=given.key,
                    to=recipient.address,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    at=given.facts.at,
                )
            )
        except PermanentMailError as error:
            self._notices.mark_refused(notice, str(error))
            return str(error)
        self._notices.mark_sent(notice, datetime.now(UTC))
        return None

    def _recipients(self, given: Notify) -> tuple[Recipient, ...]:
        """The address of the case's field, the persons named, the person, or everyone of the role; but nobody from whom
        the case is hidden.

        Somebody whom the organisation does not know, or a role without people, is recorded under that name, so that no
        notice is lost.
        """
        if given.address is not None:
            address = given.address if "@" in given.address else None
            return (Recipient(given.recipient, address),)
        organization = posted(self._organization)
        people = organization.people
        named = given.people or ((given.recipient,) if given.recipient in people else ())
        persons = self._but_whom_it_is_hidden_from(given, named or organization.people_of(given.recipient))
        if not persons:
            return (Recipient(given.recipient, None),)
        return tuple(Recipient(name, people[name].email if name in people else None) for name in persons)

    def _but_whom_it_is_hidden_from(self, given: Notify, persons: tuple[str, ...]) -> tuple[str, ...]:
        """Where that leaves nobody, the case's owner is told instead."""
        if self._lenses is None:
            return persons
        definition = self._lenses.cases.definition_of(given.facts.case_id, given.facts.sop)
        kept_from = definition.kept_from(given.facts.data)
        told = tuple(name for name in persons if name not in kept_from)
        if told or not persons:
            return told
        owners = posted(self._organization).people_of(definition.owner)
        return tuple(name for name in owners if name not in kept_from)
