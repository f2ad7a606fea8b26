"""Vectors cut into shards, which are asked at once, and what they find merged: exactly what one index finds.

Where a shard lies, in this process or another, is its own matter; ``app.ray.shards`` has them on a cluster.

Shape legend: N vectors · D embedding size · B queries · k results · S vectors of a shard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from index.backends.base import BoolArray, FloatArray, IntArray, VectorIndex, as_allowed, as_count, as_vectors

_BLOCK: Final = 1_024
"""Vectors that FAISS multiplies with many queries at once; a cut elsewhere would round some scores otherwise."""

Answer = Callable[[], tuple[FloatArray, IntArray]]
"""Waits for the scores and positions, ``(B, k')`` both."""


class Shard(Protocol):
    """Some of the vectors."""

    def ask(self, queries_BD: FloatArray, k: int, allowed_S: BoolArray | None) -> Answer:
        """Begin a search, as ``VectorIndex.search``."""
        ...


class NearShard:
    """A shard in this process, searched when its answer is waited for."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index

    def ask(self, queries_BD: FloatArray, k: int, allowed_S: BoolArray | None) -> Answer:
        """As ``Shard.ask``."""
        return lambda: self._index.search(queries_BD, k, allowed_S)


class ShardedIndex:
    """N vectors in shards.

    Args:
        size: D. cuts: as of ``cuts``. shards: one for each.
    """

    def __init__(self, size: int, cuts: Sequence[tuple[int, int]], shards: Sequence[Shard]) -> None:
        self._size, self._parts = size, tuple(zip(cuts, shards, strict=True))
        self.count: Final = cuts[-1][1] if cuts else 0

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product; see ``VectorIndex.search``. Shards of which nothing is allowed are not asked."""
        queries, k = as_vectors(queries_BD, "queries", self._size), as_count(k)
        allowed = None if allowed_N is None else as_allowed(allowed_N, self.count)
        asked = []
        for (start, end), shard in self._parts:
            allowed_S = None if allowed is None else allowed[start:end]
            if allowed_S is None or allowed_S.any():
                asked.append((start, shard.ask(queries, k, allowed_S)))
        return merged([(start, *answer()) for start, answer in asked], k, len(queries))


def merged(found: Sequence[tuple[int, FloatArray, IntArray]], k: int, queries: int) -> tuple[FloatArray, IntArray]:
    """The best k of what shards found, each with its first position: scores and positions of all vectors, ties to the lower position."""
    scores = np.concatenate([np.zeros((queries, 0), dtype=np.float32), *(scores for _, scores, _ in found)], axis=1)
    positions = np.concatenate([np.zeros((queries, 0), dtype=np.int64), *(start + found for start, _, found in found)], axis=1)
    best = np.lexsort((positions, -scores), axis=-1)[:, :k]
    return np.take_along_axis(scores, best, axis=1), np.take_along_axis(positions, best, axis=1)


def cuts(count: int, most: int) -> list[tuple[int, int]]:
    """Where each shard begins and ends: as few as can be of ``count`` vectors, about equal, none of more than ``most``.

    >>> cuts(5000, 2048)
    [(0, 1024), (1024, 3072), (3072, 5000)]
    """
    blocks, of_most = -(-count // _BLOCK), max(1, most // _BLOCK)
    shards = -(-blocks // of_most)
    edges = [min(count, blocks * shard // max(1, shards) * _BLOCK) for shard in range(shards + 1)]
    return list(pairwise(edges))
