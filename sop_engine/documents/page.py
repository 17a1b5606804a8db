"""What a paper says, as plain data for a screen: the parts in their order, read from what Typst made of the template.

`_shared/screen.typ` emits each part; what stands in one is text or a tree of Typst's content, such as
`{"func": "sequence", "children": [{"func": "text", "text": "L"}, …]}`. Here it becomes lines of runs, and nothing else.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen, Title
from sop_engine.documents.environment import TemplateError

_SHOWN = "text, *strong*, line breaks, spaces, quotes and links"


class Run(Frozen):
    """Text in one weight, on one line."""

    text: str
    strong: bool = False


def _runs(content: Any, strong: bool = False) -> Iterator[Run]:
    """The runs of a content tree, a line break as a run of its own. Raises ValueError for what no screen shows."""
    match content:
        case None:
            return
        case str(text) | {"func": "text" | "symbol" | "raw", "text": str(text)}:
            for position, line in enumerate(text.split("\n")):
                yield from [Run(text="\n")] if position else []
                yield Run(text=line, strong=strong)
        case {"func": "space"}:
            yield Run(text=" ", strong=strong)
        case {"func": "smartquote", "double": bool(double)}:
            yield Run(text='"' if double else "’", strong=strong)
        case {"func": "linebreak" | "parbreak"}:
            yield Run(text="\n")
        case {"func": "sequence", "children": list(children)}:
            for child in children:
                yield from _runs(child, strong)
        case {"func": "styled", "child": child}:
            yield from _runs(child, strong)
        case {"func": "strong", "body": body}:
            yield from _runs(body, strong=True)
        case {"func": "link", "body": body}:
            yield from _runs(body, strong)
        case {"func": str(kind)}:
            raise ValueError(f"a screen shows no {kind}, but {_SHOWN}")
        case _:
            raise ValueError(f"{content!r} is neither text nor content")


def _lines(content: Any) -> list[list[Run]]:
    """The runs of each line; runs of one weight that touch are one."""
    lines: list[list[Run]] = [[]]
    for (strong, is_break), runs in groupby(_runs(content), key=lambda run: (run.strong, run.text == "\n")):
        if is_break:
            lines += [[] for _ in runs]
        else:
            lines[-1].append(Run(text="".join(run.text for run in runs), strong=strong))
    return lines


Words = Annotated[tuple[tuple[Run, ...], ...], BeforeValidator(_lines)]
"""Lines of runs."""


class Both(Frozen):
    """The same in English and in Chinese."""

    en: Words
    zh: Words


class Valued(Both):
    """A value under its label."""

    value: Words


class Box(Valued):
    """One box of a form, and how many columns it takes."""

    span: int = Field(ge=1, le=6)


class Column(Both):
    """The head of a column: figures stand right, a narrow column does not break."""

    figure: bool
    narrow: bool


class Small(Frozen):
    """A line in small letters."""

    kind: Literal["small"]
    body: Words


class Section(Both):
    """A heading between parts."""

    kind: Literal["section"]


class Say(Both):
    """A sentence."""

    kind: Literal["say"]


class Notice(Both):
    """A sentence that must not be overlooked."""

    kind: Literal["notice"]


class Article(Frozen):
    """A clause under its title."""

    kind: Literal["article"]
    title: Words
    body: Words


class Form(Frozen):
    """Boxes side by side."""

    kind: Literal["form"]
    columns: int = Field(ge=1, le=6)
    fields: tuple[Box, ...]


class Lines(Frozen):
    """A table of records; its sums, where it has some, are cells of a last row."""

    kind: Literal["lines"]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...]
    sums: tuple[Words, ...]


class Sums(Frozen):
    """Amounts one under another; the last is the total."""

    kind: Literal["sums"]
    amounts: tuple[Valued, ...]


class Signatures(Frozen):
    """Who signs."""

    kind: Literal["signatures"]
    parties: tuple[Both, ...]


Part = Annotated[
    Small | Section | Say | Notice | Article | Form | Lines | Sums | Signatures, Field(discriminator="kind")
]


class Issuer(Frozen):
    """Who signs the paper; a party of the case has one name."""

    zh: str
    en: str | None
    particulars: tuple[str, ...]
    """Lines below the name: address, code, telephone."""


class About(Frozen):
    """What stands around the parts. `on` and `at` are the day and the instant of the case in its zone, written out."""

    title: Title
    number: str | None
    """The paper's own number; none for a paper that has no numbers."""
    issuer: Issuer
    case_id: str
    on: str
    at: str
    draft: bool
    wide: bool
    """Printed across."""


class Page(Frozen):
    """A paper, ready to be drawn."""

    about: About
    parts: tuple[Part, ...]


def read_page(name: str, about: Any, parts: Any) -> Page:
    """The page that a template emitted; raises TemplateError with every fault, each at its part, counted from 1."""
    try:
        return Page.model_validate({"about": about, "parts": parts})
    except ValidationError as error:
        faults = [
            Fault(where=_where(name, fault["loc"]), what=fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        ]
        raise TemplateError(f"cannot show template {name}", faults) from None


def _where(name: str, path: tuple[int | str, ...]) -> str:
    """`invoice.typ, part 3 form.columns`"""
    match path:
        case ("parts", int(index), *rest):
            return f"{name}, part {index + 1} {'.'.join(map(str, rest))}"
        case _:
            return f"{name}, {'.'.join(map(str, path))}"
