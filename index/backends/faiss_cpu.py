"""Exact inner-product search on the CPU: FAISS' flat index behind the ``VectorIndex`` protocol.

Shape legend: see ``index.backends.base``. The process imports torch before faiss where it uses both; this package knows no torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import faiss
import numpy as np
from numpy.typing import ArrayLike

from index.backends.base import BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors

# Fetch this many times more when the k-th score equals the last one fetched.
_WIDEN: Final = 16
# Fewer queries than this are searched on the calling thread alone: a service runs requests in parallel, and waiting for a team of
# threads on a busy machine takes far longer than the scan (benchmarks/index_search.py). From 20 queries on, FAISS uses matrix products.
_TEAM: Final = 20


class FlatIndex:
    """N vectors and an exact scan over them.

    Any number of threads may search at once: the vectors are immutable, and each search has its own selector.

    Args:
        vectors_ND: copied; D is at least 1, N may be 0.

    Raises:
        VectorError: not a matrix, or not finite.
    """

    def __init__(self, vectors_ND: ArrayLike) -> None:
        vectors = as_vectors(vectors_ND, "vectors")
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)
        self.count: Final = len(vectors)

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product; see ``VectorIndex.search``.

        Raises:
            VectorError: a query of another size or not finite, a filter of another length, or k below 1.
        """
        queries = as_vectors(queries_BD, "queries", self._index.d)
        positions = None if allowed_N is None else np.flatnonzero(as_allowed(allowed_N, self.count))
        available = self.count if positions is None else len(positions)
        k = min(as_count(k), available)
        if k == 0 or len(queries) == 0:
            return np.zeros((len(queries), k), dtype=np.float32), np.zeros((len(queries), k), dtype=np.int64)
        params = None
        if positions is not None and available < self.count:
            # FAISS scans only the listed positions: cheap for a narrow filter, and as fast as a bitmap for a wide one.
            params = faiss.SearchParameters(sel=faiss.IDSelectorArray(positions))  # type: ignore[call-arg]  # faiss' stub lacks it
        with _threads(1 if len(queries) < _TEAM else None):
            return self._best(queries, k, min(k + 1, available), available, params)

    def _best(
        self, queries_BD: FloatArray, k: int, fetch: int, available: int, params: faiss.SearchParameters | None
    ) -> tuple[FloatArray, IntArray]:
        """The best k of ``fetch`` results.

        Of several equal scores at the end of its list FAISS returns arbitrary ones. So if a query's k-th score equals the last one
        fetched, that query alone is searched again with a longer list; a tie may be as long as the index.
        """
        scores, found = self._index.search(queries_BD, fetch, params=params)
        best = np.lexsort((found, -scores), axis=-1)
        scores, found = np.take_along_axis(scores, best, axis=1), np.take_along_axis(found, best, axis=1)
        if fetch < available:
            for row in np.flatnonzero(scores[:, k - 1] == scores[:, -1]):
                more = min(fetch * _WIDEN, available)
                (scores[row, :k],), (found[row, :k],) = self._best(queries_BD[row : row + 1], k, more, available, params)
        return scores[:, :k], found[:, :k]


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Set the number of OpenMP threads for this thread, and restore it; OpenMP keeps the setting per thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
