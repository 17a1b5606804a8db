"""The activity that renders a case's documents as HTML and PDF."""

from sqlalchemy import Engine
from temporalio import activity

from activities.failures import refusals
from sop_engine.cases.contracts.effects import DocumentInput, DocumentResult
from sop_engine.cases.organization import Organization
from sop_engine.documents.papers import PaperTemplates
from sop_engine.records.documents import DocumentRepository


class DocumentActivities:
    """Renders documents and keeps every version."""

    def __init__(self, engine: Engine, papers: PaperTemplates, organization: Organization) -> None:
        self._documents = DocumentRepository(engine)
        self._papers = papers
        self._organization = organization

    @activity.defn(name="render_document")
    def render_document(self, given: DocumentInput) -> DocumentResult:
        """Renders the next version of a document; once per key, whatever has changed since."""
        kept = self._documents.kept(given.key)
        if kept is not None:
            return kept
        with refusals():
            about = (given.template, given.facts, given.values, self._organization)
            printed = self._papers.render(*about, medium="print")
            shown = self._papers.render(*about, medium="screen")
        return self._documents.keep(
            key=given.key,
            case_id=given.facts.case_id,
            template=given.template,
            title=shown.title.model_dump(),
            content=shown.content,
            rendered_at=given.facts.at,
            pdf=printed.content,
            kept_for=given.facts.kept_for,
        )
