"""The feeds that the worker keeps the catalogue fresh from, each by its interval; a failure is told and harms nothing that is served.

Each is synchronised in a process of its own, beside whatever else the worker does.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from multiprocessing import get_context
from typing import Final

from app.ground.bare_urls import without_secrets
from app.ground.errors import ROOTS
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.home.feeds import FeedRecord, FeedRecords
from app.worker.apart import ended
from app.worker.niceness import stand_back
from models.parent import end_with_parent

_LOOK_S: Final = 1.0
_FAILED: Final = 1


class Feeds:
    """Knows when each feed is due: at once, and then after its interval."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._due = dict.fromkeys(settings.feeds, 0.0)

    async def forever(self) -> None:
        """Synchronise those that are due, one after the other."""
        while True:
            for source in [source for source, at in self._due.items() if time.monotonic() >= at]:
                await self.sync(source)
                self._due[source] = time.monotonic() + self._settings.feeds[source].every_s
            await asyncio.sleep(_LOOK_S)

    async def sync(self, source: str) -> None:
        """Synchronise one."""
        process = get_context("spawn").Process(target=sync_apart, args=(self._settings, source), name="sync", daemon=True)
        late = not await ended(process, self._settings.worker.timeout_s)
        if process.exitcode not in {0, _FAILED}:
            why = f"it took longer than {self._settings.worker.timeout_s:g} s" if late else f"its process ended with {process.exitcode}"
            _failed(self._settings, source, why)


def sync_apart(settings: Settings, source: str) -> None:
    """The target of a process, which alone imports what it needs: the worker itself stays small."""
    end_with_parent()
    from app.catalogue.syncing import sync  # noqa: PLC0415
    from models.datasets.findings import Findings  # noqa: PLC0415
    from models.datasets.rejects import Rejects  # noqa: PLC0415

    configure(settings.log)
    stand_back(settings.worker.nice)
    try:
        with Rejects(FeedRecords(settings.home).rejects_file(source)) as rejects:
            done = sync(source, settings, mapping=settings.feeds[source].mapping, findings=Findings(rejects=rejects))
    except (*ROOTS, OSError) as error:
        _failed(settings, source, str(error))
        raise SystemExit(_FAILED) from error
    if not done.unchanged:
        logger().info(
            "feed_synced",
            feed=FeedRecord(source=source).name,
            items=done.items,
            new=done.new,
            changed=done.changed,
            gone=done.gone,
            rejected=done.rejected,
            pictures_left_out=len(done.refused),
            seconds=round(done.seconds, 1),
        )


def _failed(settings: Settings, source: str, why: str) -> None:
    with suppress(OSError):  # a full disk: the log line tells
        FeedRecords(settings.home).failed(source, why)
    logger().error("feed_failed", feed=FeedRecord(source=source).name, why=without_secrets(why))
