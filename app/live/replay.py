"""Keeps a replica's release up to date with the ``catalog`` log.

One task reads the log and shows each change at once, with the features that the item has. Another task encodes new pictures and titles,
once per replica and off the event loop, and then shows those. Every new release is published through here, so that it never serves without
the changes since its snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from anyio import to_thread

from app.catalogue.changes import Changes, Embedded, encode, named, overlaid, plain, replayed, to_encode, unchanged
from app.ground.errors import LogError
from app.ground.logs import logger
from app.log.base import START, Entry, Log, Stream
from app.release.release import Release
from app.release.serving import Serving

_WAIT_S: Final = 2.0
_RETRY_S: Final = 0.5
_ENCODED_AT_ONCE: Final = 16


class Replay:
    """Applies the catalogue's changes to the release that serves; used from the event loop only.

    Attributes:
        applied: changes applied since the start.
        refused: changes that could not be applied; the log has each with the reason.
        trouble: why the log cannot be read now; None while it can.
    """

    def __init__(self, log: Log, serving: Serving) -> None:
        self._log, self._serving = log, serving
        self._release: Release | None = None
        self._changes: Changes = {}
        self._embedded: Embedded = {}
        self._offset = START
        self._turn = asyncio.Lock()
        self._unencoded = asyncio.Event()
        self._awaited: dict[str, asyncio.Future[None]] = {}  # by event id, until the event was read
        self._read: dict[str, list[asyncio.Future[None]]] = {}  # by item id, until it is encoded
        self._tasks: list[asyncio.Task[None]] = []
        self.applied = 0
        self.refused = 0
        self.trouble: str | None = None

    @property
    def changed(self) -> int:
        """Items that differ from the snapshot."""
        return len(self._changes)

    @property
    def encoding(self) -> int:
        """Changed items that are not encoded yet."""
        return len(to_encode(self._changes))

    def knows(self, item_id: str) -> bool:
        """Whether the catalogue has such an item, encoded or not."""
        if item_id in self._changes:
            return self._changes[item_id] is not None
        return self._serving.release is not None and item_id in self._serving.release.snapshot.row_of

    async def start(self) -> None:
        """Apply the changes up to now, then follow the log."""
        if self._serving.release:
            await self.publish(self._serving.release)
        self._tasks = [asyncio.create_task(self._follow(), name="replay"), asyncio.create_task(self._encode_on(), name="encode")]

    async def close(self) -> None:
        """Stop following."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def publish(self, release: Release) -> None:
        """Serve a release with the changes since its snapshot; while the log is gone, with the changes that this replica knows."""
        release = unchanged(release)
        async with self._turn:
            changes: Changes = {}
            offset, read = release.record.catalog_offset, list[Entry]()
            try:
                while entries := await self._log.read(Stream.CATALOGUE, offset):
                    changes, offset = await self._with(release, changes, entries), entries[-1].offset
                    read += entries
            except LogError as error:
                self._note_trouble(error)
                changes = {**self._known(release), **changes}
                offset = release.record.catalog_offset  # read again from there, once it is back
            await self._show(release, self._recalled(release, changes), offset)
        self._shown(read)

    def awaited(self, event_id: str) -> asyncio.Future[None]:
        """A future that is done once this replica shows the change of that event. Call before the event is appended."""
        return self._awaited.setdefault(event_id, asyncio.get_running_loop().create_future())

    def forget(self, event_ids: Sequence[str]) -> None:
        """Drop the futures of events that nobody waits for any more."""
        for event_id in event_ids:
            self._awaited.pop(event_id, None)

    async def _follow(self) -> None:
        while True:
            try:
                current = self._serving.release
                if current is None:
                    await asyncio.sleep(_RETRY_S)
                    continue
                if self._release is None or self._release.id != current.id:
                    await self.publish(current)
                behind = self._offset
                await self._apply(behind, await self._log.read(Stream.CATALOGUE, behind, wait_s=_WAIT_S))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may go well
                self._note_trouble(error)
                await asyncio.sleep(_RETRY_S)
            else:
                if self.trouble is not None:
                    logger().info("catalogue_followed_again")
                self.trouble = None

    async def _apply(self, behind: str, entries: Sequence[Entry]) -> None:
        async with self._turn:
            release = self._release
            if release is None or not entries or self._offset != behind:  # another release was published meanwhile, with these entries
                return
            await self._show(release, await self._with(release, self._changes, entries), entries[-1].offset)
        self._shown(entries)

    async def _encode_on(self) -> None:
        while True:
            await self._unencoded.wait()
            release, changes = self._release, self._changes
            batch = {item_id: item for item_id in islice(to_encode(changes), _ENCODED_AT_ONCE) if (item := changes[item_id]) is not None}
            if release is None or not batch:
                self._unencoded.clear()
                continue
            try:
                features = await to_thread.run_sync(encode, release.encoder, release.images, list(batch.values()))
                async with self._turn:
                    if not _same_encoder(self._release, release):
                        continue  # the release has another encoder by now, which has to encode them
                    encoded = {
                        item_id: replace(now, features=vector_F, encoded=True)
                        for (item_id, before), vector_F in zip(batch.items(), features, strict=True)
                        if (now := self._changes.get(item_id)) is not None and now.source == before.source
                    }
                    if self._release is not None:
                        await self._show(self._release, {**self._changes, **encoded}, self._offset)
                self._settle(encoded)
            except Exception as error:  # noqa: BLE001 - likewise
                logger().warning("catalogue_not_encoded", items=len(batch), why=str(error))
                await asyncio.sleep(_RETRY_S)

    async def _with(self, release: Release, changes: Changes, entries: Sequence[Entry]) -> Changes:
        now, refused = await to_thread.run_sync(replayed, plain(release), changes, entries)
        for entry, why in refused:
            logger().warning("catalogue_change_refused", item=named(entry), change=entry.event.id, why=why)
        self.refused += len(refused)
        self.applied += len(entries) - len(refused)
        return now

    def _known(self, release: Release) -> Changes:
        """The changes that this replica knows; without features where another encoder made those."""
        if _same_encoder(self._release, release):
            return self._changes
        return {item_id: item and replace(item, features=None, encoded=False) for item_id, item in self._changes.items()}

    def _recalled(self, release: Release, changes: Changes) -> Changes:
        """The changes, with the features that this replica computed before by the same encoder."""
        if not _same_encoder(self._release, release):
            return changes
        known = {(item_id, item.source): item.features for item_id, item in self._changes.items() if item is not None and item.encoded}
        return {
            item_id: replace(item, features=known[item_id, item.source], encoded=True)
            if item is not None and not item.encoded and (item_id, item.source) in known
            else item
            for item_id, item in changes.items()
        }

    async def _show(self, release: Release, changes: Changes, offset: str) -> None:
        """Serve the release with these changes, by one assignment. The caller holds ``_turn``."""
        if self._release is None or self._release.id != release.id:
            self._embedded = {}
        self._serving.release = await to_thread.run_sync(overlaid, release, changes, self._embedded)
        self._release, self._changes, self._offset = release, changes, offset
        if to_encode(changes):
            self._unencoded.set()

    def _shown(self, entries: Sequence[Entry]) -> None:
        """Complete the futures of these entries: now, or once the item is encoded."""
        for entry in entries:
            future = self._awaited.pop(entry.event.id, None)
            if future is not None:
                self._read.setdefault(named(entry), []).append(future)
        waiting = set(to_encode(self._changes))
        self._settle([item_id for item_id in map(named, entries) if item_id not in waiting])

    def _settle(self, item_ids: Iterable[str]) -> None:
        for item_id in item_ids:
            for future in self._read.pop(item_id, ()):
                if not future.done():
                    future.set_result(None)

    def _note_trouble(self, error: Exception) -> None:
        if self.trouble is None:
            logger().warning("catalogue_not_followed", why=str(error), cause=str(error.__cause__ or ""))
        self.trouble = str(error)


def _same_encoder(loaded: Release | None, other: Release) -> bool:
    return loaded is not None and loaded.bundle.manifest.encoder.fingerprint == other.bundle.manifest.encoder.fingerprint
