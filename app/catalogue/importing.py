"""From a dataset directory to a served release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import torch

from app.catalogue.fetched import fetched
from app.catalogue.publishing import COSINE, index_release
from app.fetch.pictures import Counts
from app.ground import compute  # noqa: F401 - torch before faiss
from app.ground.fetching import Fetching
from app.ground.settings import LogSettings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import START, Stream
from app.log.open import opened_log
from index.snapshot import ITEM_COLUMNS
from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.datasets.findings import Findings
from models.datasets.read import read_whole
from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.features import OWN, FeatureSpec, check_features
from models.encoders.keep import CatalogueFeatures, catalogue_features, own_features
from models.encoders.load import load_encoder
from models.errors import BundleError, EncoderError, InputError
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The result of an import.

    Attributes:
        features: what was encoded, and which pictures were refused; their items are served, by their words.
        fetched: how many pictures were fetched.
        seconds: duration of the whole import.
    """

    release: ReleaseRecord
    features: CatalogueFeatures
    fetched: Counts
    seconds: float


def import_catalogue(
    data: Path,
    store: ReleaseStore,
    *,
    encoder: str | None = None,
    default_encoder: str,
    cache: Path | None = None,
    log: LogSettings | None = None,
    fetch: Fetching | None = None,
    device: torch.device = CPU,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> Imported:
    """From a dataset directory to a served release.

    Read it, fetch the pictures that it names by URL, encode its catalogue, index it with the current bundle (an untrained one on a fresh
    home), and serve it.

    Args:
        encoder: the encoder's spec; None takes the current bundle's, and ``default_encoder`` on a fresh home.
        fetch: what may be fetched from where; None is the defaults.
        log: where changes are logged; the import replaces those from before it. None for a home without a log.
        warn: told what the dataset has that is put up with.

    Raises:
        InputError: a file of the dataset is broken. EncoderError: the current bundle reads other features.
        HomeError, BundleError, SnapshotError: the home is broken. LogUnavailableError: the log cannot be read now.
    """
    started = time.perf_counter()
    current = store.current()
    offset = asyncio.run(_end_of_changes(log, store.home)) if log else START
    findings = Findings()
    catalogue = read_whole(data, findings).catalogue
    findings.tell(warn)
    if not len(catalogue):
        msg = "the catalogue is empty; give it at least one item"
        raise InputError(msg, path=data)
    bundle = _current_bundle(store, current)
    source = _encoder_for(catalogue, bundle, encoder, default_encoder, device)
    named = fetched(catalogue, store, fetch or Fetching(), progress)
    catalogue = named.catalogue
    found = catalogue_features(catalogue, source, cache, progress)
    found = replace(found, refused={**named.refused, **found.refused})
    bundle = (bundle or _untrained(store, catalogue, found.spec)).to(device)
    items = _items_table(catalogue, store, found.refused, progress)
    release = index_release(store, bundle, items, found.features, offset)
    return Imported(release=store.activate(release.id), features=found, fetched=named.counts, seconds=time.perf_counter() - started)


async def _end_of_changes(settings: LogSettings, home: Path) -> str:
    """The offset of the last catalogue change in the log."""
    async with opened_log(settings, home) as log:
        return (await log.append(Stream.CATALOGUE, [])).end


def _encoder_for(catalogue: Catalogue, current: Bundle | None, asked: str | None, default: str, device: torch.device) -> Encoder | None:
    """The encoder of this catalogue's features, None where they are its own; the current bundle has to read the same."""
    own, encoder = own_features(catalogue), None
    if own is None:
        spec = asked or (current.encoder_spec if current else default)
        if spec == OWN:
            msg = "the current bundle reads the shop's own features, and this catalogue has none; add `features`, or use a fresh home"
            raise EncoderError(msg)
        encoder = load_encoder(spec, device)
        given = encoder.features
    elif asked:
        msg = f"the catalogue brings its own features; leave out --encoder {asked}, or the `features` column"
        raise InputError(msg, path=catalogue.root)
    else:
        given = FeatureSpec.own(own.shape[1])
    if current is not None:
        reads = current.manifest.encoder
        check_features(f"the current bundle {current.id}", reads, "this catalogue", given, mend="import into a fresh --home")
    return encoder


def _current_bundle(store: ReleaseStore, current: ReleaseRecord | None) -> Bundle | None:
    """The bundle to import with; None on a fresh home, or where an untrained bundle is damaged, so that a new one has to be made."""
    if current is None:
        return None
    try:
        return Bundle.load(store.bundle_path(current.bundle))
    except BundleError:
        if current.recipe == COSINE:
            return None
        raise


def _untrained(store: ReleaseStore, catalogue: Catalogue, spec: FeatureSpec) -> Bundle:
    """Make the bundle of a fresh home, which has seen no outfit: its score is the cosine of the features."""
    manifest = Manifest(
        recipe=COSINE,
        config={},
        model=COSINE,
        model_config={"feature_size": spec.size},
        encoder=spec,
        categories=tuple(sorted(set(catalogue.categories))),
        embedding_size=spec.size,
        outfits=0,
    )
    staged = store.staging("bundles")
    bundle = Bundle(manifest, build_model(COSINE, manifest.model_config)).save(staged)
    store.keep(staged, bundle.id)
    return bundle


def _items_table(catalogue: Catalogue, store: ReleaseStore, refused: Mapping[str, str], progress: Progress) -> pa.Table:
    """The snapshot's table of items; keeps each usable picture and names it in the table."""
    names: list[str | None] = []
    with progress("keeping pictures", len(catalogue)) as advance:
        for row, item in enumerate(catalogue.row_of):
            picture = None if item in refused else catalogue.image(row)
            names.append(store.images.put(picture) if picture else None)
            advance()
    table = catalogue.table.select([name for name in ITEM_COLUMNS.names if name != "image"])
    return table.append_column("image", pa.array(names, pa.string()))
