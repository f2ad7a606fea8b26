"""The figures of all processes that answer on one port: whichever is asked for them asks the others.

A counter of one process beside that of another would go up and down from one scrape to the next. Each tells its figures to whoever
connects to its socket, in a directory that nobody else may enter.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.live.figures import labelled

_PATIENCE_S: Final = 2.0
Figures = Callable[[], Awaitable[bytes]]


class Siblings:
    """One of these processes, among the others.

    Args:
        folder: where their sockets are.
        number: of this process; one that takes the place of another has its number.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._server: asyncio.Server | None = None
        self._figures: Figures | None = None

    async def start(self, figures: Figures) -> None:
        """Tell the others these figures from now on."""

        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                writer.write(await figures())
                await writer.drain()
            writer.close()

        path = self._folder / str(self._number)
        path.unlink(missing_ok=True)  # of one that was killed
        self._figures, self._server = figures, await asyncio.start_unix_server(tell, path)

    async def close(self) -> None:
        """Tell nobody any more."""
        if self._server is not None:
            self._server.close()
        (self._folder / str(self._number)).unlink(missing_ok=True)

    async def figures(self) -> bytes:
        """Those of all, with the label ``process``; without those of one that does not answer now."""
        numbers = sorted(int(path.name) for path in self._folder.iterdir() if path.name.isdecimal())
        told = await asyncio.gather(*map(self._of, numbers))
        return labelled("process", {str(number): one for number, one in zip(numbers, told, strict=True) if one})

    async def _of(self, number: int) -> bytes:
        if number == self._number and self._figures is not None:
            return await self._figures()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(self._folder / str(number))
                try:
                    return await reader.read(-1)
                finally:
                    writer.close()
        return b""
