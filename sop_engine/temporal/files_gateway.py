"""Bringing files and fetching them in pieces through Temporal, so that no operator's machine needs the records."""

import asyncio
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from unicodedata import normalize

from sop_engine.basis.faults import Fault, InvalidInput, Refused
from sop_engine.cases.contracts.files import PIECE_BYTES, FileHead, FileReceipt, FinishFileInput, ReadPieceInput, Wanted
from sop_engine.cases.written.file_facts import NAMES_ALLOWED, name_fault
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.queues import FILE_BEGIN, FILE_FINISH, FILE_PIECE, READ_PIECE

Content = Callable[[], BinaryIO]
"""Opens what is to be read."""

AT_ONCE = 4
"""Pieces under way at the same time."""


class FilesGateway:
    """Brings files and fetches them. Every method may raise what `CaseGateway.run` raises."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def bring(self, path: Path) -> dict[str, Any]:
        """Brings what is not kept yet of a file; the value of a field of type `file`, with its receipt.

        Raises InvalidInput for a file that cannot be read or whose name none may have.
        """
        try:
            return await self.bring_content(path.name, lambda: path.open("rb"), str(path))
        except (OSError, ValueError) as error:
            what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            raise InvalidInput("The file cannot be taken", [Fault(str(path), what)]) from None

    async def bring_content(self, called: str, content: Content, where: str = "") -> dict[str, Any]:
        """The same of a content that need not be a file of this machine; it is read more than once."""
        name = normalize("NFC", called)
        if (why := name_fault(name)) is not None:
            raise InvalidInput("The file cannot be taken", [Fault(where or name, f"its name {why}", NAMES_ALLOWED)])
        digest, size = await asyncio.to_thread(_hash, content)
        head = FileHead(sha256=digest, size=size)
        wanted = await self._gateway.run(FILE_BEGIN, [head], Wanted)
        await self._send(head, wanted.pieces, content)
        possession, _ = await asyncio.to_thread(_hash, content, wanted.nonce.encode())
        given = FinishFileInput(sha256=digest, nonce=wanted.nonce, possession=possession)
        receipt = await self._gateway.run(FILE_FINISH, [given], FileReceipt)
        return {"name": name, **receipt.model_dump()}

    async def fetch(self, wanted: ReadPieceInput, size: int) -> bytes:
        """The content of a paper or file of a case, whichever piece of it is named. Raises Refused where it is not what
        its hash says."""
        numbers = range(-(-size // PIECE_BYTES))
        asked = (wanted.model_copy(update={"number": number}) for number in numbers)
        content = b"".join([await self._gateway.run(READ_PIECE, [question], bytes) for question in asked])
        if sha256(content).hexdigest() != wanted.sha256:
            raise Refused(f"what was fetched has not the hash {wanted.sha256}")
        return content

    async def _send(self, head: FileHead, pieces: Sequence[int], content: Content) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def send(number: int) -> None:
            async with limit:
                piece = await asyncio.to_thread(_piece, content, number)
                await self._gateway.run(FILE_PIECE, [head.model_copy(update={"number": number}), piece], None)

        sending = [asyncio.create_task(send(number)) for number in pieces]
        try:
            await asyncio.gather(*sending)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)


def _piece(content: Content, number: int) -> bytes:
    with content() as file:
        file.seek(number * PIECE_BYTES)
        return file.read(PIECE_BYTES)


def _hash(content: Content, before: bytes = b"") -> tuple[str, int]:
    """The SHA-256 of the content, with something before it, and how long the content is."""
    digest, size = sha256(before), 0
    with content() as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size
