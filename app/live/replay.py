"""Keeps a replica's release up to date with the ``catalog`` log.

One task reads the log and shows each change at once, with the features that the item has. Another task encodes new pictures and titles,
once per replica and off the event loop, and then shows those. Every new release is published through here, so that it never serves without
the changes since its snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from anyio import to_thread

from app.catalogue.changes import ChangedItem, Changes, encode, named, recalled, replayed, to_encode
from app.catalogue.showing import overlaid, plain, unchanged, with_merged
from app.ground.errors import LogError
from app.ground.logs import logger
from app.ground.stopping import stopped
from app.home.encodings import Encodings
from app.home.store import ReleaseStore
from app.log.base import START, Entry, Log, Stream
from app.release.release import Release
from app.release.serving import Serving
from index.delta import Overlay

_WAIT_S: Final = 2.0
_RETRY_S: Final = 0.5
_ENCODED_AT_ONCE: Final = 16


class Replay:
    """Applies the catalogue's changes to the release that serves; used from the event loop only.

    Attributes:
        applied: changes applied since the start.
        refused: changes that could not be applied; the log has each with the reason.
        trouble: why the log cannot be read now; None while it can.
        encoder_trouble: why changed pictures and titles cannot be encoded now; None while they can.
    """

    def __init__(self, log: Log, serving: Serving, store: ReleaseStore | None = None) -> None:
        self._log, self._serving, self._store = log, serving, store
        self._release: Release | None = None
        self._changes: dict[str, ChangedItem | None] = {}
        self._to_encode: dict[str, ChangedItem] = {}
        self._owed: set[str] = set()  # what was acknowledged before the start, and is not shown yet
        self._offset = START
        self._turn = asyncio.Lock()
        self._unencoded, self._crowded = asyncio.Event(), asyncio.Event()
        self._awaited: dict[str, asyncio.Future[None]] = {}  # by event id, until the event was read
        self._read: dict[str, list[asyncio.Future[None]]] = {}  # by item id, until it is encoded
        self._tasks: list[asyncio.Task[None]] = []
        self.applied = 0
        self.refused = 0
        self.trouble: str | None = None
        self.encoder_trouble: str | None = None

    @property
    def changed(self) -> int:
        """Items that differ from the snapshot."""
        return len(self._changes)

    @property
    def offset(self) -> str:
        """The offset of the last change that is shown, or that the release had when it was made."""
        return self._offset

    @property
    def encoding(self) -> int:
        """Changed items that are not encoded yet."""
        return len(self._to_encode)

    @property
    def owed(self) -> int:
        """Items changed before this replica started that it does not show yet, and will: it is not ready until it does."""
        return 0 if self.encoder_trouble else len(self._owed)

    def knows(self, item_id: str) -> bool:
        """Whether the catalogue has such an item, encoded or not."""
        if item_id in self._changes:
            return self._changes[item_id] is not None
        return self._serving.release is not None and item_id in self._serving.release.snapshot.row_of

    async def start(self) -> None:
        """Apply the changes up to now, then follow the log."""
        if self._serving.release:
            await self.publish(self._serving.release)
        self._owed = set(self._to_encode)
        work = {"replay": self._follow, "encode": self._encode_on, "merge": self._merge_on}
        self._tasks = [asyncio.create_task(do(), name=name) for name, do in work.items()]

    async def close(self) -> None:
        """Stop following."""
        await stopped(*self._tasks)

    async def publish(self, release: Release) -> None:
        """Serve a release with the changes since its snapshot; while the log is gone, with the changes that this replica knows."""
        release = unchanged(release)
        async with self._turn:
            changes: dict[str, ChangedItem | None] = {}
            offset, read = release.record.catalog_offset, list[Entry]()
            try:
                while entries := await self._log.read(Stream.CATALOGUE, offset):
                    changes |= await self._applied(release, changes, entries)
                    offset = entries[-1].offset
                    read += entries
            except LogError as error:
                self._note_trouble(error)
                changes = {**self._known(release), **changes}
                offset = release.record.catalog_offset  # read again from there, once it is back
            changes |= self._in_memory(release, changes)
            if (kept := self._kept(release)) is not None:
                changes |= await to_thread.run_sync(recalled, changes, kept, plain(release).manifest.feature_size)
            self._changes, self._to_encode = {}, {}
            await self._show(release, changes, offset)
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
                if self._serving.release is None:
                    await asyncio.sleep(_RETRY_S)
                    continue
                if self._release is None or self._release.id != self._serving.release.id:
                    await self.publish(self._serving.release)
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
            await self._show(release, await self._applied(release, self._changes, entries), entries[-1].offset)
        self._shown(entries)

    async def _encode_on(self) -> None:
        while True:
            await self._unencoded.wait()
            release, batch = self._release, dict(islice(self._to_encode.items(), _ENCODED_AT_ONCE))
            if release is None or not batch:
                self._unencoded.clear()
                self.encoder_trouble = None
                continue
            try:
                encoded = await to_thread.run_sync(self._encoded, release, batch)
                async with self._turn:
                    if not _same_encoder(self._release, release):
                        continue  # the release has another encoder by now, which has to encode them
                    shown = {
                        item_id: replace(now, features=item.features, encoded=True)
                        for item_id, item in encoded.items()
                        if (now := self._changes.get(item_id)) is not None and now.source == item.source
                    }
                    if self._release is not None:
                        await self._show(self._release, shown, self._offset)
                self._settle(shown)
            except Exception as error:  # noqa: BLE001 - likewise
                if self.encoder_trouble is None:
                    logger().error("catalogue_not_encoded", items=len(self._to_encode), why=str(error))
                self.encoder_trouble = str(error)
                await asyncio.sleep(_RETRY_S)
            else:
                if self.encoder_trouble is not None:
                    logger().info("catalogue_encoded_again")
                self.encoder_trouble = None

    def _encoded(self, release: Release, batch: Mapping[str, ChangedItem]) -> dict[str, ChangedItem]:
        """The items with their features: what another replica has made, and the rest encoded now."""
        kept = self._kept(release)
        found = recalled(batch, kept, plain(release).manifest.feature_size) if kept is not None else {}
        missing = {item_id: item for item_id, item in batch.items() if item_id not in found}
        features = encode(release.encoder, release.images, list(missing.values()), kept) if missing else []
        made = {item_id: replace(item, features=vector_F) for (item_id, item), vector_F in zip(missing.items(), features, strict=True)}
        return {**found, **made}

    async def _merge_on(self) -> None:
        """Merge what the changes so far left in many parts, beside everything else."""
        while True:
            await self._crowded.wait()
            self._crowded.clear()
            overlay = self._release.snapshot if self._release is not None else None
            if not isinstance(overlay, Overlay) or (place := overlay.to_merge()) is None:
                continue
            merged = await to_thread.run_sync(overlay.merge, place)
            async with self._turn:
                now = self._release
                if now is not None and isinstance(now.snapshot, Overlay) and now.snapshot.base is overlay.base:
                    self._release = self._serving.release = await to_thread.run_sync(with_merged, now, merged)
            self._crowded.set()  # what came meanwhile may have to be merged, too

    async def _applied(self, release: Release, changes: Changes, entries: Sequence[Entry]) -> dict[str, ChangedItem | None]:
        changed, refused = await to_thread.run_sync(replayed, plain(release), changes, entries)
        for entry, why in refused:
            logger().warning("catalogue_change_refused", item=named(entry), change=entry.event.id, why=why)
        self.refused += len(refused)
        self.applied += len(entries) - len(refused)
        return changed

    def _kept(self, release: Release) -> Encodings | None:
        """Where the features of changed items are kept; None where they are the shop's own."""
        encoder = release.bundle.manifest.encoder
        return None if self._store is None or encoder.is_own else self._store.encodings(encoder.fingerprint)

    def _known(self, release: Release) -> Changes:
        """The changes that this replica knows; without features where another encoder made those."""
        if _same_encoder(self._release, release):
            return self._changes
        return {item_id: item and replace(item, features=None, encoded=False) for item_id, item in self._changes.items()}

    def _in_memory(self, release: Release, changes: Changes) -> dict[str, ChangedItem]:
        """Those of the changes to encode that this replica has encoded before, by the same encoder."""
        if not _same_encoder(self._release, release):
            return {}
        known = {(item_id, item.source): item.features for item_id, item in self._changes.items() if item is not None and item.encoded}
        found = {item_id: item for item_id in to_encode(changes) if (item := changes[item_id]) is not None}
        return {
            item_id: replace(item, features=known[item_id, item.source], encoded=True)
            for item_id, item in found.items()
            if (item_id, item.source) in known
        }

    def position_of(self, release: Release) -> str | None:
        """Up to which offset of the catalogue's log a release has the changes; None where another is shown by now."""
        return self._offset or None if self._release is release else None

    async def _show(self, release: Release, changes: Changes, offset: str) -> None:
        """Serve the release with these further changes, by one assignment. The caller holds ``_turn``."""
        release = await to_thread.run_sync(overlaid, release, changes)
        self._release = self._serving.release = release
        self._changes.update(changes)
        self._offset = offset
        for item_id, item in changes.items():
            if item is not None and not item.encoded:
                self._to_encode[item_id] = item
                self._unencoded.set()
            else:
                self._to_encode.pop(item_id, None)
                self._owed.discard(item_id)
        if isinstance(release.snapshot, Overlay) and release.snapshot.to_merge() is not None:
            self._crowded.set()

    def _shown(self, entries: Sequence[Entry]) -> None:
        """Complete the futures of these entries: now, or once the item is encoded."""
        for entry in entries:
            future = self._awaited.pop(entry.event.id, None)
            if future is not None:
                self._read.setdefault(named(entry), []).append(future)
        self._settle([item_id for item_id in map(named, entries) if item_id not in self._to_encode])

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
