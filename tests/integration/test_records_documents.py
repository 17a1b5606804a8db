"""Kept documents, kept definitions, and what crosses Temporal on the way out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import Engine
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from activities.documents import DocumentActivities
from activities.files import FileActivities
from activities.reading import ReadingActivities
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.files import PIECE_BYTES, ReadPieceInput
from sop_engine.cases.contracts.reading import CaseInput, FindDocumentInput, ListTasksInput
from sop_engine.cases.people.organization import Organization, Person, Role
from sop_engine.cases.running.effects.document import DocumentResult, MakeDocument
from sop_engine.content.library import content_root
from sop_engine.documents.papers import PaperTemplates
from sop_engine.records.contents import ContentStore
from sop_engine.records.definitions import DefinitionChangedError, DefinitionRepository
from sop_engine.records.documents import DocumentRepository
from sop_engine.records.publishing import Publisher
from sop_engine.records.signing_keys import receipts_of
from tests.integration.published import child, minute, published, step, task

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ORGANIZATION = Organization(
    name=Title(en="Harbour Bridge", zh="港桥"),
    roles={"customer_service_agent": Role(title=Title(en="Agent", zh="客服"))},
    people={"li.na": Person(name="Li Na", roles=("customer_service_agent",))},
)


def render(engine: Engine, key: str, eta: str = "2026-03-05", template: str = "arrival_notice") -> DocumentResult:
    facts = CaseFacts(
        case_id="SHP-1",
        sop="Shipment",
        title={"en": "Shipment", "zh": "货运"},
        data={"arrives_at": f"{eta}T09:00:00+08:00"},
        state=None,
        actor=None,
        at=AT,
        zone="Asia/Shanghai",
    )
    activities = DocumentActivities(engine, PaperTemplates(content_root() / "documents"), ORGANIZATION)
    return activities.render_document(MakeDocument(key=key, template=template, facts=facts))


def read(engine: Engine, document_id: str) -> bytes:
    """As the command line reads: in pieces, through the data converter."""
    receipts = receipts_of(engine)
    found = ReadingActivities(engine).find_document(FindDocumentInput(document_id=document_id))
    files = FileActivities(engine, ContentStore(engine, receipts), receipts)
    content, converter = b"", pydantic_data_converter.payload_converter
    for number in range(-(-found.size // PIECE_BYTES)):
        asked = ReadPieceInput(case_id=found.case_id, sha256=found.sha256, number=number)
        payloads = converter.to_payloads([files.read_piece(asked)])
        assert payloads[0].ByteSize() < 512 * 1024, "the SDK warns of larger ones"
        (piece,) = converter.from_payloads(payloads, [bytes])
        content += piece
    return content


def test_a_document_is_rendered_once_per_key_and_versioned(engine: Engine) -> None:
    first = render(engine, "k1")
    assert render(engine, "k1") == first
    with pytest.raises(ApplicationError, match=r"v1 was made by this step before and says something else"):
        render(engine, "k1", eta="2027-01-01")
    second = render(engine, "k2", eta="2026-03-06")
    third = render(engine, "k3")
    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert first.document_id == "SHP-1.arrival_notice.v1"
    assert first.name == "SHP-1.arrival_notice.v1.html"
    assert first.title == {"en": "Arrival notice", "zh": "到货通知"}
    assert first.sha256 == third.sha256 != second.sha256

    listed = ReadingActivities(engine).list_documents(CaseInput(case_id="SHP-1")).documents
    assert [line.document_id for line in listed] == [each.document_id for each in (first, second, third)]
    html = read(engine, second.document_id).decode()
    assert "2026-03-06" in html
    assert len(html.encode()) == listed[1].size
    assert listed[1].rendered_at == AT


def test_a_shipment_lists_the_papers_of_all_below_it(engine: Engine) -> None:
    publisher = Publisher(engine)
    below = {"SHP": "SHP-1", "FILE": "SHP", "OTHER": "SHP-2"}
    for case_id, child_id in below.items():
        children = (child(case_id=child_id),)
        publisher.publish(published(minute(1), step(1, "a"), case={"case_id": case_id}, children=children))
    made = render(engine, "k1")
    for case_id, papers in (("SHP-1", 1), ("SHP", 1), ("FILE", 1), ("OTHER", 0)):
        found = ReadingActivities(engine).list_documents(CaseInput(case_id=case_id)).documents
        assert [line.document_id for line in found] == [made.document_id] * papers


def test_a_large_document_comes_in_pieces(engine: Engine) -> None:
    content = "箱".encode() * PIECE_BYTES
    kept = DocumentRepository(engine).keep(
        key="k", case_id="SHP-1", template="big", title={"en": "Big", "zh": "大"}, content=content, rendered_at=AT
    )
    assert read(engine, kept.document_id) == content


def test_what_is_not_there_is_not_found(engine: Engine) -> None:
    for call in (
        lambda: render(engine, "k1", template="nothing"),
        lambda: ReadingActivities(engine).find_document(FindDocumentInput(document_id="none")),
        lambda: ReadingActivities(engine).read_case_record(CaseInput(case_id="none")),
    ):
        with pytest.raises(ApplicationError) as failed:
            call()
        assert (failed.value.type, failed.value.non_retryable) == ("NotFound", True)


def test_a_persons_roles_are_looked_up_for_the_inbox(engine: Engine) -> None:
    Publisher(engine).publish(published(minute(1), step(1, "opened"), tasks=(task(), task("other#1", role="driver"))))
    reading = ReadingActivities(engine, ORGANIZATION)
    assert [line.key for line in reading.list_tasks(ListTasksInput(user="li.na")).tasks] == ["registered#1"]


def test_definitions_are_kept_and_the_newest_is_found(engine: Engine) -> None:
    definitions = DefinitionRepository(engine)
    assert definitions.newest("Complaint") is None
    definitions.store("Complaint", 1, "abc", "sop: Complaint")
    definitions.store("Complaint", 1, "abc", "sop: Complaint")
    definitions.store("Complaint", 2, "def", "sop: Complaint # 2")
    newest, first = definitions.newest("Complaint"), definitions.get("Complaint", 1)
    assert newest is not None
    assert first is not None
    assert (newest.version, newest.content_hash) == (2, "def")
    assert (first.version, first.text) == (1, "sop: Complaint")
    assert definitions.get("Complaint", 3) is None


def test_cases_that_open_at_one_instant_publish_one_text(engine: Engine) -> None:
    definitions, together = DefinitionRepository(engine), Barrier(4)

    def publish(_: int) -> None:
        for version in range(1, 31):
            together.wait(60)
            definitions.store("Complaint", version, "abc", "sop: Complaint")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(publish, range(4))) == [None] * 4
    newest = definitions.newest("Complaint")
    assert newest is not None
    assert newest.version == 30


def test_a_version_in_use_keeps_its_text(engine: Engine) -> None:
    definitions = DefinitionRepository(engine)
    definitions.store("Complaint", 1, "draft", "sop: draft")
    definitions.store("Complaint", 1, "abc", "sop: Complaint")
    Publisher(engine).publish(published(minute(1), step(1, "opened")))
    definitions.store("Complaint", 1, "abc", "sop: Complaint")
    with pytest.raises(DefinitionChangedError, match="version 1 is in use by case CMP-2026-0001"):
        definitions.store("Complaint", 1, "xyz", "sop: changed")
    kept = definitions.get("Complaint", 1)
    assert kept is not None
    assert kept.content_hash == "abc"
