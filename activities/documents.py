"""The activity that renders a case's documents: HTML, PDF, or both, as there are templates."""

from sqlalchemy import Engine
from temporalio import activity

from activities.failures import refusals
from sop_engine.cases.contracts.effects import DocumentInput, DocumentResult
from sop_engine.cases.organization import Organization
from sop_engine.documents.pdf import PdfTemplates
from sop_engine.documents.rendering import DocumentTemplates
from sop_engine.records.documents import DocumentRepository


class DocumentActivities:
    """Renders documents and keeps every version."""

    def __init__(
        self, engine: Engine, templates: DocumentTemplates, papers: PdfTemplates, organization: Organization
    ) -> None:
        self._documents = DocumentRepository(engine)
        self._templates = templates
        self._papers = papers
        self._organization = organization

    @activity.defn(name="render_document")
    def render_document(self, given: DocumentInput) -> DocumentResult:
        """Renders the next version of a document; once per key, whatever has changed since."""
        kept = self._documents.kept(given.key)
        if kept is not None:
            return kept
        with refusals():
            about = (given.template, given.facts, given.values, self._organization.name)
            pdf = self._papers.render(*about) if given.template in self._papers else None
            if pdf is not None and given.template not in self._templates:
                title, html = pdf.title, None
            else:
                page = self._templates.render(*about)
                title, html = page.title, page.html.encode()
        return self._documents.keep(
            key=given.key,
            case_id=given.facts.case_id,
            template=given.template,
            title=title.model_dump(),
            content=html,
            rendered_at=given.facts.at,
            pdf=None if pdf is None else pdf.content,
        )
