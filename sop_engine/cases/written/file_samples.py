"""Files that are made up where a case is only played: a scenario names them, an exploration needs any.

A made-up content begins as its media type begins, so that it is what it says it is on a server too.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sop_engine.cases.written.fields import FieldSpec
from sop_engine.cases.written.file_facts import is_accepted

BEGINNINGS: Mapping[str, tuple[str, bytes]] = MappingProxyType(
    {
        "pdf": ("application/pdf", b"%PDF-1.7\n"),
        "jpg": ("image/jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"),
        "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
        "heic": ("image/heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
        "mp3": ("audio/mpeg", b"ID3\x04\x00\x00"),
        "eml": ("message/rfc822", b"From: sender@house.example\r\nMIME-Version: 1.0\r\n\r\n"),
        "txt": ("text/plain", b""),
    }
)
"""By a name's ending: the media type, and how such a content begins."""


def sample_content(name: str, content: str | None = None) -> bytes:
    """The content of a made-up file: that of its name, unless it is said."""
    _, beginning = BEGINNINGS.get(name.rpartition(".")[2].lower(), BEGINNINGS["txt"])
    return beginning + (name if content is None else content).encode()


def sample_file(name: str, content: str | None = None) -> dict[str, Any]:
    """The facts of a made-up file."""
    made = sample_content(name, content)
    media_type, _ = BEGINNINGS.get(name.rpartition(".")[2].lower(), BEGINNINGS["txt"])
    return {"name": name, "sha256": sha256(made).hexdigest(), "size": len(made), "type": media_type}


def samples_for(accept: tuple[str, ...], count: int) -> list[dict[str, Any]]:
    """So many different files of which each is accepted."""
    fits = (ending for ending, (media_type, _) in BEGINNINGS.items() if is_accepted(media_type, accept))
    ending = next(fits, None)
    if ending is None:
        made = sample_file("file-1.txt")
        return [{**made, "name": f"file-{n}", "sha256": f"{n:064x}", "type": accept[0]} for n in range(1, count + 1)]
    return [sample_file(f"file-{number}.{ending}") for number in range(1, count + 1)]


def made_up(value: Any) -> Any:
    """The facts of a file that is given by its name, or as `{file: name, content: …}`; of all else what it is."""
    if isinstance(value, str) and value.strip():
        return sample_file(value.strip())
    if isinstance(value, Mapping) and "file" in value and value.keys() <= {"file", "content"}:
        return sample_file(str(value["file"]), value.get("content"))
    return value


def with_samples(specs: Mapping[str, FieldSpec], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every file in them made up, however deep."""
    return {name: _within(specs[name], value) if name in specs else value for name, value in values.items()}


def _within(spec: FieldSpec, value: Any) -> Any:
    if spec.type == "file":
        return made_up(value)
    if spec.type == "list" and isinstance(value, list | tuple):
        return [_within(spec.element(), entry) for entry in value]
    if spec.type == "record" and isinstance(value, Mapping):
        return with_samples(spec.fields or {}, value)
    return value
