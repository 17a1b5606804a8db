"""Writes docs/conformance.md: what passes, and why the rest does not.

`python -m tests.conformance.document` writes it anew; a test compares it with what the suite says.
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from tests.conformance.exclusions import EXCLUSIONS

_HEAD = """# Conformance to SCXML

The statechart core follows the algorithm of appendix D of W3C's *State Chart XML (SCXML)*, Recommendation of
1 September 2015, in a grammar of its own. The measure is taken from the SCION test suite: {total} pairs of an SCXML
chart and a script of events, 24 of them derived from W3C's own tests. The charts are translated into our grammar
(`tests/conformance/scxml.py`); between any two events the snapshot goes to JSON and back. **{passed} of {total} pass.**

`python -m pytest tests/conformance` runs the suite. Its files are in `tests/conformance/scion`, unchanged and under
their own licence, Apache 2.0: [NOTICE.md](../tests/conformance/scion/NOTICE.md) says which version they are of.

## What passes

| Group | Pairs | Passed | Names |
| --- | ---: | ---: | --- |
"""

_EXCLUDED = """
## What does not, and why

A test makes sure that each of these is refused rather than passed by accident.
"""


def document(pairs: Sequence[str]) -> str:
    """The whole text."""
    passed = [pair for pair in pairs if pair not in EXCLUSIONS]
    parts = [_HEAD.format(total=len(pairs), passed=len(passed))]
    for group, members in groupby(pairs, key=lambda pair: pair.split("/")[0]):
        names = [member.split("/")[1] for member in members]
        good = [name for name in names if f"{group}/{name}" not in EXCLUSIONS]
        parts.append(f"| {group} | {len(names)} | {len(good)} | {', '.join(good)} |\n")
    parts.append(_EXCLUDED)
    for name, exclusion in EXCLUSIONS.items():
        parts.append(f"\n### {name}\n\nSection {exclusion.section}: “{exclusion.quotation}”\n\n{exclusion.reason}\n")
    return "".join(parts)


if __name__ == "__main__":
    from tests.conformance.scion_pairs import PAIRS, ROOT

    Path(ROOT / "docs" / "conformance.md").write_text(document(PAIRS), encoding="utf-8")
