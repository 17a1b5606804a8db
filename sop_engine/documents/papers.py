"""Papers as PDF and as HTML, both from one template: `<id>.typ` in Typst, which says what the paper holds.

`_shared/paper.typ` gives it letterhead, forms and tables; `print.typ` lays them out on A4, `screen.typ` says them as
data, of which Jinja2 draws the HTML. A template is never put together from facts: it reads them as JSON, so that a fact
cannot become markup. Fonts come from the installation alone, and what a page says of time is the case's: the same facts
give the same bytes on every machine.
"""

import json
import re
from functools import cached_property
from hashlib import sha256
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import typst
from pydantic import BaseModel, ConfigDict

from sop_engine.basis.faults import Fault, NotFound
from sop_engine.basis.models import Title
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm
from sop_engine.documents.environment import TemplateError
from sop_engine.documents.page import read_page
from sop_engine.documents.page_html import PageTemplate
from sop_engine.documents.paper_facts import UNPRINTABLE, paper_facts

ENDING = ".typ"
Medium = Literal["print", "screen"]
"""PDF or HTML."""
_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TAKEN = re.compile(r'#import "([^"@]+)"')
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)
_GLYPHLESS = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_PLACE = re.compile(r"┌─ (.+):(\d+):\d+$", re.MULTILINE)


class RenderedPaper(BaseModel):
    """A finished paper in one medium."""

    model_config = ConfigDict(frozen=True)

    title: Title
    content: bytes
    """A PDF, or HTML in UTF-8."""
    sha256: str


class PaperTemplates:
    """The templates of an installation. Shared pieces lie in the folder `_shared`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._page = PageTemplate(self._folder / "_shared")
        self._lock = Lock()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every template there is."""
        return tuple(sorted(path.name.removesuffix(ENDING) for path in self._folder.glob(f"*{ENDING}")))

    def __contains__(self, template_id: str) -> bool:
        return _ID.fullmatch(template_id) is not None and (self._folder / f"{template_id}{ENDING}").is_file()

    def mentions(self, template_id: str) -> frozenset[str] | None:
        """Every dotted name in the text of a template and of the shared pieces that it takes; none where there is no
        such template. What it reads of a case is among them.
        """
        if template_id not in self:
            return None
        texts, waiting = dict[str, str](), [f"{template_id}{ENDING}"]
        while waiting:
            name = waiting.pop()
            if name not in texts and (self._folder / name).is_file():
                texts[name] = (self._folder / name).read_text(encoding="utf-8")
                waiting += [str(Path(name).parent / taken) for taken in _TAKEN.findall(texts[name])]
        return frozenset(_NAME.findall("\n".join(texts.values())))

    def render(
        self, template_id: str, facts: CaseFacts, values: dict[str, Any], firm: Firm, *, medium: Medium = "print"
    ) -> RenderedPaper:
        """The same facts give the same bytes. Raises NotFound, or TemplateError with the line.

        A character that no embedded font has is printed as `UNPRINTABLE`; a screen has fonts of its own.
        """
        if template_id not in self:
            raise NotFound(f"there is no document template {template_id!r}", allowed=self.ids)
        name, given = f"{template_id}{ENDING}", paper_facts(facts, values, firm)
        while True:
            try:
                pdf, about, parts = self._compile(name, {"paper": given, "medium": medium}, int(facts.at.timestamp()))
                break
            except typst.TypstError as error:
                glyphless = _glyphless(error)
                if not any(text in given for text in glyphless):
                    raise _refused(name, self._place(error), error.message) from error
                for text in glyphless:
                    given = given.replace(text, UNPRINTABLE)
        if about is None:
            raise _refused(name, name, "has no title: #show: paper.with((en: …, zh: …))")
        content = pdf if medium == "print" else self._page.render(read_page(name, about, parts))
        title = Title.model_validate(about["title"])
        return RenderedPaper(title=title, content=content, sha256=sha256(content).hexdigest())

    def _compile(self, name: str, inputs: dict[str, str], at: int) -> tuple[bytes, Any, list[Any]]:
        """The PDF, what the paper says of itself (none where it has no title), and the parts that it has on a screen.

        Asked for a screen, the PDF is empty; but only a compilation says in which line a fault is.
        """
        with self._lock:  # one compiler serves every thread: its fonts are large, and it refuses to be entered twice
            # Electronic archives ask for PDF/A: everything needed to read the page is inside the file.
            pdf = self._compiler.compile(
                self._folder / name, format="pdf", sys_inputs=inputs, pdf_standards="a-2b", timestamp=at
            )
            about, parts = (json.loads(self._compiler.query(label, field="value")) for label in ("<paper>", "<part>"))
        assert isinstance(pdf, bytes)
        return pdf, about[0] if about else None, parts

    def _place(self, error: typst.TypstError) -> str:
        """The paper's own line, and the one in `_shared` that it led to: `own.typ:3 (_shared/contents.typ:32)`.

        The compiler names the innermost place first, by the way there from the working directory.
        """
        found = _PLACE.findall(error.diagnostic)
        places = [f"{path.rpartition(f'{self._folder.name}/')[2]}:{line}" for path, line in found]
        innermost = places[0] if places else self._folder.name
        own = next((place for place in places if not place.startswith("_shared/")), innermost)
        return innermost if own == innermost else f"{own} ({innermost})"

    @cached_property
    def _compiler(self) -> typst.Compiler:
        return compiler(self._folder)


def compiler(folder: Path) -> typst.Compiler:
    """A compiler that reads nothing outside of the folder and knows the installation's fonts alone."""
    chinese = str(resources.files("pylopdf_fonts_zh_cn"))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[chinese])
    return typst.Compiler(root=folder, font_paths=fonts, ignore_system_fonts=True)


def _glyphless(error: typst.TypstError) -> list[str]:
    """What the fonts lack, as the compiler lists it: every such piece of text, unusual characters escaped."""
    return [_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in _GLYPHLESS.findall(error.diagnostic)]


def _refused(template_id: str, where: str, what: str) -> TemplateError:
    return TemplateError(
        f"cannot carry out template {template_id.removesuffix(ENDING)}", [Fault(where=where, what=what)]
    )
