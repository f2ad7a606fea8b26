"""A replica follows the catalogue log, whatever happens to the log, to the release and to the encoder."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from app.catalogue.changes import removal, upsert
from app.home.store import ReleaseStore
from app.live.replay import Replay
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.release.photo_encoder import PhotoEncoder
from app.release.release import Release
from app.release.serving import Serving
from index.backends.base import FloatArray
from models.bundle import Bundle
from models.errors import EncoderError


class Reader:
    """Encodes a title as its length; counts, waits and fails as it is told."""

    def __init__(self, size: int) -> None:
        self.size, self.seen = size, list[str | None]()
        self.go, self.broken = threading.Event(), False
        self.go.set()

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:
        """One row each."""
        assert len(images) == len(titles)
        self.go.wait(10)
        if self.broken:
            msg = "it cannot be had"
            raise EncoderError(msg)
        self.seen += titles
        return np.array([[float(len(title or ""))] * self.size for title in titles], dtype=np.float32)


@pytest.fixture
def shop(picture_home: Path) -> Release:
    """A release whose encoder is a reader."""
    store = ReleaseStore(picture_home)
    current = store.current()
    assert current is not None
    release = Release.open(store, current)
    return replace(release, encoder=cast("PhotoEncoder", Reader(release.snapshot.manifest.feature_size)))


def reader(release: Release) -> Reader:
    """A release's encoder."""
    return cast("Reader", release.encoder)


@asynccontextmanager
async def following(release: Release | None, path: Path) -> AsyncIterator[tuple[SqliteLog, Serving, Replay]]:
    """A replica that follows a log."""
    log, serving = SqliteLog(path), Serving(release)
    replay = Replay(log, serving)
    await replay.start()
    try:
        yield log, serving, replay
    finally:
        await replay.close()
        await log.close()


async def until(check: Callable[[], bool]) -> None:
    """Wait for what happens by itself."""
    async with asyncio.timeout(20):
        while not check():  # noqa: ASYNC110 - a state is waited for, which no event tells
            await asyncio.sleep(0.01)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine."""
    asyncio.run(work)


def item(item_id: str, title: str, **more: Any) -> Event:
    """An upsert."""
    return upsert({"id": item_id, "category": "shoes", "title": title, **more})


def features(serving: Serving, item_id: str) -> float:
    """What an item is found by."""
    snapshot = serving.current().snapshot
    return float(snapshot.features[snapshot.row_of[item_id]][0])


def test_each_change_is_shown_and_each_picture_encoded_once(shop: Release, tmp_path: Path) -> None:
    """A further change of price encodes nothing."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, _):
            await log.append(Stream.CATALOGUE, [item("a", "one"), item("b", "three"), removal("shoes-1")])
            await until(lambda: {"a", "b"} <= set(serving.current().snapshot.row_of))
            await log.append(Stream.CATALOGUE, [item("a", "one", price=3.0)])
            await until(lambda: serving.current().item(serving.current().snapshot.row_of["a"]).price == 3.0)
            assert (features(serving, "a"), features(serving, "b")) == (3, 5)
            assert "shoes-1" not in serving.current().snapshot.row_of
            assert sorted(map(str, reader(shop).seen)) == ["one", "three"]

    run(work())


def test_a_removal_does_not_wait_for_pictures(shop: Release, tmp_path: Path) -> None:
    """Nor does a price: an item shows by its old features until the new ones are there."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            before = features(serving, "shoes-2")
            reader(shop).go.clear()
            await log.append(Stream.CATALOGUE, [item("a", "slow"), item("shoes-2", "slow, too", price=9.0)])
            await log.append(Stream.CATALOGUE, [removal("shoes-1")])
            await until(lambda: "shoes-1" not in serving.current().snapshot.row_of)
            snapshot = serving.current().snapshot
            assert "a" not in snapshot.row_of
            assert (serving.current().item(snapshot.row_of["shoes-2"]).price, features(serving, "shoes-2")) == (9.0, before)
            await log.append(Stream.CATALOGUE, [removal("a")])
            await until(lambda: not replay.knows("a"))
            reader(shop).go.set()
            await until(lambda: replay.encoding == 0)
            assert "a" not in serving.current().snapshot.row_of
            assert features(serving, "shoes-2") == 9

    run(work())


def test_who_waits_for_a_change_is_told_when_it_is_shown(shop: Release, tmp_path: Path) -> None:
    """Encoded, too."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            change = item("a", "one")
            shown = replay.awaited(change.id)
            await log.append(Stream.CATALOGUE, [change])
            await asyncio.wait_for(shown, 20)
            assert features(serving, "a") == 3

    run(work())


