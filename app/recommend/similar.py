"""Items that look alike: cosine over the encoder's image features, not the compatibility embedding (which puts unlike things together).

Shape legend: n rows · F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.errors import Detail, UnknownItemError
from app.recommend.limits import check_categories, check_count
from app.recommend.outfit import ItemRef, Photo, photo_features
from app.release import Release
from app.settings import Limits
from index.backends.base import FloatArray, IntArray

_IMAGE_BLOCK: Final = "image"
_ROWS_AT_ONCE: Final = 65_536


@dataclass(frozen=True, slots=True)
class Similar:
    """Rows and cosines, most alike first; ``fallback`` says what was compared when it was not pictures."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    fallback: str | None = None


def similar(release: Release, item: ItemRef, k: int, limits: Limits, *, all_categories: bool = False) -> Similar:
    """The k items most like one, of its category unless ``all_categories``.

    Raises:
        UnknownItemError, UnknownCategoryError, LimitExceededError, BadPictureError, NoEncoderError, EncoderError: as their docstrings say.
    """
    check_count("k", k, limits.max_k)
    snapshot = release.snapshot
    if isinstance(item, Photo):
        check_categories(release, [("item.category", item.category)])
        query_F, own, category = photo_features(release, [item], limits)[0], None, item.category
    else:
        own = snapshot.row_of.get(item)
        if own is None:
            msg = f"item {item!r} is not in the catalogue"
            raise UnknownItemError(msg, [Detail("item", item, "not in the catalogue")])
        query_F, category = np.asarray(snapshot.features[own], dtype=np.float32), release.category_of(own)
    if not all_categories and category not in snapshot.categories:
        return Similar((), (), f"the catalogue has no items of category {category!r} now")
    rows = np.arange(snapshot.manifest.count) if all_categories else snapshot.rows_in(category)
    rows = rows[rows != own] if own is not None else rows
    part = _image_part(release)
    fallback = None
    if not np.any(query_F[part]):
        part, fallback = slice(None), "the item has no picture; compared by everything else that is known of it"
    cosines = _cosines(release, rows, query_F[part], part)
    best = np.argsort(-cosines, kind="stable")[:k]
    return Similar(tuple(int(row) for row in rows[best]), tuple(float(cosine) for cosine in cosines[best]), fallback)


def _image_part(release: Release) -> slice:
    start = 0
    for block in release.bundle.manifest.blocks:
        if block.name == _IMAGE_BLOCK:
            return slice(start, start + block.size)
        start += block.size
    return slice(None)


def _cosines(release: Release, rows: IntArray, query_F: FloatArray, part: slice) -> FloatArray:
    """Cosine of each row's features with the query's, a bounded number of rows at a time; 0 where an item has none."""
    query_F = query_F / max(float(np.linalg.norm(query_F)), 1e-12)
    cosines = np.zeros(len(rows), dtype=np.float32)
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        features_nF = np.asarray(release.snapshot.features[rows[at : at + _ROWS_AT_ONCE], part], dtype=np.float32)
        cosines[at : at + _ROWS_AT_ONCE] = features_nF @ query_F / np.maximum(np.linalg.norm(features_nF, axis=1), 1e-12)
    return cosines
