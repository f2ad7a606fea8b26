"""Impressions (what shoppers were shown) on their way to the log: a bounded buffer, so that an answer never waits for the log.

A shopper gets the answer whether or not the log is there. Impressions wait here while the log is gone; those that do not fit are dropped
and counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from app.ground.errors import LogError
from app.ground.logs import logger
from app.ground.stopping import stopped
from app.log.base import IMPRESSION, Event, Log, Stream

_TOGETHER: Final = 500
_PAUSE_S: Final = 0.1
_RETRY_S: Final = 1.0
_FAREWELL_S: Final = 3.0


class Impressions:
    """A bounded buffer before the log; used from the event loop only.

    Attributes:
        written: impressions that the log has.
        dropped: impressions lost because the buffer, or nearly the log, was full, or because the service ended while the log was gone.
        trouble: why the log takes no impressions now; None while it does.
    """

    def __init__(self, log: Log, most: int) -> None:
        self._log, self._most = log, most
        self._waiting: deque[Event] = deque()
        self._noted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.written = 0
        self.dropped = 0
        self.trouble: str | None = None

    @property
    def waiting(self) -> int:
        """Impressions that are not in the log yet."""
        return len(self._waiting)

    def note(self, shown: Mapping[str, Any]) -> None:
        """Buffer what was shown under its `recommendation_id`; it reaches the log within moments, or once the log is back."""
        if len(self._waiting) >= self._most:
            self.dropped += 1
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        name = shown["recommendation_id"]
        said = {"type": "impression", "recommendation_id": name, "timestamp": now, "received": now, **shown}
        self._waiting.append(Event(f"{IMPRESSION}{name}", said))
        self._noted.set()

    def start(self) -> None:
        """Write in the background from now on."""
        self._task = asyncio.create_task(self._write_on(), name="impressions")

    async def close(self) -> None:
        """Write the waiting impressions, for a few seconds at most; drop the rest."""
        await stopped(self._task)
        with suppress(LogError, TimeoutError):
            async with asyncio.timeout(_FAREWELL_S):
                while self._waiting:
                    await self._write()
        if self._waiting:
            self.dropped += len(self._waiting)
            logger().warning("impressions_lost", count=len(self._waiting), why=self.trouble)
            self._waiting.clear()

    async def _write_on(self) -> None:
        while True:
            await self._noted.wait()
            try:
                await self._write()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go well
                if self.trouble is None:
                    logger().warning("log_gone", why=str(error), cause=str(error.__cause__ or ""), impressions_waiting=self.waiting)
                self.trouble = str(error)
                await asyncio.sleep(_RETRY_S)
            else:
                if self.trouble is not None:
                    logger().info("log_back", impressions_waiting=self.waiting, impressions_dropped=self.dropped)
                self.trouble = None
                if self.waiting < _TOGETHER:
                    await asyncio.sleep(_PAUSE_S)  # so that a batch gathers

    async def _write(self) -> None:
        batch = list(islice(self._waiting, _TOGETHER))
        if batch:
            await self._log.append(Stream.EVENTS, batch)
        for _ in batch:  # only now: an append that failed, or was cancelled, is made again, and counts once
            self._waiting.popleft()
        self.written += len(batch)
        if not self._waiting:
            self._noted.clear()