def test_a_new_release_serves_with_the_changes_since_its_snapshot(shop: Release, tmp_path: Path) -> None:
    """Those that its snapshot has are not laid over it again; what was encoded is not encoded again; the old one is untouched."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            first = await log.append(Stream.CATALOGUE, [removal("shoes-1")])
            await log.append(Stream.CATALOGUE, [item("a", "one")])
            await until(lambda: "a" in serving.current().snapshot.row_of)
            held = serving.current()
            newer = replace(shop, record=replace(shop.record, id="r9-00000000", catalog_offset=first.end))
            await replay.publish(newer)
            now = serving.current()
            assert now.id == "r9-00000000"
            assert "shoes-1" in now.snapshot.row_of  # its snapshot would not have had it
            assert features(serving, "a") == 3
            assert reader(shop).seen == ["one"]
            assert "shoes-1" not in held.snapshot.row_of
            await log.append(Stream.CATALOGUE, [removal("a")])
            await until(lambda: "a" not in serving.current().snapshot.row_of)
            assert serving.current().id == "r9-00000000"

    run(work())


def test_a_release_published_without_the_log_keeps_what_is_known(shop: Release, tmp_path: Path) -> None:
    """And catches up once it is back."""

    async def work() -> None:
        place = tmp_path / "volume"
        async with following(shop, place / "log") as (log, serving, replay):
            await log.append(Stream.CATALOGUE, [removal("shoes-1")])
            await until(lambda: "shoes-1" not in serving.current().snapshot.row_of)
            await log.close()
            place.rename(tmp_path / "away")
            place.write_text("not mounted")
            replay._log = gone = SqliteLog(place / "log")
            await replay.publish(replace(shop, record=replace(shop.record, id="r9-00000000")))
            assert "shoes-1" not in serving.current().snapshot.row_of
            assert replay.trouble is not None
            place.unlink()
            (tmp_path / "away").rename(place)
            await gone.append(Stream.CATALOGUE, [removal("shoes-2")])
            await until(lambda: "shoes-2" not in serving.current().snapshot.row_of and replay.trouble is None)
            assert "shoes-1" not in serving.current().snapshot.row_of
            await gone.close()

    run(work())


def test_what_cannot_be_applied_is_left_out_and_counted(shop: Release, tmp_path: Path) -> None:
    """The others are applied."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            bad: list[Any] = [{}, {"type": "upsert", "item": "a"}, {"type": "rename", "item": {"id": "a"}}]
            bad += [{"type": "upsert", "item": {"id": "a", "category": "x", "attributes": "no JSON"}}]
            bad += [{"type": "upsert", "item": {"id": "a", "category": "x", "price": "dear"}}]
            bad += [{"type": "upsert", "item": {"id": "a"}}, {"type": "upsert", "item": {"id": "a", "category": "x"}, "features": [1.0]}]
            events = [Event(f"bad-{place}", data) for place, data in enumerate(bad)]
            await log.append(Stream.CATALOGUE, [*events, removal("shoes-1")])
            await until(lambda: "shoes-1" not in serving.current().snapshot.row_of)
            assert (replay.refused, replay.applied, replay.changed) == (len(bad), 1, 1)

    run(work())


def test_an_encoder_that_cannot_be_had_is_tried_again(shop: Release, tmp_path: Path) -> None:
    """Everything else goes on meanwhile."""

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            reader(shop).broken = True
            await log.append(Stream.CATALOGUE, [item("a", "one")])
            await until(lambda: replay.encoding == 1)
            await log.append(Stream.CATALOGUE, [removal("shoes-1")])
            await until(lambda: "shoes-1" not in serving.current().snapshot.row_of)
            reader(shop).broken = False
            await until(lambda: "a" in serving.current().snapshot.row_of)

    run(work())


def test_a_home_without_a_release_is_followed_once_it_has_one(shop: Release, tmp_path: Path) -> None:
    """With all that changed meanwhile."""

    async def work() -> None:
        async with following(None, tmp_path / "log") as (log, serving, _):
            await log.append(Stream.CATALOGUE, [removal("shoes-1")])
            serving.release = shop
            await until(lambda: "shoes-1" not in serving.current().snapshot.row_of)

    run(work())


def test_features_of_one_encoder_are_none_of_the_next_release(shop: Release, tmp_path: Path) -> None:
    """A release of another encoder has what changed since its snapshot encoded anew."""
    manifest = replace(shop.bundle.manifest, encoder=replace(shop.bundle.manifest.encoder, fingerprint="another"))
    longer = Reader(shop.snapshot.manifest.feature_size)
    other = replace(
        shop,
        record=replace(shop.record, id="r2-00000000"),
        bundle=Bundle(manifest, shop.bundle.model),
        encoder=cast("PhotoEncoder", longer),
    )

    async def work() -> None:
        async with following(shop, tmp_path / "log") as (log, serving, replay):
            await log.append(Stream.CATALOGUE, [item("a", "one")])
            await until(lambda: replay.knows("a") and replay.encoding == 0)
            await replay.publish(other)
            await until(lambda: replay.encoding == 0)
            assert (longer.seen, features(serving, "a")) == (["one"], 3)

    run(work())
