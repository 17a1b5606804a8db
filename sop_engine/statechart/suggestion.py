"""What an author may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The known names that are most like the one given, the likest first; none where nothing is like it."""
    return tuple(get_close_matches(name, list(known), n=most))


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ", did you mean x?" for the nearest of the known names, or nothing."""
    matches = nearest(name, known, 1)
    return f", did you mean {matches[0]}?" if matches else ""
