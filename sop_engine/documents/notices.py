"""Notices as text, with plain HTML made from it. A template is `<id>.j2` with two blocks, and others where it has them:

{% block subject %}{{ case.case_id }} booked 已订舱{% endblock %}
{% block body %}…{% endblock %}
{% block short %}…{% endblock %}        as a text message has it: one line; the subject where it is not there
{% block body_zh %}…{% endblock %}      for addressees who read Chinese, of each block; `_en` for English
"""

import re
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict

from sop_engine.basis.faults import Fault
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm
from sop_engine.documents.environment import TemplateError, TemplateFolder, failed, names

BLOCKS = ("subject", "body")
SHORT = "short"


class RenderedNotice(BaseModel):
    """A finished notice."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """One line."""
    text: str
    html: str
    short: str = ""
    """One line, as a text message has it."""


class NoticeTemplates(TemplateFolder):
    """The notice templates of an installation."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ".j2")

    def render(
        self, template_id: str, facts: CaseFacts, values: dict[str, Any], firm: Firm, language: str | None = None
    ) -> RenderedNotice:
        """The same facts give the same bytes. Without a block in the language, the one for everybody is taken.

        Raises NotFound, or TemplateError with the line.
        """
        template = self.template(template_id)
        absent = [name for name in BLOCKS if name not in template.blocks]
        if absent:
            faults = [Fault(where=f"{template_id}.j2", what=f"has no block {name}") for name in absent]
            raise TemplateError(f"cannot carry out template {template_id}", faults)
        context = template.new_context(names(facts, values, firm))
        try:
            subject, body, short = (
                "".join(template.blocks[block](context)) if (block := _block(template, name, language)) else ""
                for name in (*BLOCKS, SHORT)
            )
        except Exception as error:
            raise failed(template_id, error) from error
        text = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
        subject = " ".join(subject.split())
        return RenderedNotice(
            subject=subject, text=text, html=_paragraphs(text), short=" ".join(short.split()) or subject
        )


def _block(template: Template, name: str, language: str | None) -> str | None:
    """The block of that name for a language; none where the template has none."""
    return next((block for block in (f"{name}_{language}", name) if block in template.blocks), None)


def _paragraphs(text: str) -> str:
    """One paragraph per block of lines between blank ones."""
    lines = Markup("<br>\n")
    blocks = (lines.join(escape(line) for line in block.splitlines()) for block in text.strip().split("\n\n"))
    return "".join(f"<p>{block}</p>\n" for block in blocks)
