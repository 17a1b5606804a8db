"""Mail against a real SMTP server on the loopback, and the activity that notifies."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.lenses import Lenses
from activities.notices import NoticeActivities
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.reading import ListNoticesInput, NoticeLine
from sop_engine.cases.people.organization import Organization, Person, Role
from sop_engine.cases.running.effects.notify import Notify
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.channels.mail import Mail, MailServer, PermanentMailError, TransientMailError
from sop_engine.documents.notices import NoticeTemplates
from sop_engine.records.notices import NoticeRepository
from tests.integration.mail_server import PostOffice, listening
from tests.unit.cases.casework_samples import bundle

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MAIL = Mail(key="k1", to="li.na@example.com", subject="到期提醒", text="您好 & bye\n", html="<p>您好</p>\n", at=AT)


@pytest.fixture
def post_office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def server(post_office: PostOffice) -> Iterator[MailServer]:
    with listening(post_office) as port:
        yield MailServer("127.0.0.1", port, "Freight SOPs <sop@freight.example>")


def test_text_and_html_arrive_whole(server: MailServer, post_office: PostOffice) -> None:
    server.send(MAIL)
    (message,) = post_office.taken
    assert message["Subject"] == "到期提醒"
    assert message["From"] == "Freight SOPs <sop@freight.example>"
    assert message["To"] == "li.na@example.com"
    assert message["Date"].datetime == AT
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["您好 & bye"]
    assert html.get_content().splitlines() == ["<p>您好</p>"]


def test_a_repeated_message_has_the_same_id_and_another_has_another(server: MailServer) -> None:
    first = server.message(MAIL)["Message-ID"]
    assert first.endswith("@freight.example>")
    assert server.message(MAIL)["Message-ID"] == first
    assert server.message(Mail(**{**MAIL.__dict__, "key": "k2"}))["Message-ID"] != first
    assert server.message(Mail(**{**MAIL.__dict__, "to": "wu@example.com"}))["Message-ID"] != first


@pytest.mark.parametrize(
    ("to", "error", "text"),
    [
        ("unknown@example.com", PermanentMailError, "550 no such mailbox"),
        ("greylisted@example.com", TransientMailError, "451 come again"),
        ("li\nna@example.com", PermanentMailError, "linefeed"),
    ],
)
def test_refusals_are_for_now_or_for_good(server: MailServer, to: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        server.send(Mail(**{**MAIL.__dict__, "to": to}))


@pytest.mark.parametrize(("answer", "error"), [("554 spam", PermanentMailError), ("452 full", TransientMailError)])
def test_content_may_be_refused(
    server: MailServer, post_office: PostOffice, answer: str, error: type[Exception]
) -> None:
    post_office.answer = answer
    with pytest.raises(error, match=answer):
        server.send(MAIL)


def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    with pytest.raises(TransientMailError, match=r"127\.0\.0\.1:1: "):
        MailServer("127.0.0.1", 1, "sop@localhost").send(MAIL)


ORGANIZATION = Organization(
    name=Title(en="Harbour Bridge", zh="港桥"),
    roles={name: Role(title=Title(en=name, zh=name)) for name in ("agent", "driver", "clerk")},
    people={
        "li.na": Person(name="Li Na", roles=("agent",), email="li.na@example.com"),
        "wu.fang": Person(name="Wu Fang", roles=("agent",)),
        "gone": Person(name="Gone", roles=("clerk",), email="unknown@example.com"),
        "here": Person(name="Here", roles=("clerk",), email="here@example.com"),
        "slow": Person(name="Slow", roles=(), email="greylisted@example.com"),
    },
)
FACTS = CaseFacts(
    case_id="CMP-1",
    sop="Complaint",
    title={"en": "Complaint", "zh": "投诉"},
    data={"eta": "2026-03-05", "contact": "Anna"},
    state=None,
    actor=None,
    at=AT,
    zone="Asia/Shanghai",
)


def notice(recipient: str, address: str | None = None, people: tuple[str, ...] = (), key: str = "n1") -> Notify:
    values = {"what": "It"}
    return Notify(
        key=key, recipient=recipient, address=address, people=people, template="reminder", facts=FACTS, values=values
    )


class Mailroom:
    """The activity on one database, and what was recorded."""

    def __init__(self, engine: Engine, mail: MailServer | None) -> None:
        templates = NoticeTemplates(Path(__file__).parent / "templates" / "notices")
        self._activities = NoticeActivities(engine, ORGANIZATION, mail, templates)
        self._notices = NoticeRepository(engine)

    def notify(self, given: Notify) -> tuple[tuple[str, ...], str]:
        result = self._activities.notify(given)
        return result.recipients, result.channel

    def recorded(self, **of: str) -> dict[str, NoticeLine]:
        return {line.recipient: line for line in self._notices.list(ListNoticesInput(**of)).notices}


@pytest.mark.parametrize(
    ("given", "recipients", "addresses"),
    [
        (notice("agent"), ("li.na", "wu.fang"), ["li.na@example.com", None]),
        (notice("li.na"), ("li.na",), ["li.na@example.com"]),
        (notice("assignee", people=("wu.fang",)), ("wu.fang",), [None]),
        (notice("complainant", address="anna@example.com"), ("complainant",), ["anna@example.com"]),
        (notice("complainant", address="+8613800000000"), ("complainant",), [None]),
        (notice("driver"), ("driver",), [None]),
        (notice("complainant"), ("complainant",), [None]),
    ],
)
def test_without_a_mail_server_notices_are_in_the_application(
    engine: Engine, given: Notify, recipients: tuple[str, ...], addresses: list[str | None]
) -> None:
    mailroom = Mailroom(engine, None)
    assert mailroom.notify(given) == (recipients, "in_app")
    recorded = mailroom.recorded(case_id="CMP-1")
    assert [recorded[name].address for name in recipients] == addresses
    for line in recorded.values():
        assert (line.status, line.channel, line.subject) == ("recorded", "in_app", "CMP-1 is due 到期提醒")
        assert "It is due 2026-03-05." in line.text
        assert line.recorded_at == AT


ABOUT_SOMEBODY = """
data: {accused: {type: text}}
states:
  asking: {task: {role: agent, form: [accused], outcomes: [done]}, on: {asking.done: end}}
  end: {final: ended}
