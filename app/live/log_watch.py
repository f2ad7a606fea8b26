"""Looks whether the log still has all that it has acknowledged: when the service starts, and now and then while it runs."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

from app.ground.errors import LogLostError, LogUnavailableError
from app.ground.logs import logger
from app.log.base import Log

_SHARE: Final = 0.01
"""Share of the time that reading all of the log may take."""


class LogWatch:
    """Watches a log; used from the event loop only.

    Attributes:
        lost: what the log lacks, or how it is damaged; None while it is sound, or cannot be reached.
    """

    def __init__(self, log: Log, check_s: float) -> None:
        self._log, self._check_s = log, check_s
        self._task: asyncio.Task[None] | None = None
        self._thorough_at = 0.0
        self.lost: str | None = None

    def check(self) -> None:
        """Refuse what would be kept in a log that is known to lack something.

        Raises:
            LogLostError: it is.
        """
        if self.lost is not None:
            msg = f"{self.lost}; nothing is taken until `attire log repair`"
            raise LogLostError(msg)

    async def start(self) -> None:
        """Look once, then go on looking."""
        await self._look()
        self._task = asyncio.create_task(self._watch(), name="log-watch")

    async def close(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._check_s)
            try:
                await self._look()
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
        if lost is not None and self.lost is None:
            logger().error("log_lost", why=lost, what_to_do="`attire log check`, then `attire log repair`; see docs/operations.md")
        if lost is None and self.lost is not None:
            logger().info("log_sound")
        self.lost = lost
