"""A page whose figures are computed: prose by hand, and blocks between marks that functions fill.

A block begins with `<!-- computed: name -->` and ends with `<!-- end -->`. Prose holds no figure of its own.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sop_engine.console.markdown import markdown_table
from sop_engine.freight.money import Money

Block = Callable[[], str]

_BLOCK = re.compile(r"<!-- computed: (?P<name>\w+) -->\n.*?<!-- end -->", re.DOTALL)
_CODE_AND_LINKS = re.compile(r"`[^`]*`|\]\([^)]*\)")


def filled(page: str, blocks: Mapping[str, Block]) -> str:
    """The page with every block computed anew. Raises KeyError for a block that nothing computes."""
    return _BLOCK.sub(
        lambda found: f"<!-- computed: {found['name']} -->\n{blocks[found['name']]()}\n<!-- end -->", page
    )


def names(page: str) -> list[str]:
    """The blocks of a page in order."""
    return [found["name"] for found in _BLOCK.finditer(page)]


def figures_in_prose(page: str) -> list[str]:
    """Lines outside blocks that hold a digit; names in code and targets of links do not count."""
    prose = _CODE_AND_LINKS.sub("", _BLOCK.sub("", page))
    return [line for line in prose.splitlines() if re.search(r"\d", line)]


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> str:
    """A table of Markdown; the columns named in `right` are aligned to the right."""
    return "\n".join(markdown_table(heads, ([shown(cell) for cell in row] for row in rows), right))


def shown(value: Any) -> str:
    """A value as a reader of the page sees it; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return f"{value.currency} {value.amount:,}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    if isinstance(value, date):
        return f"{value} {value:%a}"
    return str(value)


def told(*sentences: str) -> str:
    """Computations in words, one a paragraph."""
    return "\n\n".join(f"> {sentence}" for text in sentences for sentence in text.splitlines())


def source(*citations: str) -> str:
    """Where the rules of a block are from, each once."""
    return "From: " + "; ".join(dict.fromkeys(citations)) + "."
