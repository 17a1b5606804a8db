"""What an author may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The known names that are most like the one given, the likest first; none where nothing is like it.

    The same letters in another order are likest: `UDS` is a slip for USD, as much as it is like UZS.
    """
    names = list(known)
    alike = get_close_matches(name, names, n=max(1, len(names)))
    return tuple(sorted(alike, key=lambda each: sorted(each) != sorted(name)))[:most]


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ", did you mean x?" for the nearest of the known names, or nothing."""
    matches = nearest(name, known, 1)
    return f", did you mean {matches[0]}?" if matches else ""
