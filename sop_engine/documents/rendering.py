"""Documents as HTML. A template is `<id>.html.j2`; its title stands in it:

{% set title = {"en": "Booking confirmation", "zh": "订舱确认"} %}
"""

from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.faults import Fault
from sop_engine.cases.fields import Title
from sop_engine.documents.environment import TemplateError, TemplateFolder, failed, names

Language = Literal["en", "zh", "both"]


class Rendered(BaseModel):
    """A finished document."""

    model_config = ConfigDict(frozen=True)

    title: Title
    html: str
    sha256: str
    """Of the HTML in UTF-8."""


class DocumentTemplates(TemplateFolder):
    """The document templates of an installation. Shared pieces lie in the folder `_shared`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ".html.j2", escape=True)

    def render(
        self, template_id: str, facts: CaseFacts, values: dict[str, Any], firm: Title, *, language: Language = "both"
    ) -> Rendered:
        """The same facts give the same bytes. Raises NotFound, or TemplateError with the line."""
        template = self.template(template_id)
        try:
            module = template.make_module(names(facts, values, firm, language))
        except Exception as error:
            raise failed(template_id, error) from error
        html = str(module)
        try:
            title = Title.model_validate(getattr(module, "title", None))
        except ValidationError:
            missing = Fault(
                where=f"{template_id}.html.j2", what="has no title", allowed='{% set title = {"en": "…", "zh": "…"} %}'
            )
            raise TemplateError(f"cannot carry out template {template_id}", [missing]) from None
        return Rendered(title=title, html=html, sha256=sha256(html.encode()).hexdigest())
