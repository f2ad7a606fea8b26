"""Shows catalogue changes in a release: they are laid over its snapshot, which stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from app.catalogue.changes import Changes, item_rows
from app.release.release import Release
from app.release.traits import Traits
from index.backends.base import FloatArray
from index.delta import Merged, Overlay
from index.segment import Segment
from index.snapshot import Snapshot
from models.datasets.schema import Catalogue

_READ: Final = ["category", "title", "subcategory", "brand", "attributes"]
"""Columns that a model reads, beside the id and the features."""


def overlaid(release: Release, changes: Changes) -> Release:
    """The release with these changes on top of those that it shows. Items without features are not shown until they have some."""
    snapshot, said = release.snapshot, release.snapshot.manifest
    shown = {item_id: item for item_id, item in changes.items() if item is not None and item.features is not None}
    gone = [item_id for item_id in changes if item_id not in shown and item_id in snapshot.row_of]
    if not shown and not gone:
        return release
    items = item_rows(shown.values())
    features_MF = np.array([item.features for item in shown.values()], dtype=np.float32).reshape(-1, said.feature_size)
    before = snapshot if isinstance(snapshot, Overlay) else Overlay.over(snapshot)
    overlay = before.extended(Segment(items, features_MF, _embeddings(release, items, features_MF), gone))
    return replace(release, snapshot=overlay, traits=Traits.of(overlay, release.traits))


def with_merged(release: Release, merged: Merged) -> Release:
    """The release with segments of its overlay merged.

    Raises:
        ValueError: it has other segments by now.
    """
    if not isinstance(release.snapshot, Overlay):
        msg = "the release has no changes over its snapshot"
        raise ValueError(msg)  # noqa: TRY004 - as where it has others
    overlay, rows = release.snapshot.with_merged(merged)
    return replace(release, snapshot=overlay, traits=release.traits.taken(rows))


def plain(release: Release) -> Snapshot:
    """The release's snapshot without changes over it."""
    return release.snapshot.base if isinstance(release.snapshot, Overlay) else release.snapshot


def unchanged(release: Release) -> Release:
    """The release without changes over its snapshot."""
    base = plain(release)
    if base is release.snapshot:
        return release
    return replace(release, snapshot=base, traits=Traits.of(base, release.traits.of_first(base.manifest.count)))


def _embeddings(release: Release, items: pa.Table, features_MF: FloatArray) -> FloatArray:
    """Embeddings of changed items, ``(M, D)``; those that only changed what the model does not read keep theirs."""
    snapshot, words = release.snapshot, Catalogue(items)
    found_MD = np.empty((items.num_rows, snapshot.manifest.embedding_size), dtype=np.float32)
    row_M = np.array([snapshot.row_of.get(item_id, -1) for item_id in words.ids], dtype=np.int64)
    known = np.flatnonzero(row_M >= 0)
    if len(known):
        before = snapshot.items.select(_READ).take(pa.array(row_M[known]))
        same_values = [
            one == other for one, other in zip(before.to_pylist(), items.select(_READ).take(pa.array(known)).to_pylist(), strict=True)
        ]
        same_features = (np.asarray(snapshot.features[row_M[known]]) == features_MF[known].astype(np.float16)).all(axis=1)
        known = known[np.array(same_values) & same_features]
        found_MD[known] = snapshot.embeddings(row_M[known])
    fresh = np.setdiff1d(np.arange(items.num_rows), known)
    if len(fresh):
        read = Catalogue(items.take(pa.array(fresh)))
        found_MD[fresh] = release.bundle.embed(features_MF[fresh], read.categories, read.texts(), read.ids)
    return found_MD
