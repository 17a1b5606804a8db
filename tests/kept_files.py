"""Files for acts in tests: whatever is called like a paper or a picture is made up and kept, with its receipt."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine

from sop_engine.cases.contracts.files import PIECE_BYTES, FileHead, FinishFileInput
from sop_engine.cases.written.file_samples import BEGINNINGS, made_up, sample_content
from sop_engine.records.contents import ContentStore
from sop_engine.records.signing_keys import receipts_of

ENDINGS = tuple(f".{ending}" for ending in BEGINNINGS)


def kept(engine: Engine, value: Any, now: datetime) -> Any:
    """The value, every file in it kept in the records; `now` is the server's."""
    if isinstance(value, str) and value.endswith(ENDINGS):
        return keep(engine, value, sample_content(value), now)
    if isinstance(value, Mapping):
        if value.keys() <= {"file", "content"} and "file" in value and isinstance(made_up(value), Mapping):
            return keep(engine, value["file"], sample_content(value["file"], value.get("content")), now)
        return {key: kept(engine, inner, now) for key, inner in value.items()}
    return [kept(engine, inner, now) for inner in value] if isinstance(value, list | tuple) else value


def keep(engine: Engine, name: str, content: bytes, now: datetime) -> dict[str, Any]:
    """A file that is kept, as an act gives it."""
    store = ContentStore(engine, receipts_of(engine))
    head = FileHead(sha256=sha256(content).hexdigest(), size=len(content))
    wanted = store.begin(head, now)
    for number in wanted.pieces:
        piece = content[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
        store.put(head.model_copy(update={"number": number}), piece)
    possession = sha256(wanted.nonce.encode() + content).hexdigest()
    finish = FinishFileInput(sha256=head.sha256, nonce=wanted.nonce, possession=possession)
    return {"name": name, **store.finish(finish, now).model_dump()}
