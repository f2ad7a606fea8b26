"""Makes the next release from a new bundle and the catalogue as it is now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray

from app.catalogue.changes import folded, items_now, kept_features, replayed
from app.catalogue.engine import HERE, Engine, Part
from app.ground import compute  # noqa: F401 - torch before faiss
from app.ground.errors import HomeError
from app.ground.parts import LogSettings
from app.ground.places import shown
from app.home.images import ImageStore
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.changes import changes_behind
from app.release.photo_encoder import PhotoEncoder
from app.release.release import Release
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.compatibility.build import COSINE, build_model
from models.compatibility.calibration import Calibration
from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.encoders.base import Encoder
from models.encoders.features import FloatArray, check_features
from models.encoders.keep import catalogue_features
from models.encoders.load import load_encoder
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard

_AT_ONCE: Final = 16_384  # items that are embedded together: whole batches of ``Bundle.embed``
"""The model that learns nothing, and the recipe of its bundles."""


def publish(
    bundle_directory: Path,
    store: ReleaseStore,
    *,
    serve: bool = True,
    better: bool = False,
    log: LogSettings | None = None,
    cache: Path | None = None,
    device: torch.device = CPU,
    engine: Engine = HERE,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> ReleaseRecord:
    """Make and check a release of a new bundle and the catalogue as it is now, and serve it.

    Embeds the kept features again, and applies the logged changes, encoding only changed pictures and titles. For a bundle with another
    encoder, that encoder encodes all pictures and titles.

    Args:
        serve: False only makes and checks the release.
        better: publish the cosine of the features in place of a bundle that did worse on outfits it did not learn from, and tell ``warn``.
        log: where changes are logged; None takes the catalogue as the current release has it, and leaves the changes to the replicas.
        cache: where features are kept that have to be encoded again.
        engine: what embeds, and encodes for a bundle with another encoder.

    Raises:
        HomeError: no catalogue was imported yet, or no item is left. LogUnavailableError: the log cannot be read now.
        EncoderError: the bundle's encoder cannot be loaded, or only one of bundle and catalogue has the shop's own features.
        BundleError, SnapshotError: the bundle or the home is broken.
    """
    bundle = Bundle.load(bundle_directory).to(device)
    current = store.bring(store.served())
    snapshot = Snapshot.load(store.snapshot_path(current.snapshot), later=True)
    other = _other_encoder(bundle_directory, bundle, snapshot, store)
    if better:
        bundle = _better(bundle, warn)
    if bundle.id:
        store.copy_bundle(bundle_directory, bundle.id)
    else:
        staged = store.staging("bundles")
        bundle = bundle.save(staged)
        store.keep(staged, bundle.id)
    entries = asyncio.run(changes_behind(log, store.home, current.catalog_offset)) if log else []
    changes, _ = replayed(snapshot, {}, entries)
    features_NF: FloatArray | NDArray[np.float16]
    if other is None:
        same = PhotoEncoder(bundle.encoder_spec, bundle.manifest.encoder, device)
        items, features_NF = folded(snapshot, changes, same, store.images, store.encodings(bundle.manifest.encoder.fingerprint))
    else:
        items = items_now(snapshot, changes)
        store.bring_pictures()
        features_NF = catalogue_features(catalogue_of(items, store.images), other, cache, progress, encode=engine.encode).features
    if not items.num_rows:
        msg = f"{shown(store.home)}: every item was deleted; put some back before you publish"
        raise HomeError(msg)
    offset = entries[-1].offset if entries else current.catalog_offset
    release = write_release(store, bundle, items, features_NF, offset, engine=engine)
    Release.open(store, release, device=device, later=True, progress=progress)
    return store.activate(release.id) if serve else release


def _better(bundle: Bundle, warn: Warn) -> Bundle:
    """The bundle, or one that is not saved yet where the cosine of its features did better; what belongs to an outfit it knows as well."""
    reads, asked = bundle.manifest.encoder, bundle.manifest.held_out
    if asked is None or asked.verdict != "worse":
        return bundle
    if asked.rival != "raw_cosine" or bundle.personal:
        warn(f"bundle {bundle.id}, recipe {bundle.manifest.recipe}: {asked}; `attire`, which remembers pairs, may do better than counting")
        return bundle
    warn(f"raw cosine is published in place of recipe {bundle.manifest.recipe}: {asked}; --as-trained publishes the bundle all the same")
    manifest = replace(
        bundle.manifest,
        id="",
        recipe=COSINE,
        model=COSINE,
        model_config={"feature_size": reads.size},
        embedding_size=reads.size,
        calibration=Calibration(),
        completion=Calibration(),
    )
    return replace(bundle, manifest=manifest, model=build_model(COSINE, manifest.model_config)).to(bundle.device)


def _other_encoder(directory: Path, bundle: Bundle, snapshot: Snapshot, store: ReleaseStore) -> Encoder | None:
    """The bundle's encoder; None where the catalogue was encoded by the same one."""
    reader, reads, kept = f"{directory}: bundle {bundle.id}", bundle.manifest.encoder, kept_features(snapshot)
    if reads.fingerprint == kept.fingerprint:
        return None
    if kept.is_own or reads.is_own:
        check_features(
            reader, reads, f"the catalogue in {shown(store.home)}", kept, mend="train on these features, or import into a fresh home"
        )
    encoder = load_encoder(bundle.encoder_spec, bundle.device)
    check_features(reader, reads, "its encoder here", encoder.features, mend="install the same weights")
    return encoder


