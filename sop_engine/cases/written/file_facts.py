"""The facts of a file: its name, and of content that is kept its hash, size and media type.

A receipt proves that the content is kept. Workers sign it with a key that they share, and whoever asks for the file's
place in a case asks for it first: update validators, which no replay repeats. What a case holds carries none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from types import MappingProxyType
from typing import Any, NamedTuple
from unicodedata import normalize

from sop_engine.basis.faults import Fault
from sop_engine.basis.legible import legible

FACTS = ("name", "sha256", "size", "type")
"""What a case holds of a file."""
RECEIPT = "receipt"
LONGEST_NAME = 200
"""Bytes of UTF-8."""
GOOD_FOR = timedelta(hours=24)
"""How long a receipt is good for, from when the content was brought; unused content is kept far longer."""
_CLOCKS_DIFFER = timedelta(minutes=10)
_UNFIT = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
NAMES_ALLOWED = 'a name of up to 200 bytes without a folder, / \\ : * ? " < > |, unseen signs or a dot at its end'


def name_fault(name: object) -> str | None:
    """Why this is no name for a file on every system that it may be saved on; none where it is one."""
    if not isinstance(name, str) or not name.strip() or name.strip(". ") == "":
        return "is no name"
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return "is too long"
    if (unfit := _UNFIT.search(name)) is not None:
        return f"holds {unfit[0]!r}"
    if legible(name) != name:
        return "holds a sign that nobody sees"
    if name[-1] in ". " or name[0] == " ":
        return "begins with a blank, or ends with a dot or a blank"
    if _DEVICE.match(name):
        return "is the name of a device"
    return None if normalize("NFC", name) == name else "is not in Unicode's composed form (NFC)"


class Receipts(NamedTuple):
    """Signs what is kept, and knows its own signatures again."""

    key: bytes

    def sign(self, digest: str, size: int, media_type: str, at: datetime) -> str:
        """The receipt for a content that was brought then."""
        stamp = at.isoformat(timespec="seconds")
        return f"{stamp}|{self._of(digest, size, media_type, stamp)}"

    def fault(self, file: Mapping[str, Any], now: datetime | None) -> str | None:
        """Why a file is not proven to be kept; none where it is. Without `now` a receipt may be of any age."""
        receipt = file.get(RECEIPT)
        if not isinstance(receipt, str):
            return "is only named, its content is not kept"
        stamp, _, signature = receipt.partition("|")
        expected = self._of(file.get("sha256"), file.get("size"), file.get("type"), stamp)
        if not compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return "does not fit its receipt"
        return None if now is None or _is_fresh(stamp, now) else "has a receipt that is too old"

    def nonce(self, digest: str, at: datetime) -> str:
        """What whoever brings a content is to answer by the hash of it and the content."""
        stamp = at.isoformat(timespec="seconds")
        return f"{stamp}|{self._of('nonce', digest, stamp)}"

    def is_own_nonce(self, nonce: str, digest: str, now: datetime) -> bool:
        """Whether it was given for this content, not too long ago."""
        stamp, _, signature = nonce.partition("|")
        expected = self._of("nonce", digest, stamp)
        return compare_digest(signature.encode("utf-8", "replace"), expected.encode()) and _is_fresh(stamp, now)

    def _of(self, *parts: object) -> str:
        return hmac(self.key, "|".join(map(str, parts)).encode("utf-8", "replace"), sha256).hexdigest()


def without_receipts(value: Any) -> Any:
    """What was told, as the journal has it: of files no receipt."""
    if isinstance(value, Mapping):
        kept = {key: each for key, each in value.items() if key != RECEIPT or "sha256" not in value}
        return {key: without_receipts(each) for key, each in kept.items()}
    return [without_receipts(each) for each in value] if isinstance(value, list | tuple) else value


def _is_fresh(stamp: str, now: datetime) -> bool:
    return -_CLOCKS_DIFFER <= now - datetime.fromisoformat(stamp) <= GOOD_FOR


_SIZE = re.compile(r"(\d{1,6}) ?(kB|MB|GB|bytes)", re.ASCII)
_UNITS: Mapping[str, int] = MappingProxyType({"bytes": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000})
_MEDIA_RANGE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/([a-z0-9][a-z0-9!#$&^_.+-]{0,99}|\*)")


def read_size(text: str) -> int:
    """Bytes of `20 MB`. Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no size such as `20 MB` (units: {', '.join(_UNITS)})")
    return int(found[1]) * _UNITS[found[2]]


def check_size(text: str) -> str:
    """A size as it is written. Raises ValueError for what is none."""
    read_size(text)
    return text


def check_media_range(text: str) -> str:
    """A media type, or all of a kind: `image/*`. Raises ValueError."""
    if _MEDIA_RANGE.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no media type such as application/pdf or image/*")
    return text


def is_accepted(media_type: str, accept: tuple[str, ...]) -> bool:
    """Whether a media type is one of those; any where none are named."""
    return not accept or media_type in accept or f"{media_type.split('/', 1)[0]}/*" in accept


def read_file(
    value: Any, where: str, accept: tuple[str, ...], most: int | None
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The facts of a file, without its receipt, and every fault; `most` bytes."""
    if isinstance(value, str):
        return {"name": value.strip()}, []
    known = (*FACTS, RECEIPT)
    if (
        not isinstance(value, Mapping)
        or not isinstance(value.get("name"), str)
        or any(key not in known for key in value)
    ):
        allowed = "a file's name, or a mapping of " + ", ".join(FACTS)
        return None, [Fault(where=where, what="not a file", allowed=allowed)]
    faults = []
    media_type, size = value.get("type"), value.get("size")
    if isinstance(media_type, str) and not is_accepted(media_type, accept):
        what = f"{value['name']} holds {media_type}, whatever its name says"
        faults.append(Fault(where=where, what=what, allowed=", ".join(accept)))
    if most is not None and isinstance(size, int) and size > most:
        faults.append(Fault(where=where, what=f"{value['name']} has {size:,} bytes", allowed=f"up to {most:,}"))
    return {key: value[key] for key in FACTS if key in value}, faults
