"""From a dataset directory to a served release, and from a new bundle to the next one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app import compute  # noqa: F401 - torch before faiss
from app.changes import folded, items_now, replayed
from app.errors import HomeError
from app.images import ImageStore
from app.log.base import START, Entry, Log, Stream
from app.log.open import open_log
from app.release import PhotoEncoder, Release
from app.settings import Log as LogSettings
from app.store import ReleaseRecord, ReleaseStore
from index.snapshot import ITEM_COLUMNS, Snapshot
from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.datasets.read import read_catalogue
from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.encoders.base import Encoder, FloatArray, feature_size
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import load_encoder
from models.encoders.own import OWN, OwnFeatures
from models.errors import BundleError, EncoderError, InputError
from models.progress import Progress, silent

UNTRAINED: Final = "cosine"

Answer = TypeVar("Answer")


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
    log: LogSettings | None = None,
    progress: Progress = silent,
) -> Imported:
    """Read a catalogue, encode it, index it with the current bundle (an untrained one on a fresh home), and serve it.

    Args:
        encoder: the encoder's spec; None takes the current bundle's, and ``default_encoder`` on a fresh home.
        log: where changes are logged: those from before the import are over with it. None for a home that has seen none.

    Raises:
        InputError: the catalogue is broken. EncoderError: its features are not of the kind that the current bundle reads.
        HomeError, BundleError, SnapshotError: the home is broken. LogUnavailableError: the log cannot be read now.
    """
    started = time.perf_counter()
    current = store.current()
    offset = _end_of_changes(log, store.home)
    catalogue = read_catalogue(data)
    if not len(catalogue):
        msg = "the catalogue is empty; give it at least one item"
        raise InputError(msg, path=data)
    bundle = _current_bundle(store, current)
    source = _encoder_for(catalogue, bundle, encoder, default_encoder)
    found = catalogue_features(catalogue, source, cache, progress)
    bundle = bundle or _untrained(store, catalogue, source)
    items = _items_table(catalogue, store, found.refused, progress)
    release = _index(store, bundle, items, found.features, offset)
    return Imported(
        release=store.activate(release.id),
        refused=found.refused,
        encoded=found.encoded,
        encoding_s=found.seconds,
        seconds=time.perf_counter() - started,
    )


def publish(
    bundle_directory: Path,
    store: ReleaseStore,
    *,
    log: LogSettings | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> ReleaseRecord:
    """Serve a new bundle with the catalogue as it is now; see ``prepare``."""
    return store.activate(prepare(bundle_directory, store, log=log, cache=cache, progress=progress).id)


def prepare(
    bundle_directory: Path,
    store: ReleaseStore,
    *,
    log: LogSettings | None = None,
    cache: Path | None = None,
    progress: Progress = silent,
) -> ReleaseRecord:
    """A release of a new bundle and the catalogue as it is now, checked, and not served yet.

    The kept features are embedded again, and what the log says changed is folded in; only changed pictures and titles are encoded. A bundle
    of another encoder has all pictures and titles encoded again, by its own.

    Args:
        log: where changes are logged; None takes the catalogue as the current release has it, with the changes still to be replayed.
        cache: where features are kept that are encoded again.

    Raises:
        HomeError: no catalogue was imported yet, or nothing of it is left. LogUnavailableError: the log cannot be read now.
        EncoderError: the bundle's encoder cannot be had, or one of bundle and catalogue has the shop's own features, the other not.
        BundleError, SnapshotError: the bundle or the home is broken.
    """
    bundle = Bundle.load(bundle_directory)
    current = store.current()
    if current is None:
        msg = f"{store.home}: no catalogue here yet; run `attire import DATA --home {store.home}` first"
        raise HomeError(msg)
    snapshot = Snapshot.load(store.snapshot_path(current.snapshot))
    other = _other_encoder(bundle_directory, bundle, snapshot, store)
    store.copy_bundle(bundle_directory, bundle.id)
    entries = _changes_behind(log, store.home, current.catalog_offset)
    changes, _ = replayed(snapshot, {}, entries)
    features_NF: FloatArray | NDArray[np.float16]
    if other is None:
        same = PhotoEncoder(bundle.encoder_spec, bundle.manifest.encoder_fingerprint)
        items, features_NF = folded(snapshot, changes, same, store.images)
    else:
        items = items_now(snapshot, changes)
        features_NF = catalogue_features(catalogue_of(items, store.images), other, cache, progress).features
    if not items.num_rows:
        msg = f"{store.home}: every item was deleted; put some back before you publish"
        raise HomeError(msg)
    offset = entries[-1].offset if entries else current.catalog_offset
    return _index(store, bundle, items, np.asarray(features_NF, dtype=np.float32), offset)


def _other_encoder(directory: Path, bundle: Bundle, snapshot: Snapshot, store: ReleaseStore) -> Encoder | None:
    """The bundle's encoder where it is not the one that the catalogue was encoded by; None where it is."""
    kept, manifest = snapshot.manifest.encoder_fingerprint, bundle.manifest
    if manifest.encoder_fingerprint == kept:
        return None
    if kept.startswith(f"{OWN}:") or manifest.encoder_spec == OWN:
        msg = (
            f"{directory}: bundle {bundle.id} reads features of encoder {manifest.encoder_spec} ({manifest.encoder_fingerprint}), "
            f"the catalogue in {store.home} was encoded by {kept}; train on these features, or import into a fresh home"
        )
        raise EncoderError(msg)
    encoder = load_encoder(bundle.encoder_spec)
    if encoder.fingerprint != manifest.encoder_fingerprint:
        msg = (
            f"{directory}: bundle {bundle.id} was trained on encoder {manifest.encoder_spec} ({manifest.encoder_fingerprint}), which is "
            f"{encoder.fingerprint} here; install the same weights"
        )
        raise EncoderError(msg)
    return encoder


