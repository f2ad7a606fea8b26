"""Suggestions that are unlike each other, by their looks, or by product and brand.

Shape legend: M candidates · D size of looks.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from app.recommend.rank import Pool, unit
from app.release.release import Release
from index.backends.base import FloatArray, IntArray


def diversified(release: Release, pool: Pool, k: int, diversity: float, *, by_group: bool = False) -> Pool:
    """The best k of a pool; with ``diversity`` each next item is also unlike those before it.

    Args:
        diversity: 0 ranks by score alone, 1 by unlikeness alone (after the best one); see ``unlike``.
        by_group: whether items of one group are as like as the same, and of those that are in none, those of one brand.
    """
    if diversity <= 0 or len(pool.rows_M) <= 1:
        return pool.at(slice(k))
    vectors_MD = unit(release.bundle.looks(release.snapshot.embeddings(pool.rows_M)))
    group_M = groups(release, pool.rows_M) if by_group else None
    return pool.at(unlike(pool.ranked_by, vectors_MD, k, diversity, group_M))


def groups(release: Release, rows_M: IntArray) -> IntArray:
    """What rows are counted as the same by, ``(M,)``: the shop's group, else the brand, else nothing but themselves."""
    key_M = release.traits.key_N[rows_M]
    brands = (
        release.snapshot.items.column("brand").take(pa.array(rows_M)).to_pylist() if "brand" in release.snapshot.items.column_names else []
    )
    said = [
        ("group", int(key)) if key < 0 else ("brand", brand) if brand else ("row", int(row))
        for row, key, brand in zip(rows_M, key_M, brands, strict=True)
    ]
    place_of = {one: place for place, one in enumerate(dict.fromkeys(said))}
    return np.array([place_of[one] for one in said], dtype=np.int64)


def unlike(scores_M: FloatArray, vectors_MD: FloatArray, k: int, diversity: float, group_M: IntArray | None = None) -> list[int]:
    """Places of the first and k - 1 others, each as good as it is unlike those before it (maximal marginal relevance).

    Args:
        scores_M: best first. vectors_MD: of unit length.
        group_M: those of one group are as like as the same; None: only vectors tell.

    Source: Carbonell and Goldstein, SIGIR 1998, equation 1, with scores spread over 0 to 1 and cosine as likeness.
    """
    relevance_M = (scores_M - scores_M.min()) / max(float(np.ptp(scores_M)), 1e-12)
    chosen = [0]
    nearest_M = _likeness(vectors_MD, group_M, 0)
    while len(chosen) < min(k, len(vectors_MD)):
        gain_M = (1 - diversity) * relevance_M - diversity * nearest_M
        gain_M[chosen] = -np.inf
        chosen.append(int(np.argmax(gain_M)))
        nearest_M = np.maximum(nearest_M, _likeness(vectors_MD, group_M, chosen[-1]))
    return chosen


def _likeness(vectors_MD: FloatArray, group_M: IntArray | None, place: int) -> FloatArray:
    likeness_M = vectors_MD @ vectors_MD[place]
    return likeness_M if group_M is None else np.where(group_M == group_M[place], np.float32(1), likeness_M)
