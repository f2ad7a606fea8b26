"""What the worker does for a home beside learning.

A new snapshot once much of the catalogue has changed; away with leftovers; the guardrails of experiments, and reports on them.
Each is done in a process of its own, which alone imports what it needs: the worker itself stays small.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Final

from app.experiments.book import ExperimentFile
from app.experiments.kept import KeptReports
from app.ground.errors import ROOTS, HomeError
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.base import START, Log, Stream
from app.worker.apart import ended

Job = Callable[[Settings], None]
_AGAIN_S: Final = 600.0


class Upkeep:
    """Knows what is due in a home."""

    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings, self._log = settings, log
        self._store = ReleaseStore(settings.home)
        self._release, self._offset, self._changed = "", START, set[str]()
        self._swept_at = time.monotonic()
        self._not_before = 0.0
        self._experiments, self._reports = ExperimentFile(settings.home), KeptReports(settings.home)

    async def due(self) -> Job | None:
        """What is to be done now; None where nothing is.

        Raises:
            LogError: the log cannot be read. HomeError: the home is broken.
        """
        worker = self._settings.worker
        if time.monotonic() < self._not_before:
            return None
        if worker.publish_share and await self._share() >= worker.publish_share:
            return publish_again
        if worker.gc_s and time.monotonic() >= self._swept_at + worker.gc_s:
            return sweep
        return None

    async def guard_on(self) -> None:
        """Keep the guardrails of experiments and the reports on them for ever, beside all else: a training may take hours."""
        while every_s := self._settings.worker.guard_s:
            with suppress(HomeError, OSError):
                if any(self._reports.due(self._experiments.book().experiments)):
                    await self.do(guard)
            await asyncio.sleep(every_s)

    async def do(self, job: Job) -> None:
        """Do it, in a process of its own; what went wrong is in the log, and it is tried again a while later."""
        process = get_context("spawn").Process(target=_apart, args=(job, self._settings), name=job.__name__, daemon=True)
        await ended(process, self._settings.worker.timeout_s)
        if job is sweep:
            self._swept_at = time.monotonic()
        if process.exitcode and job is not guard:
            self._not_before = time.monotonic() + _AGAIN_S

    async def _share(self) -> float:
        """Share of the current release's items that have changed since its snapshot; new ones count, too."""
        current = self._store.current()
        if current is None:
            return 0.0
        if current.id != self._release:
            self._release, self._offset, self._changed = current.id, current.catalog_offset, set()
        while entries := await self._log.read(Stream.CATALOGUE, self._offset):
            for entry in entries:
                item = entry.event.data.get("item")
                self._changed.add(str(item.get("id")) if isinstance(item, dict) else "")
            self._offset = entries[-1].offset
        return len(self._changed) / max(1, current.items)


def publish_again(settings: Settings) -> None:
    """Publish the current bundle with the catalogue as it is now, unless another release serves by then."""
    from app.catalogue.publishing import publish  # noqa: PLC0415
    from app.ground import compute  # noqa: PLC0415

    store = ReleaseStore(settings.home)
    before, started = store.served(), time.monotonic()
    release = publish(store.bundle_path(before.bundle), store, serve=False, log=settings.log, device=compute.device(settings.device))
    if store.served().id == before.id:
        store.activate(release.id)
        took = round(time.monotonic() - started, 1)
        logger().info("published_again", release=release.id, before=before.id, items=release.items, seconds=took)


def sweep(settings: Settings) -> None:
    """Remove what nothing needs any more."""
    from app.catalogue.leftovers import leftovers, remove  # noqa: PLC0415

    worker = settings.worker
    found = leftovers(ReleaseStore(settings.home), settings.log, worker.keep_releases, worker.keep_runs)
    changes = remove(found, settings.log, settings.home)
    logger().info("swept", releases=list(found.releases), paths=len(found.paths), bytes=found.size, changes=changes)


def guard(settings: Settings) -> None:
    """Report on experiments, and stop variants that break a guardrail."""
    from app.worker.guard import guard as run  # noqa: PLC0415

    run(settings)


def _apart(job: Job, settings: Settings) -> None:
    configure(settings.log)
    try:
        job(settings)
    except (*ROOTS, OSError) as error:
        logger().error("upkeep_failed", what=job.__name__, why=str(error))
        raise SystemExit(1) from error
