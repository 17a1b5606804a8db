"""How much a case takes: sizes in bytes, lengths, counts. Each limit with its reason.

What exceeds one is refused before it reaches the state of the case: to a person with what is allowed, of a machine in
the journal. So whatever a case has taken, what the engine makes of it stays below `MESSAGE_BYTES`.
"""

from __future__ import annotations

from pydantic_core import to_json

MESSAGE_BYTES = 512 * 1024
"""Of what the engine sends through Temporal: a quarter of what the server takes, for each place counts differently."""

ACT_BYTES = 64_000
"""Of an act, a signal or a report: the server repeats an act in its answer, the journal keeps old and new values."""

START_BYTES = 128_000
"""Of what a case is started with."""

DATA_BYTES = 96_000
"""Of the data of a case: every notice, paper and posting carries all of it, and so does the read model."""

STATE_BYTES = 440_000
"""Of all that a case carries to its next run beside its procedure, which takes up to 40,000."""

RESERVE_BYTES = 20_000
"""Of the state, for what the engine itself reports: a case that is full hears the end of its work all the same."""

HELD_EVENTS, HELD_BYTES = 200, 256_000
"""What a held case keeps for its resumption."""

KEPT_COMMAND_BYTES = 16_000
"""Of a notice, paper or posting that failed and can be asked for again, without what the case knows anyway."""

REMEMBERED_BYTES = 64
"""Of an id by which a repetition is known. A longer one is known by its digest: a thousand are remembered."""

TEXT_LENGTH, REASON_LENGTH, COMMENT_LENGTH = 200, 2_000, 5_000
"""Characters of what a person gives beside the case's fields: a name or an id, a reason, a comment."""

LIST_ENTRIES = 1_000
"""Entries of a list unless its definition allows fewer."""

FILES = 300
"""That a case holds, all versions: each of its publications carries what they are called, a hundred kilobytes then."""

CASE_ID_BYTES = 500
"""Of a case's id in UTF-8. The server takes a thousand, and the ids of child cases begin with that of their parent."""

NAME_BYTES = 400
"""Of a name in the journal: of an event, a task, a clock, a person. What is longer was made up."""

NOTE_BYTES = 20_000
"""Of a step's note. The longest text of a person, a comment, has 5,000 characters of four bytes at most."""


def is_case_id(text: str) -> bool:
    """Whether there can be a case of that id."""
    return 0 < len(text.encode("utf-8", "surrogatepass")) <= CASE_ID_BYTES


def size_of(value: object) -> int:
    """Bytes of a value as JSON."""
    return len(to_json(value, fallback=str))


def too_large(what: str, size: int, most: int) -> str:
    """The words of a refusal."""
    return f"{what} has {size:,} bytes; up to {most:,} are taken. Long lists and papers belong into attached files"


class OverfullError(ValueError):
    """What a message would leave behind exceeds a limit of the case."""


def cut(text: str, most: int) -> str:
    """The text, cut to so many bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
