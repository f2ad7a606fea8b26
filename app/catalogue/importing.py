"""From a dataset directory to a served release."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch

from app.catalogue.again import Source, end_of_changes, remember
from app.catalogue.bounds import BOUNDS, Bounds, check_left, check_rejected, check_some, tell_gone
from app.catalogue.changes import since
from app.catalogue.engine import HERE, Engine
from app.catalogue.fetched import fetched
from app.catalogue.publishing import write_release
from app.fetch.pictures import Counts
from app.ground import compute  # noqa: F401 - torch before faiss
from app.ground.allocator import give_back
from app.ground.fetching import Fetching
from app.ground.parts import LogSettings
from app.home.feeds import FeedRecords
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.changes import changes_behind
from app.log.open import check_place
from app.release.release import Release
from index.snapshot import ITEM_COLUMNS
from models.bundle import Bundle, Manifest
from models.compatibility.build import COSINE
from models.compatibility.cosine import CosineModel
from models.datasets.findings import Findings
from models.datasets.lacking import unread_language
from models.datasets.read import read_whole
from models.datasets.schema import Catalogue
from models.datasets.urls import is_url
from models.encoders.base import Encoder
from models.encoders.features import OWN, FeatureSpec, check_features
from models.encoders.keep import StoredFeatures, own_features, stored_features
from models.encoders.load import load_encoder
from models.errors import BundleError, EncoderError, InputError
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The result of an import.

    Attributes:
        features: what was encoded, and which pictures were refused; their items are served, by their words.
        fetched: how many pictures were fetched. gone: how many items were served that this catalogue does not have.
        seconds: duration of the whole import.
    """

    release: ReleaseRecord
    features: StoredFeatures
    fetched: Counts
    gone: int
    seconds: float