def catalogue_of(items: pa.Table, images: ImageStore) -> Catalogue:
    """A snapshot's items as the catalogue that recipes read; pictures by path."""
    names = items.column("image").to_pylist()
    paths = [None if name is None else {"bytes": None, "path": str(images.path(name).resolve())} for name in names]
    table = items.drop_columns("image").append_column("image", pa.array(paths, ITEM_SCHEMA.field("image").type))
    whole = pa.concat_tables([ITEM_SCHEMA.empty_table(), table], promote_options="default")  # columns that the snapshot lacks are null
    return Catalogue(whole.select(ITEM_SCHEMA.names))


def write_release(
    store: ReleaseStore,
    bundle: Bundle,
    items: pa.Table,
    features_NF: FloatArray | NDArray[np.float16],
    offset: str,
    *,
    let_go: Callable[[], None] = lambda: None,
    engine: Engine = HERE,
) -> ReleaseRecord:
    """Embed the items and write their snapshot. Whoever serves it checks first that it loads as a release, having let go of the items.

    Args:
        let_go: gives back memory that reading the features has come to take; called part by part.
    """
    kept_NF = features_NF.astype(np.float16, copy=False)  # the kept precision, so that publishing the same bundle again changes nothing
    staged = store.staging("snapshots")
    manifest = Snapshot.write(
        staged,
        items=items,
        features_NF=kept_NF,
        embeddings_ND=_embedded(store, bundle, items, kept_NF, engine, let_go=let_go),
        bundle_id=bundle.id,
        encoder_spec=bundle.manifest.encoder.spec,
        encoder_fingerprint=bundle.manifest.encoder.fingerprint,
    )
    store.keep(staged, manifest.id)
    return store.add(bundle=bundle.id, snapshot=manifest.id, recipe=bundle.manifest.recipe, items=manifest.count, catalog_offset=offset)


def _embedded(
    store: ReleaseStore, bundle: Bundle, items: pa.Table, features_NF: NDArray[np.float16], engine: Engine, *, let_go: Callable[[], None]
) -> Iterator[FloatArray]:
    """Embeddings of all items, ``(N, D)``, part by part."""

    def parts() -> Iterator[Part]:
        for start in range(0, max(items.num_rows, 1), _AT_ONCE):
            words = Catalogue(items.slice(start, _AT_ONCE))
            features_MF = features_NF[start : start + _AT_ONCE].copy()
            let_go()
            yield Part(features_MF, words.categories, words.texts(), list(words.ids))

    return engine.embed(bundle, store.bundle_path(bundle.id), parts())
