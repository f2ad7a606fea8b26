"""``attire gc`` removes what nothing needs, and nothing else; the worker publishes by itself once much has changed."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.catalogue.changes import upsert
from app.catalogue.leftovers import leftovers, remove
from app.catalogue.publishing import publish
from app.cli import run
from app.experiments.book import ExperimentFile
from app.experiments.experiment import ExperimentIn
from app.ground.errors import LogLostError
from app.ground.parts import LogSettings, WorkerSettings
from app.ground.settings import Settings
from app.home.origin import SHADOW
from app.home.replicas import ServingNote
from app.home.store import ReleaseStore
from app.log.base import Stream, order
from app.log.changes import changes_behind
from app.log.open import opened_log
from app.main import create_app
from app.release.release import Release
from app.worker.upkeep import Upkeep, publish_again, sweep

LONG_AGO = 1_000_000_000.0


def changed(home: Path, number: int, picture: str | None = None, count: int = 1) -> None:
    """Log changes of items."""

    async def work() -> None:
        items = [{"id": f"n{number}-{n}", "category": "tops"} | ({"image": picture} if picture else {}) for n in range(count)]
        async with opened_log(LogSettings(), home) as log:
            await log.append(Stream.CATALOGUE, [upsert(item, [float(number)] * 16) for item in items])

    asyncio.run(work())


def aged(home: Path) -> None:
    """Make all of it look old."""
    for path in home.rglob("*"):
        if "serving" not in path.parts:
            os.utime(path, (LONG_AGO, LONG_AGO))
    for path in (home / "releases").iterdir():
        text = path.read_text()
        at = text.index('"created": "') + len('"created": "')
        path.write_text(f"{text[:at]}2001{text[at + 4 :]}")


def jpeg(colour: str) -> bytes:
    """A picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def grown(home: Path) -> Path:
    """A home of seven releases; pictures that a snapshot names, that a change names, and that nobody names."""
    store = ReleaseStore(home)
    named = store.images.put(jpeg("red"))
    for number in range(6):
        changed(home, number, named if number == 2 else None)
        publish(store.bundle_path(store.served().bundle), store, log=LogSettings())
    changed(home, 9, store.images.put(jpeg("green")))
    store.images.put(jpeg("blue"))
    return home


def releases(home: Path) -> list[int]:
    """The numbers of the releases."""
    return [int(record.id[1:].partition("-")[0]) for record in ReleaseStore(home).records()]


def test_it_keeps_what_is_needed(grown: Path) -> None:
    """The current, the one before, what a replica serves, the newest; pictures that a snapshot or a change names."""
    store = ReleaseStore(grown)
    replica = ServingNote(grown)
    replica.write(store.records()[2].id)
    assert run(["gc", "--home", str(grown)]) == 0
    assert releases(grown) == [1, 2, 3, 4, 5, 6, 7]
    aged(grown)
    os.environ["ATTIRE_WORKER__KEEP_RELEASES"] = "1"
    try:
        assert run(["gc", "--home", str(grown), "--dry-run"]) == 0
        assert releases(grown) == [1, 2, 3, 4, 5, 6, 7]
        assert run(["gc", "--home", str(grown)]) == 0
    finally:
        del os.environ["ATTIRE_WORKER__KEEP_RELEASES"]
    assert releases(grown) == [3, 6, 7]
    for record in store.records():
        Release.open(store, record)
    assert len(list((grown / "snapshots").iterdir())) == 3
    assert [path.suffix for path in (grown / "images").glob("??/*")] == [".jpg", ".jpg"]
    assert store.before_current().id == store.records()[1].id
    replica.remove()
    assert leftovers(store, LogSettings(), 1).releases == (store.records()[0].id,)


def test_it_keeps_what_is_tried_beside_the_current_release(grown: Path) -> None:
    """What a variant of a running experiment answers from, and what is tried in shadow; until that has ended."""
    store, experiments, shadow = ReleaseStore(grown), ExperimentFile(grown), grown / SHADOW
    old = [record.id for record in store.records()[:4]]
    variants = [{"name": "now"}, {"name": "then", "release": old[1]}]
    experiments.put([ExperimentIn.model_validate({"name": "both", "variants": variants})])
    shadow.write_text(old[2] + "\n")
    aged(grown)
    assert leftovers(store, LogSettings(), 1).releases == (old[0], old[3], store.records()[4].id)
    experiments.end("both")
    shadow.unlink()
    assert leftovers(store, LogSettings(), 1).releases == (*old, store.records()[4].id)
    store.activate(old[0])
    assert old[0] not in leftovers(store, LogSettings(), 1).releases


