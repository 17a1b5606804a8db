"""Contents: the bytes of papers and files, kept once per SHA-256 in pieces, whoever refers to them.

Whoever brings one asks what is wanted, brings the pieces in any order and as often as the line breaks, and has them
counted: nothing is kept twice, and nothing is a content before its hash was found right.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection, Engine, delete, select, update
from sqlmodel import Field

from sop_engine.basis.faults import Fault, InvalidInput, NotFound, Refused
from sop_engine.cases.contracts.files import PIECE_BYTES, FileHead, FileReceipt, FinishFileInput, Wanted
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.records.columns import Row, UtcInstant
from sop_engine.records.engine import insert_into, writing
from sop_engine.records.keeping import Keeping, backed_up
from sop_engine.records.media_types import HEAD_BYTES, media_type_of
from sop_engine.records.pieces_folder import PiecesFolder


class ContentRow(Row, table=True):
    """What is kept, or being brought."""

    __tablename__ = "contents"
    keeping: ClassVar[Keeping] = backed_up(
        "people attach files; papers are rendered again, and taken only where the hash is the recorded one"
    )

    sha256: str = Field(primary_key=True)
    size: int
    media_type: str | None = None
    """As the content itself says; none before it is whole, and of papers."""
    touched_at: datetime = Field(sa_type=UtcInstant, index=True)
    """When somebody last brought it."""
    is_whole: bool
    """Whether every piece is there and the hash was found right. Not where it was lost: only a backup has it then."""


class PieceRow(Row, table=True):
    """A piece of a content."""

    __tablename__ = "pieces"
    keeping: ClassVar[Keeping] = backed_up("parts of contents")

    sha256: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: bytes


class ContentStore:
    """Brings contents into the records, or their pieces into a folder, and hands them out.

    What is read may lie in either place, so a site can move from one to the other.
    """

    def __init__(self, engine: Engine, receipts: Receipts, folder: Path | None = None, largest: int = 2**40) -> None:
        """`largest`: bytes of a file that is taken."""
        self._engine = engine
        self._receipts = receipts
        self._folder = None if folder is None else PiecesFolder(folder)
        self._largest = largest

    def begin(self, head: FileHead, now: datetime) -> Wanted:
        """What is still to be brought. Raises InvalidInput for a content that is too large or has another size."""
        if head.size > self._largest:
            fault = Fault(where="size", what=f"{head.size:,} bytes are too many", allowed=f"up to {self._largest:,}")
            raise InvalidInput("The file is not taken", [fault])
        contents = ContentRow.table()
        own = contents.c.sha256 == head.sha256
        with writing(self._engine) as connection:
            new = {"sha256": head.sha256, "size": head.size, "touched_at": now, "is_whole": False}
            connection.execute(insert_into(contents, connection.dialect).values(new).on_conflict_do_nothing())
            row = connection.execute(select(contents).where(own)).one()
            if row.size != head.size and row.is_whole:
                fault = Fault(where="size", what=f"is not {head.size:,} bytes", allowed=f"{row.size:,}")
                raise InvalidInput("The file is not taken", [fault])
            if row.size != head.size:
                self._drop_pieces(connection, head.sha256)
            connection.execute(update(contents).where(own).values(touched_at=now, size=head.size))
            kept = _numbers(connection, head.sha256) | (self._folder.numbers(head.sha256) if self._folder else set())
        wanted = () if row.is_whole else tuple(number for number in range(_count(head.size)) if number not in kept)
        return Wanted(pieces=wanted, nonce=self._receipts.nonce(head.sha256, now))

    def put(self, head: FileHead, piece: bytes) -> None:
        """Keeps a piece; one that is there already stays. Raises InvalidInput for one of another length, NotFound for
        one of a content that nobody began to bring."""
        expected = min(PIECE_BYTES, head.size - head.number * PIECE_BYTES)
        if len(piece) != expected or expected <= 0:
            fault = Fault(
                where="piece", what=f"{head.number} has {len(piece):,} bytes", allowed=f"{max(expected, 0):,}"
            )
            raise InvalidInput("The piece is not taken", [fault])
        contents, pieces = ContentRow.table(), PieceRow.table()
        with writing(self._engine) as connection:
            row = connection.execute(select(contents).where(contents.c.sha256 == head.sha256)).first()
            if row is None or row.size != head.size:
                raise NotFound(f"nobody began to bring {head.sha256}")
            if row.is_whole:
                return
            if self._folder is None:
                new = insert_into(pieces, connection.dialect)
                values = {"sha256": head.sha256, "number": head.number, "content": piece}
                connection.execute(new.values(values).on_conflict_do_nothing())
        if self._folder is not None:
            self._folder.put(head.sha256, head.number, piece)

    def finish(self, given: FinishFileInput, now: datetime) -> FileReceipt:
        """Counts the pieces, hashes them, says what they hold and signs that they are kept.

        Raises NotFound where pieces are missing, Refused for a hash that lies, which clears what was brought under it,
        and for whoever cannot show that he has the content.
        """
        if not self._receipts.is_own_nonce(given.nonce, given.sha256, now):
            raise Refused("the nonce is not of this content, or too old; begin again")
        contents = ContentRow.table()
        own = contents.c.sha256 == given.sha256
        with self._engine.connect() as connection:
            row = connection.execute(select(contents).where(own)).first()
        if row is None:
            raise NotFound(f"nobody began to bring {given.sha256}")
        digest, possession, head = sha256(), sha256(given.nonce.encode()), b""
        for piece in self._pieces(given.sha256, row.size):
            head = head or piece[:HEAD_BYTES]
            digest.update(piece)
            possession.update(piece)
        if digest.hexdigest() != given.sha256:
            with writing(self._engine) as connection:
                self._drop_pieces(connection, given.sha256)
            raise Refused(f"what was brought is not the content with the hash {given.sha256}; nothing of it is kept")
        if possession.hexdigest() != given.possession:
            raise Refused("whoever asks for a receipt shows that he has the content; a hash alone is not enough")
        media_type = media_type_of(head)
        with writing(self._engine) as connection:
            kept = update(contents).where(own).values(media_type=media_type, touched_at=now, is_whole=True)
            if connection.execute(kept).rowcount == 0:
                raise NotFound(f"{given.sha256} was taken away meanwhile; bring it again")
        receipt = self._receipts.sign(given.sha256, row.size, media_type, now)
        return FileReceipt(sha256=given.sha256, size=row.size, type=media_type, receipt=receipt)

    def has(self, digest: str) -> bool:
        """Whether a content is kept whole."""
        contents = ContentRow.table()
        with self._engine.connect() as connection:
            return bool(connection.scalar(select(contents.c.is_whole).where(contents.c.sha256 == digest)))

    def read(self, digest: str, number: int) -> bytes:
        """One piece of a whole content. Raises NotFound."""
        contents = ContentRow.table()
        with self._engine.connect() as connection:
            row = connection.execute(select(contents).where(contents.c.sha256 == digest, contents.c.is_whole)).first()
        if row is None:
            raise NotFound(f"the content {digest} was lost; only a backup of the records has it")
        return self._piece(digest, number)

    def _pieces(self, digest: str, size: int) -> Iterator[bytes]:
        for number in range(_count(size)):
            yield self._piece(digest, number)

    def _piece(self, digest: str, number: int) -> bytes:
        pieces = PieceRow.table()
        chosen = select(pieces.c.content).where(pieces.c.sha256 == digest, pieces.c.number == number)
        with self._engine.connect() as connection:
            piece = connection.scalar(chosen)
        if piece is None and self._folder is not None:
            piece = self._folder.read(digest, number)
        if piece is None:
            raise NotFound(f"piece {number} of {digest} is not there; bring it again")
        return bytes(piece)

    def _drop_pieces(self, connection: Connection, digest: str) -> None:
        delete_pieces(connection, digest)
        if self._folder is not None:
            self._folder.drop(digest)


def keep_content(connection: Connection, content: bytes, now: datetime) -> str:
    """Keeps the content of a paper within the transaction that keeps the paper; answers its hash."""
    digest = sha256(content).hexdigest()
    contents = ContentRow.table()
    if not connection.scalar(select(contents.c.is_whole).where(contents.c.sha256 == digest)):
        keep_place(connection, digest, now)
        delete_pieces(connection, digest)
        whole = {"size": len(content), "touched_at": now, "is_whole": True}
        connection.execute(update(contents).where(contents.c.sha256 == digest).values(whole))
        rows = [
            {"sha256": digest, "number": number, "content": content[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]}
            for number in range(_count(len(content)))
        ]
        if rows:
            connection.execute(PieceRow.table().insert(), rows)
    return digest


def keep_place(connection: Connection, digest: str, now: datetime) -> None:
    """Keeps the place of a content that is not there, so that a paper can name it; one that is there stays."""
    new = {"sha256": digest, "size": 0, "touched_at": now, "is_whole": False}
    connection.execute(insert_into(ContentRow.table(), connection.dialect).values(new).on_conflict_do_nothing())


def delete_content(connection: Connection, digest: str) -> None:
    """Takes a content away. What of it lies in a folder is loose from then on."""
    contents = ContentRow.table()
    delete_pieces(connection, digest)
    connection.execute(delete(contents).where(contents.c.sha256 == digest))


def delete_pieces(connection: Connection, digest: str) -> None:
    pieces = PieceRow.table()
    connection.execute(delete(pieces).where(pieces.c.sha256 == digest))


def _numbers(connection: Connection, digest: str) -> set[int]:
    pieces = PieceRow.table()
    return set(connection.scalars(select(pieces.c.number).where(pieces.c.sha256 == digest)))


def _count(size: int) -> int:
    """How many pieces a content of so many bytes has."""
    return -(-size // PIECE_BYTES)
