"""A page as HTML: `_shared/page.html.j2` frames it, and `_shared/parts.html.j2` has a macro for each kind of part."""

from pathlib import Path

from jinja2 import StrictUndefined, TemplateSyntaxError

from sop_engine.documents.environment import environment, failed, syntax_error
from sop_engine.documents.page import Page

TEMPLATE = "page.html.j2"


class PageTemplate:
    """The template that draws every page of an installation, and the style that lies beside it."""

    def __init__(self, folder: Path) -> None:
        self._environment = environment(folder, autoescape=True, undefined=StrictUndefined)

    def render(self, page: Page) -> bytes:
        """The page in UTF-8; the same page gives the same bytes. What it says is escaped, so that none of it becomes
        markup. Raises TemplateError with the line of the template."""
        try:
            template = self._environment.get_template(TEMPLATE)
            return "".join(template.root_render_func(template.new_context({"page": page}))).encode()
        except TemplateSyntaxError as error:
            raise syntax_error(error) from error
        except Exception as error:
            raise failed(TEMPLATE, error) from error