def catalogue_of(items: pa.Table, images: ImageStore) -> Catalogue:
    """A snapshot's items as recipes read a catalogue; pictures by path."""
    paths = [
        None if name is None else {"bytes": None, "path": str(images.path(name).resolve())} for name in items.column("image").to_pylist()
    ]
    columns = {"image": pa.array(paths, ITEM_SCHEMA.field("image").type)}
    table = {
        field.name: columns.get(
            field.name, items.column(field.name) if field.name in items.column_names else pa.nulls(len(items), field.type)
        )
        for field in ITEM_SCHEMA
    }
    return Catalogue(pa.table(table, schema=ITEM_SCHEMA))


def _changes_behind(settings: LogSettings | None, home: Path, offset: str) -> list[Entry]:
    """All that the log says of the catalogue behind an offset."""

    async def read(log: Log) -> list[Entry]:
        found: list[Entry] = []
        while more := await log.read(Stream.CATALOG, found[-1].offset if found else offset):
            found += more
        return found

    return asyncio.run(_with_log(settings, home, read)) if settings else []


def _end_of_changes(settings: LogSettings | None, home: Path) -> str:
    """Where the log's catalogue ends now."""

    async def end(log: Log) -> str:
        return (await log.append(Stream.CATALOG, [])).end

    return asyncio.run(_with_log(settings, home, end)) if settings else START


async def _with_log(settings: LogSettings, home: Path, work: Callable[[Log], Awaitable[Answer]]) -> Answer:
    log = open_log(settings, home)
    try:
        return await work(log)
    finally:
        await log.close()


def _index(store: ReleaseStore, bundle: Bundle, items: pa.Table, features_NF: FloatArray, catalog_offset: str) -> ReleaseRecord:
    """Embed, write the snapshot, and see that it loads as a release."""
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
    record = store.add(
        bundle=bundle.id, snapshot=manifest.id, recipe=bundle.manifest.recipe, items=manifest.count, catalog_offset=catalog_offset
    )
    Release.open(store, record)
    return record


def _encoder_for(catalogue: Catalogue, current: Bundle | None, asked: str | None, default: str) -> Encoder:
    """The encoder of this catalogue's features, which has to be the current bundle's."""
    own = own_features(catalogue)
    if own is None:
        spec = asked or (current.encoder_spec if current else default)
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


def _current_bundle(store: ReleaseStore, current: ReleaseRecord | None) -> Bundle | None:
    """The bundle to import with; None where an untrained one has to be made: on a fresh home, or in place of one that was damaged."""
    if current is None:
        return None
    try:
        return Bundle.load(store.bundle_path(current.bundle))
    except BundleError:
        if current.recipe == UNTRAINED:
            return None
        raise


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