hidden_from: [{person: accused}]
"""


@pytest.mark.parametrize(
    ("recipient", "accused", "told"),
    [
        ("agent", None, ("li.na", "wu.fang")),
        ("agent", "li.na", ("wu.fang",)),
        # Where it leaves nobody, the owner of the case is told.
        ("li.na", "li.na", ("gone", "here")),
        ("clerk", "here", ("gone",)),
    ],
)
def test_nobody_is_told_of_a_case_that_is_hidden_from_them(
    engine: Engine, recipient: str, accused: str | None, told: tuple[str, ...]
) -> None:
    definition = SopDefinition.model_validate({**bundle(ABOUT_SOMEBODY).definition, "owner": "clerk"})
    templates = NoticeTemplates(Path(__file__).parent / "templates" / "notices")
    lenses = Lenses(engine, ORGANIZATION, {"Complaint": definition})
    facts = FACTS.model_copy(update={"data": {"accused": accused}})
    given = notice(recipient).model_copy(update={"facts": facts})
    assert NoticeActivities(engine, ORGANIZATION, None, templates, lenses).notify(given).recipients == told


def test_a_repeated_activity_sends_nothing_twice(engine: Engine, server: MailServer, post_office: PostOffice) -> None:
    mailroom = Mailroom(engine, server)
    for _ in range(2):
        assert mailroom.notify(notice("agent")) == (("li.na", "wu.fang"), "mail")
    assert [message["To"] for message in post_office.taken] == ["li.na@example.com"]
    recorded = mailroom.recorded()
    assert (recorded["li.na"].status, recorded["li.na"].channel) == ("sent", "mail")
    assert (recorded["wu.fang"].status, recorded["wu.fang"].channel) == ("recorded", "in_app")
    assert mailroom.recorded(recipient="wu.fang").keys() == {"wu.fang"}
    mailroom.notify(notice("agent", key="n2"))
    assert len(post_office.taken) == 2


def test_a_refused_address_fails_for_good_after_all_others_were_told(
    engine: Engine, server: MailServer, post_office: PostOffice
) -> None:
    mailroom = Mailroom(engine, server)
    with pytest.raises(ApplicationError, match="gone: 550 no such mailbox") as refused:
        mailroom.notify(notice("clerk"))
    assert (refused.value.type, refused.value.non_retryable) == ("MailRefused", True)
    assert [message["To"] for message in post_office.taken] == ["here@example.com"]
    recorded = mailroom.recorded()
    assert (recorded["gone"].status, recorded["gone"].error) == ("refused", "550 no such mailbox")
    assert recorded["here"].status == "sent"


def test_a_server_that_cannot_now_is_tried_again(engine: Engine, server: MailServer) -> None:
    mailroom = Mailroom(engine, server)
    with pytest.raises(TransientMailError):
        mailroom.notify(notice("slow"))
    assert mailroom.recorded()["slow"].status == "recorded"


def test_an_unknown_template_fails_for_good(engine: Engine) -> None:
    with pytest.raises(ApplicationError, match="there is no template 'nothing'") as failed:
        Mailroom(engine, None).notify(notice("agent").model_copy(update={"template": "nothing"}))
    assert (failed.value.type, failed.value.non_retryable) == ("NotFound", True)
