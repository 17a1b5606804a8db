"""The Jinja2 environments of notices and of pages, and what the templates of notices may name.

Templates come from the installation, facts from cases: the sandbox keeps a template from reaching into Python. A notice
is plain text, in which nothing can become markup; what is made from it escapes every line. A page escapes every value.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import FileSystemLoader, Template, TemplateNotFound, TemplateSyntaxError, Undefined, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sop_engine.basis.faults import Fault, InvalidInput, NotFound
from sop_engine.basis.legible import legible
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.people.firm import Firm
from sop_engine.documents.filters import FILTERS, due_days
from sop_engine.documents.missing import DASH, Missing, with_missing

KNOWN_NAMES = ("at", "case", "clocks", "data", "firm", "values")
"""What every template may name: the instant, the case, its clocks, its data, the firm's name, and the effect's
`with`. A clock has `due_at` and `due_on`, its last day: `clocks.tax_deadline.due_on`."""
_ID = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class TemplateError(InvalidInput):
    """A template that cannot be read or carried out; the fault says in which file and line."""


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which `data.items` is the case's field, never a method of the mapping that holds it."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


def environment(
    folder: Path,
    *,
    autoescape: bool,
    undefined: type[Undefined],
    finalize: Callable[[Any], Any] | None = None,
) -> ImmutableSandboxedEnvironment:
    """A sandbox for the templates of a folder: `autoescape` for markup, `undefined` for a name that has no value,
    `finalize` for what to write in a value's place."""
    return _Environment(
        loader=FileSystemLoader(folder),
        autoescape=autoescape,
        undefined=undefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


class Undeclared(NamedTuple):
    """A name that a template uses and nobody provides."""

    file: str
    line: int
    name: str


class TemplateFolder:
    """The templates of one folder, by id: the file name without its ending."""

    def __init__(self, folder: Path, ending: str) -> None:
        self._folder, self._ending = folder, ending
        self._environment = environment(folder, autoescape=False, undefined=Missing, finalize=_shown)
        self._environment.filters.update(FILTERS)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every template there is."""
        return tuple(sorted(path.name.removesuffix(self._ending) for path in self._folder.glob(f"*{self._ending}")))

    def __contains__(self, template_id: str) -> bool:
        return _ID.fullmatch(template_id) is not None and (self._folder / f"{template_id}{self._ending}").is_file()

    def template(self, template_id: str) -> Template:
        """Raises NotFound for an unknown template, TemplateError for one that cannot be read."""
        if template_id not in self:
            raise NotFound(f"there is no template {template_id!r}", allowed=self.ids)
        try:
            return self._environment.get_template(f"{template_id}{self._ending}")
        except TemplateSyntaxError as error:
            raise syntax_error(error) from error

    def undeclared(self, template_id: str) -> tuple[Undeclared, ...]:
        """Names that the template, or what it refers to, uses and nobody provides: misspellings.

        Raises NotFound for an unknown template, TemplateError for one that cannot be read.
        """
        self.template(template_id)
        found: list[Undeclared] = []
        given = {*KNOWN_NAMES}
        waiting, seen = [f"{template_id}{self._ending}"], set[str]()
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            tree = self._tree(file)
            free = meta.find_undeclared_variables(tree)
            used = (node for node in tree.find_all(nodes.Name) if node.ctx == "load" and node.name in free)
            found += (Undeclared(file, node.lineno, node.name) for node in used)
            given |= {
                target.name
                for node in tree.body
                if isinstance(node, nodes.Assign)
                for target in node.find_all(nodes.Name)
                if target.ctx == "store"
            }
            waiting += [reference for reference in meta.find_referenced_templates(tree) if reference is not None]
        return tuple(sorted(each for each in dict.fromkeys(found) if each.name not in given))

    def _tree(self, name: str) -> nodes.Template:
        assert self._environment.loader is not None
        try:
            source, _, _ = self._environment.loader.get_source(self._environment, name)
            return self._environment.parse(source, name)
        except TemplateNotFound:
            raise TemplateError("cannot read a template", [Fault(where=name, what="is not there")]) from None
        except TemplateSyntaxError as error:
            raise syntax_error(error) from error


def names(facts: CaseFacts, values: dict[str, Any], firm: Firm) -> dict[str, Any]:
    """What a template is given, under `KNOWN_NAMES`."""
    case = {
        "case_id": facts.case_id,
        "sop": facts.sop,
        "title": facts.title,
        "state": facts.state,
        "actor": facts.actor,
        "parent": facts.parent,
        "zone": facts.zone,
    }
    return {
        "at": facts.at,
        "case": with_missing(case, "case"),
        "clocks": due_days(facts),
        "data": with_missing(facts.data, "data"),
        "firm": firm.particulars(),
        "values": with_missing(values, "values"),
    }


def failed(template_id: str, error: Exception) -> TemplateError:
    """A failure while a template was carried out, with the deepest template line that it came from."""
    place = template_id
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            place = f"{template.name}:{template.get_corresponding_lineno(trace.tb_lineno)}"
        trace = trace.tb_next
    return TemplateError(f"cannot carry out template {template_id}", [Fault(where=place, what=str(error))])


def syntax_error(error: TemplateSyntaxError) -> TemplateError:
    """A template that cannot be read, with the line."""
    what = error.message or "cannot be read"
    return TemplateError("cannot read a template", [Fault(where=f"{error.name}:{error.lineno}", what=what)])


def _shown(value: Any) -> Any:
    """What to write in a value's place."""
    return DASH if value is None else legible(value) if isinstance(value, str) else value
