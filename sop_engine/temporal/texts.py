"""Texts that Temporal keeps beside a case for its lists and its Web UI, cut to what a server takes.

Sizes count as the server counts them: the JSON text with its quotes. Of a search attribute that is ASCII, so a Chinese
character counts 6 bytes and one outside the basic plane 12; of summaries and details it is UTF-8.
"""

import json
from collections.abc import Callable

from sop_engine.basis.legible import legible, legible_line

LONGEST_KEYWORD = 200
"""Characters: where lists are kept in SQL, a keyword has a column of 255."""
LARGEST_KEYWORD = 2_048
"""Bytes. One more and the server ends the run that sets it."""
LARGEST_SUMMARY = 400
"""Bytes that the interface documents for a summary."""
LARGEST_DETAILS = 20_000
"""Bytes that the interface documents for details, the case card among them."""

CUT = "…"


def keyword(value: str) -> str:
    """The value of a search attribute: as much of its beginning as fits, so that a query for that finds it."""
    return _beginning(legible(value)[:LONGEST_KEYWORD], LARGEST_KEYWORD, _ascii)


def summary(text: str) -> str:
    """One line beside a workflow, an activity or a timer."""
    return _fitting(legible_line(text), LARGEST_SUMMARY)


def details(text: str) -> str:
    """Several lines of Markdown beside a workflow."""
    return _fitting(legible(text), LARGEST_DETAILS)


def _fitting(text: str, largest: int) -> str:
    if _utf8(text) + 2 <= largest:
        return text
    return _beginning(text, largest - _utf8(CUT), _utf8) + CUT


def _beginning(text: str, largest: int, size: Callable[[str], int]) -> str:
    """The characters that fit in so many bytes together with the quotes."""
    left = largest - 2
    for position, character in enumerate(text):
        left -= size(character)
        if left < 0:
            return text[:position]
    return text


def _ascii(text: str) -> int:
    return len(json.dumps(text)) - 2


def _utf8(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2
