"""Notices as text, with plain HTML made from it. A template is `<id>.j2` with two blocks:

{% block subject %}{{ case.case_id }} booked 已订舱{% endblock %}
{% block body %}…{% endblock %}
"""

import re
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm
from sop_engine.documents.environment import TemplateError, TemplateFolder, failed, names

BLOCKS = ("subject", "body")


class RenderedNotice(BaseModel):
    """A finished notice."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """One line."""
    text: str
    html: str


class NoticeTemplates(TemplateFolder):
    """The notice templates of an installation."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ".j2")

    def render(self, template_id: str, facts: CaseFacts, values: dict[str, Any], firm: Firm) -> RenderedNotice:
        """The same facts give the same bytes. Raises NotFound, or TemplateError with the line."""
        template = self.template(template_id)
        absent = [name for name in BLOCKS if name not in template.blocks]
        if absent:
            faults = [Fault(where=f"{template_id}.j2", what=f"has no block {name}") for name in absent]
            raise TemplateError(f"cannot carry out template {template_id}", faults)
        context = template.new_context(names(facts, values, firm))
        try:
            subject, body = ("".join(template.blocks[name](context)) for name in BLOCKS)
        except Exception as error:
            raise failed(template_id, error) from error
        text = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
        return RenderedNotice(subject=" ".join(subject.split()), text=text, html=_paragraphs(text))


def _paragraphs(text: str) -> str:
    """One paragraph per block of lines between blank ones."""
    lines = Markup("<br>\n")
    blocks = (lines.join(escape(line) for line in block.splitlines()) for block in text.strip().split("\n\n"))
    return "".join(f"<p>{block}</p>\n" for block in blocks)