def test_a_kill_amid_a_removal_leaves_no_release_without_its_files(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What names them goes first."""
    store, directories = ReleaseStore(grown), list[Path]()
    aged(grown)

    def killed(directory: Path, **_: object) -> None:
        directory.rename(directory.with_name("gone"))
        directories.append(directory)
        raise KeyboardInterrupt

    monkeypatch.setattr("app.catalogue.leftovers.shutil.rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        remove(leftovers(store, LogSettings(), 1), LogSettings(), grown)
    assert directories
    for record in store.records():
        assert store.snapshot_path(record.snapshot).is_dir()
        assert store.bundle_path(record.bundle).is_dir()


def test_a_picture_that_is_put_again_is_new(home: Path) -> None:
    """So it outlives a removal that comes before its change is logged."""
    store = ReleaseStore(home)
    name = store.images.put(jpeg("red"))
    assert name is not None
    aged(home)
    assert store.images.path(name) in leftovers(store, LogSettings(), 1).paths
    store.images.put(jpeg("red"))
    assert leftovers(store, LogSettings(), 1).paths == ()


def test_features_go_with_what_changed(home: Path) -> None:
    """Those of the picture and title that a changed item has, or had, stay: a replica that is asked for them encodes nothing again."""
    store = ReleaseStore(home)
    named = store.images.put(jpeg("red"))
    changed(home, 1, named)
    kept = store.encodings("an-encoder")
    for source in ((named, None), (None, "a title that nothing has")):
        kept.keep(source, np.zeros(16, dtype=np.float16))
    aged(home)
    assert leftovers(store, LogSettings(), 1).paths == (kept.path((None, "a title that nothing has")),)


def test_what_was_made_just_now_stays(home: Path) -> None:
    """A publish, or a change, that is under way names it in a moment."""
    store = ReleaseStore(home)
    picture = store.images.put(jpeg("red"))
    assert picture
    made = {home / "snapshots" / "new", home / "bundles" / "new"}
    for directory in made:
        directory.mkdir()
    store.thumbnails.make(picture, 128, "webp")
    store.encodings("an-encoder").keep((picture, None), np.zeros(16, dtype=np.float16))
    made |= {store.images.path(picture), store.thumbnails.path(picture, 128, "webp"), store.encodings("an-encoder").path((picture, None))}
    assert not made & {*leftovers(store, LogSettings(), 1).paths}
    aged(home)
    assert made == {*leftovers(store, LogSettings(), 1).paths}


def test_nothing_goes_while_the_log_lacks_changes(grown: Path) -> None:
    """They may name what seems needless."""
    aged(grown)
    for left in grown.glob("log.sqlite*"):
        left.unlink()
    with pytest.raises(LogLostError):
        leftovers(ReleaseStore(grown), LogSettings(), 1)


async def changes(home: Path) -> list[str]:
    """The offsets of the changes that the log still has."""
    async with opened_log(LogSettings(), home) as log:
        assert await log.examine(thorough=True) == []
        return [entry.offset for entry in await log.read(Stream.CATALOGUE)]


def test_changes_go_that_every_kept_release_has(grown: Path) -> None:
    """Of seven releases with a change between each two, and one change since; whatever may still be served shows what it must."""
    store, replica = ReleaseStore(grown), ServingNote(grown)
    replica.write(store.records()[2].id)
    everything = asyncio.run(changes(grown))
    assert len(everything) == 7
    aged(grown)
    remove(leftovers(store, LogSettings(), 9), LogSettings(), grown)
    assert asyncio.run(changes(grown)) == everything  # the first release, which has none of them, is kept
    found = leftovers(store, LogSettings(), 1)
    assert found.changes == everything[1]
    assert remove(found, LogSettings(), grown) == 2
    assert asyncio.run(changes(grown)) == everything[2:]
    for record in store.records():
        behind = asyncio.run(changes_behind(LogSettings(), grown, record.catalog_offset))
        assert [entry.offset for entry in behind] == [offset for offset in everything if order(offset) > order(record.catalog_offset)]
    replica.remove()
    assert store.activate(store.before_current().id, back=True)
    with TestClient(create_app(Settings(home=grown))) as client:
        assert [client.get(f"/items/n{number}-0").status_code for number in (0, 1, 2, 3, 4, 5, 9)] == [200] * 7


def test_the_worker_publishes_once_much_has_changed(home: Path) -> None:
    """And not before; then the changes are in the snapshot, and the same bundle serves. It sweeps now and then."""
    settings = Settings(home=home, worker=WorkerSettings(publish_share=0.2, gc_s=1e-9))
    store = ReleaseStore(home)
    before = store.served()

    async def due() -> object:
        async with opened_log(settings.log, home) as log:
            upkeep = Upkeep(settings, log)
            job = await upkeep.due()
            if job is publish_again:
                await upkeep.do(job)
                assert await upkeep.due() is sweep
            return job

    changed(home, 1, count=9)
    assert asyncio.run(due()) is sweep
    changed(home, 2)
    started = time.monotonic()
    assert asyncio.run(due()) is publish_again
    assert time.monotonic() - started < 120
    after = store.served()
    assert (after.items, after.bundle, after.id != before.id) == (58, before.bundle, True)


def test_thumbnails_go_with_their_picture(home: Path) -> None:
    """Those of pictures that are needed stay."""
    store = ReleaseStore(home)
    kept, gone = (store.images.put(jpeg(colour)) for colour in ("red", "blue"))
    assert kept
    assert gone
    changed(home, 1, kept)
    for name in (kept, gone):
        store.thumbnails.make(name, 128, "webp")
    aged(home)
    found = leftovers(store, LogSettings(), 1).paths
    assert store.thumbnails.path(gone, 128, "webp") in found
    assert store.thumbnails.path(kept, 128, "webp") not in found
