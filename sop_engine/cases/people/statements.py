"""What a person signs to prove that a message is theirs: every word that decides what it does, and where.

The message is signed as it is understood, not by its bytes: whoever sends it by another program may write its JSON
otherwise. Numbers are compared as the interpreter reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal, NamedTuple

HEADER = "sop-proof"
"""The header of Temporal that carries a proof, in updates, starts and questions alike."""

Kind = Literal["act", "start", "question"]
"""An update of a workflow, the start of one, an activity that only reads."""

_CLAIMS = ("actor", "reader")
_WRAPPERS = ("order", "given")
"""Fields of those messages that hold what a person asks for beside something else."""


class Statement(NamedTuple):
    """A message of somebody, before it is signed."""

    kind: Kind
    namespace: str
    subject: str
    """Which workflow; of a question the task queue."""
    run: str
    """Which run of it, where a workflow that lasts for ever would take a message once more in its next one."""
    name: str
    """Of the update, of the workflow's type, or of the activity."""
    id: str
    """Of the update or the activity: it is carried out once. A start has its workflow's."""
    claim: str
    """Who says it."""
    digest: str

    def at(self, moment: int) -> bytes:
        """What is signed at a moment, in seconds since 1970."""
        return json.dumps(["sop-proof 1", *self, moment], ensure_ascii=True).encode()


class Proof(NamedTuple):
    """What stands in the header: by which key, when, and the signature."""

    key: str
    """The fingerprint of the public key, or `WORKERS`."""
    moment: int
    """Seconds since 1970."""
    signature: str

    def __str__(self) -> str:
        return f"{self.key}.{self.moment}.{self.signature}"


def read_proof(text: object) -> Proof | None:
    """A header's proof; none where it cannot be one."""
    parts = text.split(".") if isinstance(text, str) else []
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 11):
        return None
    return Proof(parts[0], int(parts[1]), parts[2])


def digest_of(values: Sequence[Any]) -> str:
    """The hash of a message, of values as JSON has them and of bytes."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=bytes.hex)
    return sha256(text.encode()).hexdigest()


def claim_of(values: Sequence[Any]) -> object:
    """Who a message says it is by; None where it names nobody. Whatever stands there, a name or not."""
    return _claim_in(values[0]) if values and isinstance(values[0], Mapping) else None


def _claim_in(said: Mapping[str, Any]) -> object:
    for name in _CLAIMS:
        if said.get(name) is not None:
            return said[name]
    inner = (said[name] for name in _WRAPPERS if isinstance(said.get(name), Mapping))
    return next((claim for each in inner if (claim := _claim_in(each)) is not None), None)
