"""From a dataset directory to a served release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import pyarrow as pa
import torch

from app.catalogue.publishing import index_release, with_log
from app.ground import compute  # noqa: F401 - torch before faiss
from app.ground.settings import Log as LogSettings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import START, Log, Stream
from index.snapshot import ITEM_COLUMNS
from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.datasets.read import read_catalogue
from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.features import feature_size
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import load_encoder
from models.encoders.own import OWN, OwnFeatures
from models.errors import BundleError, EncoderError, InputError
from models.precision import CPU
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
    device: torch.device = CPU,
    progress: Progress = silent,
) -> Imported:
    """Read a catalogue, encode it, index it with the current bundle (an untrained one on a fresh home), and serve it.

    Args:
        encoder: the encoder's spec; None takes the current bundle's, and ``default_encoder`` on a fresh home.
        log: where changes are logged: those from before the import are over with it. None for a home that has seen none.
        device: where the encoder and the bundle compute.

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
    source = _encoder_for(catalogue, bundle, encoder, default_encoder, device)
    found = catalogue_features(catalogue, source, cache, progress)
    bundle = (bundle or _untrained(store, catalogue, source)).to(device)
    items = _items_table(catalogue, store, found.refused, progress)
    release = index_release(store, bundle, items, found.features, offset)
    return Imported(
        release=store.activate(release.id),
        refused=found.refused,
        encoded=found.encoded,
        encoding_s=found.seconds,
        seconds=time.perf_counter() - started,
    )


def _end_of_changes(settings: LogSettings | None, home: Path) -> str:
    """Where the log's catalogue ends now."""

    async def end(log: Log) -> str:
        return (await log.append(Stream.CATALOG, [])).end

    return asyncio.run(with_log(settings, home, end)) if settings else START


def _encoder_for(catalogue: Catalogue, current: Bundle | None, asked: str | None, default: str, device: torch.device) -> Encoder:
    """The encoder of this catalogue's features, which has to be the current bundle's."""
    own = own_features(catalogue)
    if own is None:
        spec = asked or (current.encoder_spec if current else default)
        if spec == OWN:
            msg = "the current bundle reads the shop's own features, and this catalogue has none; add `features`, or use a fresh home"
            raise EncoderError(msg)
        encoder = load_encoder(spec, device)
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
