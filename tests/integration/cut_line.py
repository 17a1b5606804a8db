"""A line to a server that can be cut: all are thrown off, and nobody gets through until it is mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Line:
    """Passes bytes on; `cut_after` so many bytes of those who call it breaks."""

    def __init__(self, target: str) -> None:
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self.passed = 0
        """Bytes from callers, while the line stood."""
        self.cut_after: int | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.address = ""

    @property
    def is_cut(self) -> bool:
        return self.cut_after is not None and self.passed >= self.cut_after

    def mend(self, cut_after: int | None = None) -> None:
        self.passed, self.cut_after = 0, cut_after

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.close()
            return
        onward_reader, onward = await asyncio.open_connection(self._host, self._port)
        self._open |= {writer, onward}
        back = asyncio.create_task(self._pass(onward_reader, writer, is_counted=False))
        await self._pass(reader, onward, is_counted=True)
        await back

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_counted: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                self.passed += len(data) if is_counted else 0
                if self.is_cut:
                    break
                writer.write(data)
                await writer.drain()
        if self.is_cut:
            for each in self._open:
                each.transport.abort()
            self._open.clear()
        writer.close()


@asynccontextmanager
async def line_to(target: str) -> AsyncIterator[Line]:
    line = Line(target)
    server = await asyncio.start_server(line.take, "127.0.0.1", 0)
    line.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        line.mend(0)
        server.close()