def import_catalogue(
    data: Path,
    store: ReleaseStore,
    *,
    mapping: Path | None = None,
    findings: Findings | None = None,
    bounds: Bounds = BOUNDS,
    encoder: str | None = None,
    default_encoder: str,
    cache: Path | None = None,
    log: LogSettings | None = None,
    fetch: Fetching | None = None,
    device: torch.device = CPU,
    engine: Engine = HERE,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> Imported:
    """From a catalogue to a served release.

    Read it, fetch the pictures that it names by URL, encode it, index it with the current bundle (an untrained one on a fresh home), and
    serve it.

    Args:
        data: a dataset directory, or a feed.
        mapping: says which column of the feed is which.
        findings: takes what is found, and says whether a row that cannot be used is set aside or, as without it, ends the import.
        encoder: the encoder's spec; None takes the current bundle's, and ``default_encoder`` on a fresh home.
        fetch: what may be fetched from where; None is the defaults.
        log: where changes are logged; the import replaces those from before it. None for a home without a log.
        engine: what encodes and embeds.
        warn: told what the dataset has that is put up with.

    Raises:
        InputError: a file of the dataset is broken, or lacks more than ``bounds`` put up with.
        EncoderError: the current bundle reads other features.
        HomeError, BundleError, SnapshotError: the home is broken. LogUnavailableError: the log cannot be read now. OtherLogError: the
            current release has its place in another one.
    """
    started = time.perf_counter()
    current = store.current()
    if current is not None and log is not None:
        check_place(log, current.id, current.catalog_offset)
    offset = end_of_changes(log, store.home) if current is not None else None
    findings = findings or Findings(progress=progress)
    digest = Source(data, mapping, encoder, strict=findings.rejects is None).digest()
    catalogue = read_whole(data, findings, mapping, store.home, tasks=False).catalogue
    if unread := unread_language(catalogue):
        findings.warn(f"lacks {unread}", path=data)
    findings.tell(warn)
    give_back()
    check_rejected(data, findings, bounds)
    gone, served = _gone(catalogue, store, current, log) if current is not None else (0, 0)
    check_some(data, len(catalogue))
    check_left(data, len(catalogue), served, bounds)
    tell_gone(data, gone, served, findings, warn)
    bundle = _current_bundle(store, current)
    source = _encoder_for(catalogue, bundle, encoder, default_encoder, device)
    if offset is None:  # after all that may refuse the data: a first import that is refused leaves no home behind
        offset = end_of_changes(log, store.home)
    folders = folders_of(catalogue)
    named = fetched(catalogue, store, fetch or Fetching(), progress)
    catalogue = named.catalogue
    store.home.mkdir(parents=True, exist_ok=True)
    found = stored_features(catalogue, source, store.home, cache, progress, encode=engine.encode)
    del source  # an encoder is large, and nothing is encoded any more
    found = replace(found, refused={**named.refused, **found.refused})
    bundle = (bundle or _untrained(store, catalogue, found)).to(device)
    items = _items_table(catalogue, store, found.refused, progress)
    release = write_release(store, bundle, items, found.features, offset, let_go=found.let_go, engine=engine)
    found, counts = replace(found, features=found.features[:0].copy(), let_go=lambda: None), named.counts
    again = not (named.refused or counts.before)
    del catalogue, named, items  # the check reads them again
    give_back()
    Release.open(store, release, device=device, later=True, progress=progress)
    release = store.activate(release.id)
    FeedRecords(store.home).keep_imported(ids_of(store, release))
    if again:  # else another import may have more luck
        remember(store, digest, release, folders)
    return Imported(release=release, features=found, fetched=counts, gone=gone, seconds=time.perf_counter() - started)


def _gone(catalogue: Catalogue, store: ReleaseStore, current: ReleaseRecord, log: LogSettings | None) -> tuple[int, int]:
    """How many of the items that are served, with what was changed since, a catalogue does not have, and how many are served."""
    path = store.snapshot_path(store.bring(current).snapshot) / "items.parquet"
    try:
        served = pq.read_table(path, columns=["id"], partitioning=None).column("id").combine_chunks()
    except (pa.ArrowException, OSError):  # what is damaged is mended by importing again, and tells no more than its number
        return max(current.items - len(catalogue), 0), current.items
    there = since(asyncio.run(changes_behind(log, store.home, current.catalog_offset))) if log else {}
    unchanged = served.filter(pc.invert(pc.is_in(served, value_set=pa.array(list(there), served.type))))
    now = pa.concat_arrays([unchanged, pa.array([item for item, is_there in there.items() if is_there], served.type)])
    return len(now) - pc.sum(pc.is_in(now, value_set=catalogue.table.column("id"))).as_py(), len(now)


def ids_of(store: ReleaseStore, release: ReleaseRecord) -> list[str]:
    """The items of a release, without what was changed since."""
    path = store.snapshot_path(release.snapshot) / "items.parquet"
    ids: list[str] = pq.read_table(path, columns=["id"], partitioning=None).column("id").to_pylist()
    return ids


def folders_of(catalogue: Catalogue) -> set[Path]:
    """The folders that pictures were read from."""
    column = catalogue.table.column("image")
    if catalogue.root is None or column.null_count == len(column):
        return set()
    names = {str(path).rpartition("/")[0] for path in pc.unique(pc.struct_field(column, "path")).to_pylist() if path and not is_url(path)}
    return {catalogue.root / name for name in names}


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
        return Bundle.load(store.bundle_path(store.bring(current).bundle))
    except BundleError:
        if current.recipe == COSINE:
            return None
        raise


def _untrained(store: ReleaseStore, catalogue: Catalogue, found: StoredFeatures) -> Bundle:
    """Make the bundle of a fresh home, which has seen no outfit: its score is the cosine of what features have beyond the usual."""
    spec, categories = found.spec, tuple(sorted(pc.unique(catalogue.table.column("category")).to_pylist()))
    manifest = Manifest(
        recipe=COSINE,
        config={},
        model=COSINE,
        model_config={"feature_size": spec.size, "blocks": [block.size for block in spec.blocks], "categories": len(categories)},
        encoder=spec,
        categories=categories,
        embedding_size=spec.size,
        outfits=0,
    )
    untrained = CosineModel(**manifest.model_config)
    bundle = Bundle(manifest, untrained)
    untrained.fit(found.features, bundle.category_indices(catalogue.categories))
    found.let_go()
    staged = store.staging("bundles")
    bundle = bundle.save(staged)
    store.keep(staged, bundle.id)
    return bundle


def _items_table(catalogue: Catalogue, store: ReleaseStore, refused: Mapping[str, str], progress: Progress) -> pa.Table:
    """The snapshot's table of items; keeps each usable picture and names it in the table."""
    table = kept_columns(catalogue.table)
    if catalogue.table.column("image").null_count == len(catalogue):
        return table.append_column("image", pa.nulls(len(catalogue), pa.string()))
    names: list[str | None] = []
    with progress("keeping pictures", len(catalogue)) as advance:
        for row, item in enumerate(catalogue.ids):
            picture = None if item in refused else catalogue.image(row)
            names.append(store.images.put(picture) if picture else None)
            advance()
    return table.append_column("image", pa.array(names, pa.string()))


def kept_columns(table: pa.Table) -> pa.Table:
    """What a snapshot keeps of the items but their pictures; of ``images`` those that are not files of the feed's directory."""
    images = table.column("images")
    if images.null_count < len(images):
        kept = [[name for name in names or () if is_url(name)] or None for names in images.to_pylist()]
        column = pa.array(kept, ITEM_COLUMNS.field("images").type)
        table = table.set_column(table.schema.get_field_index("images"), ITEM_COLUMNS.field("images"), column)
    return table.select([name for name in ITEM_COLUMNS.names if name != "image"])
