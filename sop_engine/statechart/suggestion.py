"""What an author may have meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return ", did you mean x?" for the nearest of the known names, or nothing."""
    matches = get_close_matches(name, list(known), n=1)
    return f", did you mean {matches[0]}?" if matches else ""
