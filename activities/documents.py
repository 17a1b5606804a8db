"""The activity that renders a case's documents as HTML and PDF."""

import json
from hashlib import sha256

from sqlalchemy import Engine
from temporalio import activity

from activities.failures import refusals
from sop_engine.basis.faults import SopError
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.running.effects.document import DocumentResult, MakeDocument
from sop_engine.documents.papers import PaperTemplates, RenderedPaper
from sop_engine.records.documents import DocumentRepository
from sop_engine.temporal.writes import writes


class DocumentActivities:
    """Renders documents and keeps every version."""

    def __init__(self, engine: Engine, papers: PaperTemplates, organization: Organization) -> None:
        self._documents = DocumentRepository(engine)
        self._papers = papers
        self._organization = organization

    @activity.defn(name=MakeDocument.activity)
    @writes("document")
    def render_document(self, given: MakeDocument) -> DocumentResult:
        """Renders the next version of a document; once per key, whatever has changed since."""
        with refusals():
            kept = self._documents.kept(given.key, made_from(given))
            if kept is not None:
                return kept
            printed, shown = self._render(given)
        return self._documents.keep(
            key=given.key,
            case_id=given.facts.case_id,
            template=given.template,
            title=shown.title.model_dump(),
            content=shown.content,
            rendered_at=given.facts.at,
            pdf=printed.content,
            kept_for=given.facts.kept_for,
            made_from=made_from(given),
        )

    def restore(self, given: MakeDocument, recorded: DocumentResult) -> str | None:
        """Keeps a document again as a history records it; returns why its content is lost, where it is.

        Raises Refused where the records keep another paper in its place.
        """
        printed: RenderedPaper | None = None
        shown: RenderedPaper | None = None
        why = "its templates, or the firm on it, have changed"
        try:
            printed, shown = self._render(given)
        except SopError as error:
            why = error.message
        is_whole = self._documents.restore(
            recorded,
            key=given.key,
            case_id=given.facts.case_id,
            content=shown.content if shown is not None else None,
            rendered_at=given.facts.at,
            pdf=printed.content if printed is not None else None,
            kept_for=given.facts.kept_for,
            made_from=made_from(given),
        )
        return None if is_whole else f"the content of {recorded.document_id} is lost: {why}"

    def _render(self, given: MakeDocument) -> tuple[RenderedPaper, RenderedPaper]:
        """For print and for the screen."""
        about = (given.template, given.facts, given.values, self._organization)
        return self._papers.render(*about, medium="print"), self._papers.render(*about, medium="screen")


def made_from(given: MakeDocument) -> str:
    """What a paper says, as a hash: all but the instant at which it was asked for."""
    said = {"template": given.template, "values": given.values, "data": given.facts.data}
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
