"""Pictures by URL: fetched into a home's store, where each lies once, under the hash of its bytes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread

from app.fetch.allowed import Allowed
from app.fetch.fetcher import Fetched, Fetcher, Validators
from app.fetch.remembered import Kept, Remembered
from app.ground.errors import FetchError, UnreachableError
from app.ground.fetching import Fetching
from app.home.images import ImageStore
from models.encoders.pictures import DEFAULT_MAX_PIXELS, check_size
from models.errors import ImageError

_GIVEN_UP: Final = 10
FILE: Final = "fetched.sqlite"
_ACCEPT: Final = "image/jpeg, image/png, image/webp, image/avif, image/gif, */*;q=0.1"


@dataclass(slots=True)
class Counts:
    """What was done so far; false where that is nothing.

    Attributes:
        new: bodies fetched. unchanged: pictures that did not have to be. before: those of the last time, whose hosts are gone or busy now.
        failed: URLs that gave none. size: bytes fetched.
    """

    new: int = 0
    unchanged: int = 0
    before: int = 0
    failed: int = 0
    size: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.unchanged or self.before or self.failed)

    def __str__(self) -> str:
        """All of it in one line."""
        before = f", {self.before:,} as they were before, as their hosts are gone or busy" if self.before else ""
        return f"{self.new:,} fetched ({self.size / 1e6:,.1f} MB), {self.unchanged:,} unchanged{before}, {self.failed:,} not to be had"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Fetches pictures into a store.

    Attributes:
        max_pixels: width times height of a picture, read from its header.
    """

    fetcher: Fetcher
    store: ImageStore
    remembered: Remembered
    max_pixels: int = DEFAULT_MAX_PIXELS
    counts: Counts = field(default_factory=Counts)
    _threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, settings: Fetching, allowed: Allowed, home: Path, max_pixels: int = DEFAULT_MAX_PIXELS
    ) -> AsyncIterator[Pictures]:
        """Pictures into the store of a home."""
        fetcher, remembered = Fetcher(settings, allowed), Remembered(home / FILE)
        try:
            yield cls(fetcher, ImageStore(home / "images"), remembered, max_pixels)
        finally:
            await fetcher.close()
            remembered.close()

    async def fetch(self, url: str, *, bulk: bool = False) -> str:
        """The name in the store of the picture that a URL gives now.

        Args:
            bulk: of many: believe a server, within a day, that says for how long nothing changes; and do not wait until it would outlive a
                power cut.

        Raises:
            FetchError: there is none that may be fetched, can be had, and is a picture.
        """
        self.fetcher.allowed.target(url)  # what may not be fetched is not served from before either
        kept = await to_thread.run_sync(self._recall, url, limiter=self._threads)
        if kept is not None and kept.fresh and bulk:
            self.counts.unchanged += 1
            return kept.picture
        found = await self.fetcher.get(url, kept.validators if kept else None, _ACCEPT)
        if found.body is None and kept is not None:
            self.counts.unchanged += 1
        else:
            self.counts.new += 1
            self.counts.size += len(found.body or b"")
        return await to_thread.run_sync(partial(self._keep, url, found, kept, to_disk=not bulk), limiter=self._threads)

    async def fetch_all(self, urls: Iterable[str]) -> AsyncIterator[tuple[str, str | FetchError]]:
        """Each different URL with the name of its picture, or why there is none, as they come.

        Hosts do not wait for each other. One that is gone or busy ten times running, with all patience, is not asked any more. What a host
        that is gone or busy gave the last time stays: an hour without it must not take a shop's pictures.
        """
        queues: dict[tuple[str, str], deque[str]] = {}
        for url in dict.fromkeys(urls):
            queues.setdefault(_host(url), deque()).append(url)
        done: asyncio.Queue[tuple[str, str | FetchError] | None] = asyncio.Queue()
        in_vain = dict.fromkeys(queues, 0)

        async def work(host: tuple[str, str], queue: deque[str]) -> None:
            while queue:
                url = queue.popleft()
                try:
                    if in_vain[host] >= _GIVEN_UP:
                        raise UnreachableError(url, "was not asked for: its host gave nothing ten times running")
                    done.put_nowait((url, await self.fetch(url, bulk=True)))
                    in_vain[host] = 0
                except FetchError as error:
                    in_vain[host] = in_vain[host] + 1 if isinstance(error, UnreachableError) else 0
                    done.put_nowait((url, await self._before(url, error)))

        async def work_all() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for host, queue in queues.items():
                        for _ in range(min(self.fetcher.settings.per_host, len(queue))):
                            group.create_task(work(host, queue))
            finally:
                done.put_nowait(None)

        working = asyncio.create_task(work_all())
        try:
            while (one := await done.get()) is not None:
                yield one
            await working
        finally:
            working.cancel()
            await asyncio.wait([working])

    async def _before(self, url: str, error: FetchError) -> str | FetchError:
        """The picture that a URL gave the last time, where its host cannot be asked now; else why there is none."""
        kept = None
        if isinstance(error, UnreachableError):
            kept = await to_thread.run_sync(self._recall, url, limiter=self._threads)
        if kept is None:
            self.counts.failed += 1
            return error
        self.counts.before += 1
        return kept.picture

    def _recall(self, url: str) -> Kept | None:
        with suppress(sqlite3.Error, OSError):
            if kept := self.remembered.recall(url):
                os.utime(self.store.path(kept.picture))  # it is needed again, so it is no leftover
                return kept
        return None

    def _keep(self, url: str, found: Fetched, kept: Kept | None, *, to_disk: bool) -> str:
        validators: Validators = found.validators
        if found.body is None:
            name = kept.picture if kept else None
        else:
            try:
                check_size(found.body, self.max_pixels)
            except ImageError as error:
                raise FetchError(url, f"gives no usable picture: {error.problem}") from None
            try:
                name = self.store.put(found.body, to_disk=to_disk)
            except OSError as error:
                raise UnreachableError(url, f"cannot be kept now ({error.strerror or error})") from error
        if name is None:
            raise FetchError(url, "gives no picture")
        with suppress(sqlite3.Error):  # then it is fetched again the next time
            self.remembered.keep(url, name, validators, found.fresh_s)
        return name


def _host(url: str) -> tuple[str, str]:
    try:
        return urlsplit(url)[:2]
    except ValueError:
        return "", ""
