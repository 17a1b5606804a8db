#!/usr/bin/env bash
# A Typst document with a show rule for a word stops compiling once one paragraph holds that word 511 times.
#
# Versions:  typst 0.15.2 (the Python package, which brings the compiler)
#
# How:       `#show "ab": it => it`, a rule that changes nothing, over one paragraph of `ab ab ab …`; the same with a
#            regular expression.
#
# Expected:  It compiles whatever the length of the text: the rule makes nothing of its own.
#
# Seen:      Up to 510 matches in one paragraph compile. With 511 the compiler refuses the document:
#
#              510 matches in one paragraph: compiles
#              511 matches in one paragraph: maximum grouping depth exceeded
#              2000 matches in 1000 paragraphs: compiles
#              511 matches, regular expression: maximum grouping depth exceeded
#              511 matches, the rule on all text: compiles
#
# Why:       Each match becomes an element of its own beside its neighbours, and the elements of one paragraph are grouped
#            together; the limit of that grouping counts matches, not levels that anybody nested.
#
# Matters:   A rule that lets long codes and links break, or sets article numbers apart, is tried on a page of text and
#            works; the first customer who pastes a list into a remark gets no paper at all. A rule on `text` that replaces
#            within the string makes no elements and has no such limit: the papers here are set that way.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import sys

import typst

WORD, REGEX = '#show "ab": it => it\n', '#show regex("ab"): it => it\n'
ALL_TEXT = '#show text: it => { let set-as = it.text.replace("ab", "AB"); if set-as == it.text { it } else { set-as } }\n'
TRIALS = (
    ("510 matches in one paragraph", WORD + "ab " * 510),
    ("511 matches in one paragraph", WORD + "ab " * 511),
    ("2000 matches in 1000 paragraphs", WORD + "ab ab\n\n" * 1000),
    ("511 matches, regular expression", REGEX + "ab " * 511),
    ("511 matches, the rule on all text", ALL_TEXT + "ab " * 511),
)
DEEP = "maximum grouping depth exceeded"
EXPECTED = ["compiles", DEEP, "compiles", DEEP, "compiles"]


def outcome(source: str) -> str:
    try:
        typst.compile(source.encode())
    except typst.TypstError as error:
        return str(error)
    return "compiles"


seen = [outcome(source) for _, source in TRIALS]
for (name, _), came in zip(TRIALS, seen, strict=True):
    print(f"{name}: {came}")
sys.exit(0 if seen == EXPECTED else 3)
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
