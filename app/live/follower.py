"""Follows ``CURRENT``: another release is loaded and warmed in the background, checked, and published by one assignment.

Any failure is logged, and the current release goes on serving. A release that was replaced is freed when the last request that uses it
ends.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from app.ground import compute
from app.ground.allocator import give_back
from app.ground.errors import ROOTS, HomeError, RequestError
from app.ground.logs import logger
from app.ground.settings import Settings
from app.ground.stopping import stopped
from app.home.origin import SHADOW, origin_of
from app.home.replicas import ServingNote
from app.home.store import ReleaseRecord, ReleaseStore
from app.live.memory import free_bytes, needed_bytes
from app.live.metrics import Metrics
from app.live.replay import Replay
from app.live.shadow import Shadow
from app.log.open import check_place
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.release.serving import Serving

_AGAIN_S: Final = 30.0
_TROUBLE: Final = (*ROOTS, OSError, MemoryError)


class Beside(Protocol):
    """What answers beside the release that serves; see ``app.live.variants``."""

    def loaded(self, release_id: str) -> Release | None: ...

    async def keep(self, release: Release) -> None: ...


class ReleaseFollower:
    """Keeps one replica at the release that ``CURRENT`` names; used from the event loop only.

    Attributes:
        freed: replaced releases whose memory is free again.
        trouble: why the release that ``CURRENT`` names is not served here; None while it is.
        seconds: duration of the last load.
        shadow: asks a candidate beside the release that serves, while there is one.
        beside: has releases that need not be loaded again, and takes the one that is replaced if it is wanted there.
    """

    def __init__(self, store: ReleaseStore, serving: Serving, replay: Replay, settings: Settings, metrics: Metrics) -> None:
        self._store, self._serving, self._replay, self._settings, self._metrics = store, serving, replay, settings, metrics
        self._background = ThreadPoolExecutor(1, "load")
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._refused: tuple[str, float] = ("", 0.0)
        self._note = ServingNote(store.home)
        self.shadow = Shadow(store.home, settings.swap.shadow_share, self._background)
        self.freed = self._given_back = 0
        self.trouble: str | None = None
        self._origin_gone = False
        self.seconds = 0.0
        self.beside: Beside | None = None

    def start(self) -> None:
        """Follow from now on."""
        self._task = asyncio.create_task(self._follow(), name="swap")

    async def close(self) -> None:
        """Stop following."""
        await stopped(self._task)
        self.shadow.follow(None)
        await asyncio.to_thread(self._note.remove)
        await asyncio.to_thread(self._background.shutdown, wait=True, cancel_futures=True)

    async def activate(self, release_id: str, *, back: bool = False) -> Release:
        """Load and check a release, write it to ``CURRENT`` for all replicas, and serve it here.

        Args:
            back: see ``ReleaseStore.activate``.

        Raises:
            HomeError: there is no such release, or it does not fit into memory. OtherLogError: its place is in another log.
            BundleError, SnapshotError: it is broken. Whatever is raised, the current release goes on serving.
        """
        record = await asyncio.to_thread(self._store.record, release_id)
        async with self._turn:
            release = self._loaded(release_id) or await self._load(record)
            await asyncio.to_thread(self._store.activate, release_id, back=back)
            await self._publish(release)
        return release

    def check_room(self, records: Sequence[ReleaseRecord]) -> None:
        """Refuse releases that do not fit into memory beside what is loaded.

        Raises:
            HomeError: they do not; the message says what they need, and what is free.
        """
        need = int(self._settings.swap.memory_headroom * sum(needed_bytes(self._store, record) for record in records))
        free = free_bytes()
        if free is not None and need > free:
            names = ", ".join(record.id for record in records)
            msg = f"release {names} needs about {need / 1e6:,.0f} MB beside the one that serves, and {free / 1e6:,.0f} MB are free"
            raise HomeError(msg)

    async def load_beside(self, release_id: str) -> Release:
        """Load, check and warm a release that is to answer beside the one that serves.

        Raises:
            HomeError: there is no such release, or it does not fit into memory. BundleError, SnapshotError: it is broken.
        """
        async with self._turn:
            return await self._load(await asyncio.to_thread(self._store.record, release_id))

    async def _follow(self) -> None:
        while True:
            with suppress(OSError):  # a full disk: what serves now is not removed for a while
                if (served := self._served()) is not None:
                    await asyncio.to_thread(self._note.write, served)
            await asyncio.sleep(self._settings.swap.poll_s)
            if self.freed > self._given_back:
                self._given_back = self.freed
                self._background.submit(give_back)
            try:
                await self._look()
            except _TROUBLE as error:
                self._note_trouble(error)

    async def _look(self) -> None:
        named = await asyncio.to_thread(self._named)
        if named and named != self._served() and not (named == self._refused[0] and time.monotonic() < self._refused[1]):
            await self._follow_to(named)
        candidate = await asyncio.to_thread(_read, self._store.home / SHADOW)
        trying = self.shadow.candidate
        if candidate == (trying.id if trying else None):
            return
        self.shadow.follow(None)
        if candidate and candidate != self._served():
            async with self._turn:
                self.shadow.follow(await self._load(await asyncio.to_thread(self._store.record, candidate)))

    def _named(self) -> str | None:
        """The release that ``CURRENT`` names, wherever the home is.

        Raises:
            HomeError: it cannot be told now; what is served goes on.
        """
        if (origin := origin_of(self._store.home)) is not None:
            try:
                origin.refresh()
            except HomeError:
                self._origin_gone = True
                self._metrics.storage_gone.set(1)
                raise
            if self._origin_gone:
                self._origin_gone, self.trouble = False, None
                self._metrics.storage_gone.set(0)
        return _read(self._store.home / "CURRENT")

    async def _follow_to(self, release_id: str) -> None:
        try:
            async with self._turn:
                if release_id != self._served():
                    record = await asyncio.to_thread(self._store.record, release_id)
                    await self._publish(self._loaded(release_id) or await self._load(record))
        except _TROUBLE as error:
            self._note_trouble(error)  # before the count, so that whoever reads the count finds the reason
            self._refused = (release_id, time.monotonic() + _AGAIN_S)
            self._metrics.swaps.labels("refused").inc()
            raise
        self.trouble = None

    def _loaded(self, release_id: str) -> Release | None:
        """The release if it answers beside the one that serves, or is tried there."""
        trying = self.shadow.candidate
        if trying is not None and trying.id == release_id:
            return trying
        return self.beside.loaded(release_id) if self.beside is not None else None

    async def _load(self, record: ReleaseRecord) -> Release:
        """Load, check and warm a release in the background, while another serves."""
        current = self._serving.release
        started = time.perf_counter()
        release = await asyncio.get_running_loop().run_in_executor(self._background, self._load_now, record, current)
        self.seconds = time.perf_counter() - started
        return release

    def _load_now(self, record: ReleaseRecord, current: Release | None) -> Release:
        check_place(self._settings.log, record.id, record.catalog_offset)
        self.check_room([record])
        release = Release.open(self._store, record, self._settings.index, compute.device(self._settings.device))
        if current is not None and release.bundle.manifest.encoder.fingerprint == current.bundle.manifest.encoder.fingerprint:
            release = replace(release, encoder=current.encoder)  # the same features, so the same encoder, which may be large
        release.encoder.warm()
        with suppress(RequestError):
            complete(release, Question(items=[release.item(0).id]), self._settings.limits)
        return release

    async def _publish(self, release: Release) -> None:
        before = self._serving.release
        if before is not None and self.beside is not None:
            await self.beside.keep(before)
        await self._replay.publish(release)
        self._metrics.swaps.labels("served").inc()
        self.trouble = None
        logger().info("swapped", release=release.id, before=before.id if before else None, seconds=round(self.seconds, 2))
        if before is not None:
            weakref.finalize(before.bundle, self._let_go).atexit = False

    def _let_go(self) -> None:
        """Run by the garbage collector, amid whatever a thread does just then: it must take no lock, which that one may hold."""
        self.freed += 1

    def _served(self) -> str | None:
        return self._serving.release.id if self._serving.release else None

    def _note_trouble(self, error: BaseException) -> None:
        if self.trouble != str(error):
            logger().error("swap_refused", why=str(error), serving=self._served())
        self.trouble = str(error)


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip() or None
    except FileNotFoundError:
        return None
