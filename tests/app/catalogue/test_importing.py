"""Import and publish."""

from __future__ import annotations

import asyncio
import shutil
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from app.catalogue import importing
from app.catalogue.changes import removal, upsert
from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.errors import HomeError
from app.ground.parts import LogSettings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import Stream
from app.log.open import open_log
from app.release.release import Release
from index.errors import SnapshotError
from models.bundle import Bundle
from models.datasets.schema import Dataset
from models.errors import BundleError, EncoderError, InputError
from tests.app.homes import copied

WriteCatalogue = Callable[..., Path]


def test_a_fresh_home_serves_an_untrained_bundle(catalogue: Path, tmp_path: Path) -> None:
    """Cosine of the features, until a bundle is published."""
    store = ReleaseStore(tmp_path)
    done = import_catalogue(catalogue, store, default_encoder="shipped")
    assert done.release == store.current()
    assert (done.release.recipe, done.release.items) == ("cosine", 48)


def test_the_items_are_let_go_before_the_release_is_checked(catalogue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check reads them again, so that they would be in memory twice."""
    held: list[weakref.ref[pa.Table]] = []
    write, opened, left = importing.write_release, Release.open, []

    def written(store: ReleaseStore, bundle: Bundle, items: pa.Table, *rest: Any, **named: Any) -> ReleaseRecord:
        held.append(weakref.ref(items))
        return write(store, bundle, items, *rest, **named)

    def checked(*rest: Any, **named: Any) -> Release:
        left.extend(one() for one in held)
        return opened(*rest, **named)

    read = importing.read_whole

    def noted(*rest: Any, **named: Any) -> Dataset:
        found = read(*rest, **named)
        held.append(weakref.ref(found.catalogue.table))
        return found

    monkeypatch.setattr(importing, "read_whole", noted)
    monkeypatch.setattr(importing, "write_release", written)
    monkeypatch.setattr(Release, "open", checked)
    import_catalogue(catalogue, ReleaseStore(tmp_path), default_encoder="shipped")
    assert left == [None, None]


def test_questions_are_not_read(catalogue: Path, tmp_path: Path) -> None:
    """They are for evaluations: however broken, they cost nobody the catalogue."""
    data = tmp_path / "data"
    shutil.copytree(catalogue, data)
    (data / "fitb.jsonl").write_text("?")
    assert import_catalogue(data, ReleaseStore(tmp_path / "home"), default_encoder="shipped").release.items == 48


def test_importing_the_same_again_keeps_one_snapshot(catalogue: Path, tmp_path: Path) -> None:
    """Snapshots and bundles are named by their content; only the release is new."""
    store = ReleaseStore(tmp_path)
    first, second = (import_catalogue(catalogue, store, default_encoder="shipped").release for _ in range(2))
    assert (first.snapshot, first.bundle) == (second.snapshot, second.bundle)
    assert first.id != second.id
    assert len(list((tmp_path / "snapshots").iterdir())) == len(list((tmp_path / "bundles").iterdir())) == 1


def test_publishing_the_current_bundle_changes_nothing_but_the_release(catalogue: Path, tmp_path: Path) -> None:
    """Embedding kept features gives what the import gave, bit by bit."""
    store = ReleaseStore(tmp_path)
    first = import_catalogue(catalogue, store, default_encoder="shipped").release
    assert publish(store.bundle_path(first.bundle), store).snapshot == first.snapshot


def test_publish_needs_a_catalogue(home: Path, tmp_path: Path) -> None:
    """And says how to get one."""
    with pytest.raises(HomeError, match="attire import"):
        publish(home / "trained", ReleaseStore(tmp_path))


def flip(path: Path) -> None:
    """Change one byte."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_what_was_damaged_is_mended_by_importing_again(catalogue: Path, tmp_path: Path) -> None:
    """As the refusal says: whatever file of the snapshot or of an untrained bundle it was."""
    store = ReleaseStore(tmp_path)
    first = import_catalogue(catalogue, store, default_encoder="shipped").release
    bundle, snapshot = store.bundle_path(first.bundle), store.snapshot_path(first.snapshot)
    for path in (snapshot / "embeddings.npy", snapshot / "items.parquet", bundle / "manifest.json", bundle / "weights.safetensors"):
        flip(path)
        with pytest.raises((SnapshotError, BundleError)):
            Release.open(store, first)
        import_catalogue(catalogue, store, default_encoder="shipped")
        Release.open(store, first)


def test_a_damaged_bundle_is_mended_by_publishing_it_again(home: Path, tmp_path: Path) -> None:
    """From where it was trained to."""
    store = ReleaseStore(copied(home, tmp_path / "home"))
    current = store.current()
    assert current is not None
    flip(store.bundle_path(current.bundle) / "weights.safetensors")
    with pytest.raises(BundleError, match="again"):
        Release.open(store, current)
    publish(home / "trained", store)
    Release.open(store, current)


def test_a_bundle_of_another_encoder_is_refused_by_name(home: Path, catalogue: Path, tmp_path: Path) -> None:
    """And the home serves what it served."""
    store = ReleaseStore(tmp_path / "home")
    first = import_catalogue(catalogue, store, default_encoder="shipped").release
    other = Bundle.load(home / "trained")
    manifest = replace(other.manifest, encoder=replace(other.manifest.encoder, fingerprint="another"))
    stranger = Bundle(manifest, other.model).save(tmp_path / "stranger")
    with pytest.raises(EncoderError, match=f"{stranger.id}.*another"):
        publish(tmp_path / "stranger", store)
    assert store.current() == first


def test_a_bundle_of_another_encoder_has_the_catalogue_encoded_again(pictures: Path, tmp_path: Path) -> None:
    """With what changed since: as an import by that encoder would have it."""
    store, other = ReleaseStore(tmp_path / "home"), ReleaseStore(tmp_path / "other")
    import_catalogue(pictures, store, default_encoder="backbone:shufflenet_v2_x0_5")
    wanted = Release.open(other, import_catalogue(pictures, other, default_encoder="backbone:squeezenet1_1").release)
    log = LogSettings()
    entered = open_log(log, store.home)

    async def change() -> None:
        await entered.append(Stream.CATALOGUE, [removal("tops-0"), upsert({"id": "new", "category": "tops", "title": "red tops"})])
        await entered.close()

    asyncio.run(change())
    found = Release.open(store, publish(other.bundle_path(wanted.bundle.id), store, log=log))
    assert found.snapshot.manifest.encoder_fingerprint == wanted.snapshot.manifest.encoder_fingerprint
    assert set(found.snapshot.row_of) == set(wanted.snapshot.row_of) - {"tops-0"} | {"new"}
    for item in ("tops-1", "shoes-3", "cut"):
        rows = found.snapshot.row_of[item], wanted.snapshot.row_of[item]
        assert np.array_equal(found.snapshot.features[rows[0]], wanted.snapshot.features[rows[1]])
        assert found.item(rows[0]) == wanted.item(rows[1])


def test_an_encoder_with_other_weights_than_the_bundle_was_trained_on_is_refused(pictures: Path, tmp_path: Path) -> None:
    """Before anything is written."""
    store = ReleaseStore(tmp_path / "home")
    first = import_catalogue(pictures, store, default_encoder="backbone:shufflenet_v2_x0_5").release
    bundle = Bundle.load(store.bundle_path(first.bundle))
    manifest = replace(bundle.manifest, encoder=replace(bundle.manifest.encoder, fingerprint="another"))
    Bundle(manifest, bundle.model).save(tmp_path / "stranger")
    with pytest.raises(EncoderError, match="install the same weights"):
        publish(tmp_path / "stranger", store)
    assert store.current() == first
    assert len(list((store.home / "bundles").iterdir())) == 1


def test_a_catalogue_of_other_features_is_refused(catalogue: Path, write_catalogue: WriteCatalogue, tmp_path: Path) -> None:
    """The current bundle could not read them."""
    store = ReleaseStore(tmp_path / "home")
    import_catalogue(catalogue, store, default_encoder="shipped")
    with pytest.raises(EncoderError, match=r"features:16.*features:8"):
        import_catalogue(write_catalogue(tmp_path / "other", size=8), store, default_encoder="shipped")


def test_a_catalogue_with_features_takes_no_encoder(catalogue: Path, tmp_path: Path) -> None:
    """An encoder that would not be used is a misunderstanding."""
    with pytest.raises(InputError, match="--encoder"):
        import_catalogue(catalogue, ReleaseStore(tmp_path), encoder="shipped", default_encoder="shipped")


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    """There is nothing to serve."""
    (tmp_path / "items.jsonl").write_text("")
    with pytest.raises(InputError):
        import_catalogue(tmp_path, ReleaseStore(tmp_path / "home"), default_encoder="shipped")


def test_refused_pictures_are_named_and_the_rest_goes_on(pictures: Path, tmp_path: Path) -> None:
    """The items are there, without a picture."""
    store = ReleaseStore(tmp_path)
    done = import_catalogue(pictures, store, default_encoder="backbone:shufflenet_v2_x0_5")
    assert set(done.features.refused) == {"cut", "note"}
    assert done.release.items == 14 == done.features.encoded
    release = Release.open(store, done.release)
    assert release.item(release.snapshot.row_of["cut"]).image is None
    assert release.item(release.snapshot.row_of["tops-1"]).image is not None


def test_an_import_with_pictures_uses_the_current_encoder(pictures: Path, tmp_path: Path) -> None:
    """The default does not matter any more; another that is asked for is refused."""
    store, encoder = ReleaseStore(tmp_path), "backbone:shufflenet_v2_x0_5"
    import_catalogue(pictures, store, default_encoder=encoder)
    assert import_catalogue(pictures, store, default_encoder="nothing").release.items == 14
    with pytest.raises(EncoderError, match="fresh --home"):
        import_catalogue(pictures, store, encoder="backbone:squeezenet1_1", default_encoder=encoder)
