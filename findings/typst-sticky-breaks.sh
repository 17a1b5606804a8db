#!/usr/bin/env bash
# A sticky block of Typst that is longer than a page keeps no line of itself with the block behind it.
#
# Versions:  typst 0.15.2 (the Python package, which brings the compiler), pypdfium2 5.15.2
#
# How:       Pages with room for eight lines. A block with `sticky: true` and `breakable: true` holds some lines, one more
#            block (`next`) follows it. Printed is what stands on each page.
#
# Expected:  Sticky means that no page ends between the two blocks. A block that may break can always do that: it leaves
#            one line more to its last page.
#
# Seen:      A short block moves to the next page as a whole. A long one is only ever moved as a whole too: it leaves six
#            lines of the first page empty although it breaks on the next one anyway, and where its last piece fills a
#            page, the block behind it stands alone on a page of its own:
#
#              4 lines before, 4 kept:  before 4 / kept 4, next
#              2 lines before, 14 kept: before 2 / kept 8 / kept 6, next
#              0 lines before, 16 kept: kept 8 / kept 8 / next
#
# Why:       From outside it looks as if that were decided once, for the whole block, where it begins.
#
# Matters:   A closing statement above the lines for signatures is the usual thing to make sticky. It works on every paper
#            that anybody tries, until the statement is longer than a page: then somebody signs a sheet on which nothing
#            stands. The papers here split such a box themselves, and keep its last lines with the signatures.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2 pypdfium2==5.15.2 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import sys
from collections import Counter

import pypdfium2
import typst

PAGE = """#set page(width: 200pt, height: 200pt, margin: 20pt)
#set text(size: 10pt)
#set block(spacing: 0pt)
#let line(it) = block(height: 20pt, it)
"""
EXPECTED = {
    (4, 4): "before 4 / kept 4, next",
    (2, 14): "before 2 / kept 8 / kept 6, next",
    (0, 16): "kept 8 / kept 8 / next",
}


def pages(before: int, kept: int) -> str:
    lines = "".join("#line[kept]" for _ in range(kept))
    source = PAGE + "#line[before]" * before + f"#block(sticky: true, breakable: true)[{lines}]\n#line[next]\n"
    told = []
    for page in pypdfium2.PdfDocument(typst.compile(source.encode(), format="pdf")):
        words = Counter(page.get_textpage().get_text_range().split())
        told.append(", ".join(word if word == "next" else f"{word} {count}" for word, count in words.items()))
    return " / ".join(told)


found = {asked: pages(*asked) for asked in EXPECTED}
for (before, kept), what in found.items():
    print(f"{before} lines before, {kept} kept: {what}")
sys.exit(0 if found == EXPECTED else 3)
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
