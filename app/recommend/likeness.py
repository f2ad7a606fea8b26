"""How like rows look to a query: cosines of features."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Final

import numpy as np

from app.release.release import Release
from index.backends.base import IntArray
from models.encoders.features import FloatArray

_IMAGE_BLOCK: Final = "image"
_ROWS_AT_ONCE: Final = 65_536
_LOOKED_AT: Final = 65_536
"""So many items, of all over a catalogue, tell what a picture shows."""
_LIKE_IT: Final = 9
_SHARP: Final = 20.0


def image_part(release: Release) -> slice:
    """The slice of the features that comes from pictures; the whole vector where the shop brings its own."""
    return release.bundle.manifest.encoder.part(_IMAGE_BLOCK)


def cosines_of(release: Release, rows: IntArray, query_F: FloatArray, part: slice) -> FloatArray:
    """Cosine of each row's features with the query's, in parts of bounded size; NaN where an item has no such features."""
    query_F = query_F / max(float(np.linalg.norm(query_F)), 1e-12)
    cosines = np.zeros(len(rows), dtype=np.float32)
    for at in range(0, len(rows), _ROWS_AT_ONCE):
        features_nF = np.asarray(release.snapshot.features[rows[at : at + _ROWS_AT_ONCE], part], dtype=np.float32)
        length_n = np.linalg.norm(features_nF, axis=1)
        cosines[at : at + _ROWS_AT_ONCE] = np.where(length_n > 0, features_nF @ query_F / np.maximum(length_n, 1e-12), np.nan)
    return cosines


def category_seen(release: Release, query_F: FloatArray) -> str | None:
    """The category of the items that look most like a picture; None where no item has one.

    Of 300 products of a large shop, each told by the others, 93 % are told right; by the one that looks most like it 93 %, by most of nine
    without weights 92 %. Of 1,500 drawn pieces of eight categories 91, 90 and 89 %.

    Args:
        query_F: the features of the picture, as the encoder gives them.
    """
    part, rows = image_part(release), release.snapshot.rows
    rows = rows[:: len(rows) // _LOOKED_AT + 1]
    cosines_N = cosines_of(release, rows, query_F[part], part)
    rows, cosines_N = rows[np.isfinite(cosines_N)], cosines_N[np.isfinite(cosines_N)]
    weights = defaultdict[str, float](float)
    for place in np.argsort(-cosines_N, kind="stable")[:_LIKE_IT].tolist():
        weights[release.category_of(int(rows[place]))] += math.exp(_SHARP * cosines_N[place])
    return max(weights, key=lambda name: weights[name], default=None)
