"""Looks whether the log still has all that it has acknowledged, and has room: when the service starts, and now and then while it runs."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

from app.ground.errors import LogLostError, LogUnavailableError
from app.ground.logs import logger
from app.ground.parts import LogSettings
from app.ground.stopping import stopped
from app.log.base import START, Log, Stream, order
from app.log.mark import Mark

_SHARE: Final = 0.01
"""Share of the time that reading all of the log may take."""
SCARCE: Final = "the log has little room left, which is for what the shop's own keys tell"
_KEPT_FREE: Final = 0.03
"""Share of the log's room that nobody but the shop fills."""


class LogWatch:
    """Watches a log; used from the event loop only.

    Attributes:
        lost: what the log lacks, or how it is damaged; None while it is sound, or cannot be reached.
        scarce: whether the room that is left is for what the shop itself tells.
    """

    def __init__(self, log: Log, settings: LogSettings, mark: Mark | None = None) -> None:
        self._log, self._check_s, self._mark = log, settings.check_s, mark
        self._open_bytes = settings.open_bytes
        self.scarce = False
        self._acknowledged = START
        self._task: asyncio.Task[None] | None = None
        self._thorough_at = 0.0
        self.lost: str | None = None

    def check(self) -> None:
        """Refuse what would be kept in a log that is known to lack something.

        Raises:
            LogLostError: it is.
        """
        if self.lost is not None:
            msg = f"{self.lost}; nothing is taken until `attire log check` finds it sound"
            raise LogLostError(msg)

    def check_room(self) -> None:
        """Refuse what anybody may send while the room that is left is the shop's.

        Raises:
            LogUnavailableError: it is.
        """
        if self.scarce:
            msg = f"{SCARCE}; try again later"
            raise LogUnavailableError(msg)

    def check_shown(self, shown: str) -> None:
        """Refuse to answer by a catalogue that lacks changes which were acknowledged, and which the log has no more.

        Args:
            shown: offset of the last change that it has.

        Raises:
            LogLostError: it does.
        """
        if self.lost is not None and order(shown) < order(self._acknowledged):
            msg = f"{self.lost}; the catalogue is not shown without what is missing, until the log is back, or `attire log repair`"
            raise LogLostError(msg)

    async def start(self) -> None:
        """Look once, then go on looking."""
        await self._look()
        await self._look_for_room()
        self._task = asyncio.create_task(self._watch(), name="log-watch")

    async def close(self) -> None:
        """Look no more."""
        await stopped(self._task)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._check_s)
            try:
                await self._look()
                await self._look_for_room()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may go well
                logger().warning("log_not_examined", why=str(error))

    async def _look(self) -> None:
        started = time.monotonic()
        thorough = started >= self._thorough_at
        try:
            found = await self._log.examine(thorough=thorough or self.lost is not None)
        except LogUnavailableError:  # told where it is written to
            return
        if thorough:
            self._thorough_at = time.monotonic() + max(self._check_s, (time.monotonic() - started) / _SHARE)
        lost = "; ".join(found) or None
        if lost is not None and self._mark is not None:
            with suppress(LogLostError, OSError):  # a damaged mark says nothing of what is missing
                marked = (await asyncio.to_thread(self._mark.read)).get(Stream.CATALOGUE)
                self._acknowledged = marked.end if marked else START
        if lost is not None and self.lost is None:
            logger().error("log_lost", why=lost, what_to_do="`attire log check` says more; see docs/operations.md")
        if lost is None and self.lost is not None:
            logger().info("log_sound")
        self.lost = lost

    async def _look_for_room(self) -> None:
        with suppress(LogUnavailableError):  # told where it is written to
            taken, free = await self._log.taken(), await self._log.free()
            full = (bool(self._open_bytes) and taken >= self._open_bytes) or (free is not None and free < _KEPT_FREE)
            scarce = full or await self._log.crowds()
            if scarce and not self.scarce:
                logger().error(
                    "log_nearly_full",
                    bytes=taken,
                    free=free,
                    what_to_do="run `attire worker`, which empties it; see ATTIRE_LOG__OPEN_BYTES",
                )
            self.scarce = scarce
