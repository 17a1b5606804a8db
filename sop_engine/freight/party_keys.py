"""What tells one party, or one paper's number, from another, however people and banks spell it.

Width (`（` and `(`), case, blanks, dashes and signs that nobody sees tell nothing: `TT-1`, `tt-1` and `TT 1` are one
bank reference. Only between two digits a blank or dash counts, all of them alike: 1-11 and 11-1 are two numbers.
"""

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f]"
)
"""Unicode's default ignorable code points that occur in text, and control characters."""
_SEPARATORS = re.compile(r"[\s\u002d\u2010-\u2015\u2212\u2e3a\u2e3b\u301c\u3030\u30a0]+")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)-(?=\d)")


@lru_cache(maxsize=20_000)
def party_key(text: str) -> str:
    """The key by which names of parties and numbers of papers are compared; the text itself is what is shown.

    Two texts with one key mean the same. Empty for a text that says nothing.
    """
    seen = _INVISIBLE.sub("", text)
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    parts = _SEPARATORS.sub("-", _INVISIBLE.sub("", plain)).strip("-")
    kept = _BETWEEN_DIGITS.sub("\n", parts).replace("-", "").replace("\n", "-")
    # Composed once more: what stood apart may stand side by side.
    return unicodedata.normalize("NFKC", kept or "".join(plain.split()))


def is_same(one: str, other: str) -> bool:
    """Whether two spellings mean one party or paper."""
    return party_key(one) == party_key(other)
