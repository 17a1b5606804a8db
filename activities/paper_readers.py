"""Who may read a paper: whoever may see all of what is classified that its template and the values given to it read."""

from functools import partial

from activities.lenses import Lenses
from sop_engine.basis.faults import NotPermitted
from sop_engine.cases.contracts.reading import DocumentLine
from sop_engine.cases.contracts.viewing import Reading
from sop_engine.cases.visibility.lens import nobodys_lens
from sop_engine.cases.visibility.masking import is_filled
from sop_engine.cases.visibility.papers import hidden_from_paper
from sop_engine.documents.papers import PaperTemplates


class PaperReaders:
    """Judges who asks for a paper, whole or in pieces, and keeps that it was seen."""

    def __init__(self, lenses: Lenses, templates: PaperTemplates | None) -> None:
        """Without templates nobody knows what a paper says, and it may say anything."""
        self._lenses = lenses
        self._templates = templates

    def permit(self, document: DocumentLine, given: Reading) -> None:
        """Raises NotPermitted for a reader from whom something in the paper is hidden."""
        case, seen = self._lenses.on(document.case_id, given)
        mentioned = None if self._templates is None else self._templates.mentions(document.template)
        said = partial(hidden_from_paper, case.definition, document.template, mentioned)
        if hidden := said(seen):
            who = given.reader or "Who does not say who looks"
            fields = ", ".join(hidden)
            raise NotPermitted(f"{who} may not see {document.document_id}: it shows what is classified ({fields})")
        shown = said(nobodys_lens(case.definition, case.data))
        self._lenses.keep_places(given, document.case_id, (place for place in shown if is_filled(case.data, place)))
