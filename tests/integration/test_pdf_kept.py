"""A document's HTML and PDF are one version in the records, under one key."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.documents import DocumentActivities
from activities.reading import ReadingActivities
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.reading import CaseInput, DocumentKind, FindDocumentInput
from sop_engine.cases.running.effects.document import DocumentResult, MakeDocument
from sop_engine.content.library import content_root, load_library
from sop_engine.documents.papers import PaperTemplates
from sop_engine.records.contents import ContentStore, keep_content
from sop_engine.records.documents import DocumentRepository, DocumentRow
from sop_engine.records.engine import writing
from sop_engine.records.publishing import Publisher
from sop_engine.records.signing_keys import receipts_of
from tests.integration.published import case_record, minute, published, step

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 12, 7, 42, tzinfo=UTC)
OLD = {"en": "Old", "zh": "旧"}


def render(engine: Engine, key: str, template: str = "release_notice") -> DocumentResult:
    papers = PaperTemplates(content_root() / "documents")
    activities = DocumentActivities(engine, papers, load_library().organization)
    facts = CaseFacts(
        case_id="SHP-1.release",
        sop="CustomsRelease",
        title={"en": "Customs release", "zh": "海关放行"},
        data={"release_no": "FX-2026-0099", "customer_name": "深圳市海源电子有限公司"},
        state=None,
        actor=None,
        at=AT,
        zone="Asia/Shanghai",
    )
    return activities.render_document(MakeDocument(key=key, template=template, facts=facts))


def test_html_and_pdf_are_one_version(engine: Engine) -> None:
    first = render(engine, "k1")
    assert render(engine, "k1") == first
    second = render(engine, "k2")
    reading = ReadingActivities(engine)
    lines = reading.list_documents(CaseInput(case_id="SHP-1.release")).documents
    assert [line.document_id for line in lines] == [first.document_id, second.document_id]
    assert lines[0].pdf_sha256 == lines[1].pdf_sha256 is not None

    def read(kind: DocumentKind) -> bytes:
        found = reading.find_document(FindDocumentInput(document_id=first.document_id, kind=kind))
        content = ContentStore(engine, receipts_of(engine)).read(found.sha256, 0)
        assert sha256(content).hexdigest() == found.sha256
        assert (len(content), found.name) == (found.size, f"{first.document_id}.{kind}")
        return content

    assert read("pdf").startswith(b"%PDF-")
    assert "深圳市海源电子有限公司" in read("html").decode()


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_document_kept_without_html_is_its_pdf(engine: Engine, kind: DocumentKind) -> None:
    """As records may hold it from before every paper had both."""
    document_id, name = "SHP-1.old.v1", "SHP-1.old.v1.pdf"
    with writing(engine) as connection, Session(connection) as session:
        digest = keep_content(connection, b"%PDF-", AT)
        session.add(
            DocumentRow(
                document_id=document_id,
                key="k1",
                case_id="SHP-1",
                template="old",
                version=1,
                title=OLD,
                name=name,
                media_type="application/pdf",
                sha256=digest,
                pdf_sha256=digest,
                rendered_at=AT,
            )
        )
        session.flush()
    found = ReadingActivities(engine).find_document(FindDocumentInput(document_id=document_id, kind=kind))
    assert ContentStore(engine, receipts_of(engine)).read(found.sha256, 0) == b"%PDF-"
    assert (found.name, found.media_type, found.size) == (name, "application/pdf", 5)


def test_a_document_kept_without_a_pdf_has_none(engine: Engine) -> None:
    kept = DocumentRepository(engine).keep(
        key="k1", case_id="SHP-1", template="old", title=OLD, content=b"<p>", rendered_at=AT
    )
    reading = ReadingActivities(engine)
    assert reading.list_documents(CaseInput(case_id="SHP-1")).documents[0].pdf_sha256 is None
    with pytest.raises(ApplicationError, match="no PDF of document") as failed:
        reading.find_document(FindDocumentInput(document_id=kept.document_id, kind="pdf"))
    assert (failed.value.type, failed.value.non_retryable) == ("NotFound", True)


def test_papers_are_kept_from_the_day_on_which_their_case_is_closed(engine: Engine) -> None:
    documents, reading = DocumentRepository(engine), ReadingActivities(engine)
    case_id = case_record().case_id
    paper: dict[str, Any] = {"case_id": case_id, "title": OLD, "content": b"<p>", "rendered_at": AT}
    for kept_for in ("3 years", "1 month", None):
        documents.keep(key=f"k{kept_for}", template=f"t{kept_for}", kept_for=kept_for, **paper)

    def until() -> dict[str | None, date | None]:
        lines = reading.list_documents(CaseInput(case_id=case_id)).documents
        return {line.kept_for: line.keep_until for line in lines}

    assert until() == {"3 years": None, "1 month": None, None: None}
    Publisher(engine).publish(published(minute(1), step(1, "opened")))
    assert until() == {"3 years": None, "1 month": None, None: None}
    # 23:59 of 28 February 2028 in China is the 28th, a minute later the 29th, whose day the year 2031 has not.
    for at, kept in (
        (datetime(2028, 2, 28, 15, 59, tzinfo=UTC), (date(2031, 2, 28), date(2028, 3, 28))),
        (datetime(2028, 2, 28, 16, 0, tzinfo=UTC), (date(2031, 2, 28), date(2028, 3, 29))),
    ):
        closed = {"status": "closed", "closed_at": at}
        Publisher(engine).publish(published(at, step(2, "closed"), case=closed))
        assert until() == {"3 years": kept[0], "1 month": kept[1], None: None}
        document_id = f"{case_id}.t1 month.v1"
        found = reading.find_document(FindDocumentInput(document_id=document_id))
        assert (found.kept_for, found.keep_until) == ("1 month", kept[1])
