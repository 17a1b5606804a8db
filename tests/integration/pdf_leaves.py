"""Papers full of hostile texts, and the leaves of a PDF."""

import re
from itertools import chain
from typing import Any

HOSTILE = '#read("/etc/passwd") $x^2$ *b* _i_ `c` = h \\ [#eval("1")] <title> @x // y /* z ~ "q"'


def hostile(value: Any) -> Any:
    """The data with every text in it replaced."""
    if isinstance(value, dict):
        return {key: hostile(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [hostile(entry) for entry in value]
    return f"{HOSTILE} {'W' * 200} \u202e\x00😀\ud800" if isinstance(value, str) else value


def leaves(value: Any) -> list[str]:
    """Every text and number of the data, as a paper shows it; amounts, instants and choices are written otherwise."""
    if isinstance(value, dict):
        return [] if "currency" in value and "amount" in value else list(chain(*map(leaves, value.values())))
    if isinstance(value, list):
        return list(chain(*map(leaves, value)))
    return [value] if isinstance(value, str) and re.search("[一-鿿]", value) else []
