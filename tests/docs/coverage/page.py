"""Makes docs/coverage.md from the rows: `python -m tests.docs.coverage.page`."""

import sys
from collections.abc import Iterable, Iterator, Sequence

from sop_engine.console.markdown import markdown_table
from sop_engine.content.library import Library, load_library
from tests.docs.coverage.checking import ROOT, faults_of
from tests.docs.coverage.places import place_of
from tests.docs.coverage.rows import Row, Section, kept_files, read_sections

PAGE = ROOT / "docs" / "coverage.md"
AGAIN = "python -m tests.docs.coverage.page"
INTRODUCTION = f"""# What the sources ask, and what shows that it is done

One row for each demand of the source documents on the procedures that there are: a state with its fields and checks, a
time, a hard rule, a duty that comes again, a measure, a report, a paper. *Place* is where the definition says it,
*shown by* a scenario beside the procedure that comes past it, or a test; of a check and of four eyes one in which
somebody is refused. What the house does otherwise is argued in [decisions.md](decisions.md); what is not done yet says
**open** and what is missing.

The rows are kept in `tests/docs/coverage`, a file for each group of procedures; this page is made from them by
`{AGAIN}`. Tests fail where a place, a scenario, a test or an argument is not there, where a row
has none, and where a procedure, a clock or a figure of a source has no row."""


def coverage_page(sections: Sequence[Section], library: Library) -> str:
    """The whole page. Raises Misplaced for a row whose place is not there."""
    parts = (INTRODUCTION, "", *_totals(sections), "", *_sections(sections, library))
    return "\n".join(parts).rstrip() + "\n"


def _totals(sections: Sequence[Section]) -> Iterator[str]:
    heads = ("Procedure", "Rows", "Shown", "Argued", "Open")
    compared = [section for section in sections if section.rows]
    lines = [(f"[{section.sop}](#{section.sop.lower()})", *_counted(section.rows)) for section in compared]
    lines.append(("**All**", *_counted([row for section in compared for row in section.rows])))
    yield from markdown_table(heads, lines, right=heads[1:])
    yield ""
    yield from _told("Not compared yet", ((each.sop, each.open) for each in sections if each.open))
    yield from _told("Beside the sources", ((each.sop, each.beside) for each in sections if each.beside))


def _told(heading: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    found = [f"- {sop}: {why}" for sop, why in rows]
    if found:
        yield from (f"{heading}:", "", *found, "")


def _counted(rows: Sequence[Row]) -> tuple[str, ...]:
    opened, argued = sum(1 for row in rows if row.open), sum(1 for row in rows if row.argued)
    return tuple(map(str, (len(rows), len(rows) - opened - argued, argued, opened)))


def _sections(sections: Sequence[Section], library: Library) -> Iterator[str]:
    heads = ("Kind", "Asked", "Source", "Place", "Shown by")
    for section in sections:
        if section.rows:
            source = library.sops[section.sop].definition.source
            yield from (f"## {section.sop}", "", *((f"Sources: {source}.", "") if source else ()))
            rows = ((row.kind, row.asks, row.source, _place(row, library), _shown(row)) for row in section.rows)
            yield from (*markdown_table(heads, rows), "")


def _place(row: Row, library: Library) -> str:
    if not row.at:
        return ""
    found = place_of(row, library)
    if not found.file:
        return f"`sop report run {row.at.partition(': ')[2]}`"
    name = found.file.rpartition("/")[2]
    return f"`{row.at}` [{name}:{found.line}](../sop_definitions/{found.file}#L{found.line})"


def _shown(row: Row) -> str:
    by = ", ".join(f"`{cover}`" for cover in row.by)
    if row.open:
        return "; ".join(filter(None, (f"**open**: {row.open}", by)))
    return "; ".join(filter(None, (f"argued: {row.argued}" if row.argued else "", by)))


def main() -> None:
    """Writes the page; where a row does not hold it tells every fault instead."""
    faults: list[str] = []
    sections, library = read_sections(kept_files(), faults), load_library()
    if faults := [*faults, *faults_of(sections, library)]:
        sys.exit("\n".join(faults))
    PAGE.write_text(coverage_page(sections, library), encoding="utf-8")


if __name__ == "__main__":
    main()
