"""From a dataset directory to a served release, and from a new bundle to the next one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from app import compute  # noqa: F401 - torch before faiss
from app.errors import HomeError
from app.release import Release
from app.store import ReleaseRecord, ReleaseStore
from index.snapshot import ITEM_COLUMNS, Snapshot
from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.datasets.read import read_catalogue
from models.datasets.schema import Catalogue
from models.encoders.base import Encoder, FloatArray, feature_size
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import load_encoder
from models.encoders.own import OWN, OwnFeatures
from models.errors import EncoderError, InputError
from models.progress import Progress, silent

UNTRAINED: Final = "cosine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did.

    Attributes:
        refused: item id -> why its picture is left out; the item itself is served by its words.
        encoded: items encoded now; the others were kept from an earlier run.
        encoding_s: what that took; the whole import took ``seconds``.
    """

    release: ReleaseRecord
    refused: Mapping[str, str]
    encoded: int
    encoding_s: float
    seconds: float


def import_catalogue(
    data: Path,
    store: ReleaseStore,
    *,
    encoder: str | None = None,
    default_encoder: str,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Imported:
    """Read a catalogue, encode it, index it with the current bundle (an untrained one on a fresh home), and serve it.

    Args:
        encoder: the encoder's spec; None takes the current bundle's, and ``default_encoder`` on a fresh home.

    Raises:
        InputError: the catalogue is broken. EncoderError: its features are not of the kind that the current bundle reads.
        HomeError, BundleError, SnapshotError: the home is broken.
    """
    started = time.perf_counter()
    catalogue = read_catalogue(data)
    if not len(catalogue):
        msg = "the catalogue is empty; give it at least one item"
        raise InputError(msg, path=data)
    current = store.current()
    bundle = Bundle.load(store.bundle_path(current.bundle)) if current else None
    source = _encoder_for(catalogue, bundle, encoder, default_encoder)
    found = catalogue_features(catalogue, source, cache, progress)
    bundle = bundle or _untrained(store, catalogue, source)
    items = _items_table(catalogue, store, found.refused, progress)
    release = _index(store, bundle, items, found.features)
    return Imported(
        release=release,
        refused=found.refused,
        encoded=found.encoded,
        encoding_s=found.seconds,
        seconds=time.perf_counter() - started,
    )


def publish(bundle_directory: Path, store: ReleaseStore) -> ReleaseRecord:
    """Serve a new bundle with the current catalogue: its kept features are embedded again, no picture is touched.

    Raises:
        HomeError: no catalogue was imported yet. EncoderError: the bundle reads another encoder's features.
        BundleError, SnapshotError: the bundle or the home is broken.
    """
    bundle = Bundle.load(bundle_directory)
    current = store.current()
    if current is None:
        msg = f"{store.home}: no catalogue here yet; run `attire import DATA --home {store.home}` first"
        raise HomeError(msg)
    snapshot = Snapshot.load(store.snapshot_path(current.snapshot))
    kept, manifest = snapshot.manifest.encoder_fingerprint, bundle.manifest
    if manifest.encoder_fingerprint != kept:
        msg = (
            f"{bundle_directory}: bundle {bundle.id} reads features of encoder {manifest.encoder_spec} ({manifest.encoder_fingerprint}), "
            f"the catalogue in {store.home} was encoded by {kept}; train on this encoder, or import into a fresh home"
        )
        raise EncoderError(msg)
    store.copy_bundle(bundle_directory, bundle.id)
    return _index(store, bundle, snapshot.items, np.asarray(snapshot.features, dtype=np.float32))


def _index(store: ReleaseStore, bundle: Bundle, items: pa.Table, features_NF: FloatArray) -> ReleaseRecord:
    """Embed, write the snapshot, and serve it once it loads as a release."""
    kept_NF = features_NF.astype(np.float16)  # embed what is kept, so that publishing the same bundle again changes nothing
    words = Catalogue(items)
    embeddings_ND = bundle.embed(kept_NF.astype(np.float32), words.categories, words.texts(), words.ids)
    staged = store.staging("snapshots")
    manifest = Snapshot.write(
        staged,
        items=items,
        features_NF=kept_NF,
        embeddings_ND=embeddings_ND,
        bundle_id=bundle.id,
        encoder_fingerprint=bundle.manifest.encoder_fingerprint,
    )
    store.keep(staged, manifest.id)
    record = store.add(bundle=bundle.id, snapshot=manifest.id, recipe=bundle.manifest.recipe, items=manifest.count)
    Release.open(store, record)
    return store.activate(record.id)


def _encoder_for(catalogue: Catalogue, current: Bundle | None, asked: str | None, default: str) -> Encoder:
    """The encoder of this catalogue's features, which has to be the current bundle's."""
    own = own_features(catalogue)
    if own is None:
        spec = asked or (current.manifest.encoder_spec if current else default)
        if spec == OWN:
            msg = "the current bundle reads the shop's own features, and this catalogue has none; add `features`, or use a fresh home"
            raise EncoderError(msg)
        encoder = load_encoder(spec)
    elif asked:
        msg = f"the catalogue brings its own features; leave out --encoder {asked}, or the `features` column"
        raise InputError(msg, path=catalogue.root)
    else:
        encoder = OwnFeatures(own.shape[1])
    if current is not None and current.manifest.encoder_fingerprint != encoder.fingerprint:
        msg = (
            f"this catalogue's features are of {encoder.spec} ({encoder.fingerprint}), the current bundle {current.id} reads those of "
            f"{current.manifest.encoder_spec} ({current.manifest.encoder_fingerprint}); import into a fresh --home"
        )
        raise EncoderError(msg)
    return encoder


def _untrained(store: ReleaseStore, catalogue: Catalogue, encoder: Encoder) -> Bundle:
    """What a fresh home serves before it has seen an outfit: the cosine of the features."""
    size = feature_size(encoder.blocks)
    manifest = Manifest(
        recipe=UNTRAINED,
        config={},
        model=UNTRAINED,
        model_config={"feature_size": size},
        encoder_spec=encoder.spec,
        encoder_fingerprint=encoder.fingerprint,
        blocks=encoder.blocks,
        categories=tuple(sorted(set(catalogue.categories))),
        embedding_size=size,
    )
    staged = store.staging("bundles")
    bundle = Bundle(manifest, build_model(UNTRAINED, manifest.model_config)).save(staged)
    store.keep(staged, bundle.id)
    return bundle


def _items_table(catalogue: Catalogue, store: ReleaseStore, refused: Mapping[str, str], progress: Progress) -> pa.Table:
    """The snapshot's items: the catalogue's words, and each usable picture by the name it is kept under."""
    names: list[str | None] = []
    with progress("keeping pictures", len(catalogue)) as advance:
        for row, item in enumerate(catalogue.row_of):
            picture = None if item in refused else catalogue.image(row)
            names.append(store.images.put(picture) if picture else None)
            advance()
    table = catalogue.table.select([name for name in ITEM_COLUMNS.names if name != "image"])
    return table.append_column("image", pa.array(names, pa.string()))
