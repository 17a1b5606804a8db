"""Tables of Markdown, as the pages that are made for readers have them."""

from collections.abc import Iterable, Iterator, Sequence


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a table; the columns named in `right` are aligned to the right. Without rows, there is none."""
    body = [_line(row) for row in rows]
    if body:
        yield _line(heads)
        yield _line(["---:" if head in right else "---" for head in heads])
        yield from body


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "/").split()) for cell in cells) + " |"
