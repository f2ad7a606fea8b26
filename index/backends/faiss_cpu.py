"""Exact inner-product search on the CPU: FAISS' scan behind the ``VectorIndex`` protocol.

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
        vectors_ND: kept, and copied only where they are no float32 matrix in rows: a mapped file is read where it lies, and replicas on
            one machine share its pages. D is at least 1, N may be 0.

    Raises:
        VectorError: not a matrix, or not finite.
    """

    def __init__(self, vectors_ND: ArrayLike) -> None:
        self.vectors: Final = as_vectors(vectors_ND, "vectors")
        self.count: Final = len(self.vectors)

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product; see ``VectorIndex.search``.

        Raises:
            VectorError: a query of another size or not finite, a filter of another length, or k below 1.
        """
        queries = as_vectors(queries_BD, "queries", self.vectors.shape[1])
        positions = None if allowed_N is None else np.flatnonzero(as_allowed(allowed_N, self.count))
        available = self.count if positions is None else len(positions)
        k = min(as_count(k), available)
        if k == 0 or len(queries) == 0:
            return np.zeros((len(queries), k), dtype=np.float32), np.zeros((len(queries), k), dtype=np.int64)
        # Of listed positions FAISS scans only those: cheap for a narrow filter, and as fast as a bitmap for a wide one.
        chosen = None if positions is None or available == self.count else faiss.IDSelectorArray(positions)
        with threads_for(len(queries)):
            return _best(self.vectors, queries, k, min(k + 1, available), available, chosen)

    def best_of(self, queries_BD: FloatArray, k: int, positions: IntArray) -> tuple[FloatArray, IntArray]:
        """The best k of listed vectors, without any checks.

        Args:
            positions: different ones, at least k of them.
        """
        with threads_for(len(queries_BD)):
            return _best(self.vectors, queries_BD, k, min(k + 1, len(positions)), len(positions), faiss.IDSelectorArray(positions))


def best_among(vectors_MD: FloatArray, queries_BD: FloatArray, k: int) -> tuple[FloatArray, IntArray]:
    """The best k of a few vectors, at least as many, without any checks: what ``FlatIndex`` answers of them, to the last bit."""
    count = len(vectors_MD)
    multiplied = len(queries_BD) >= _TEAM  # so many would be, and round otherwise, unless the vectors are listed
    listed = faiss.IDSelectorArray(np.arange(count)) if multiplied else None
    with threads_for(len(queries_BD)):
        return _best(vectors_MD, queries_BD, k, min(k + 1, count), count, listed)


def _best(
    vectors_ND: FloatArray, queries_BD: FloatArray, k: int, fetch: int, available: int, chosen: faiss.IDSelectorArray | None
) -> tuple[FloatArray, IntArray]:
    """The best k of ``fetch`` results.

    Of several equal scores at the end of its list FAISS returns arbitrary ones. So if a query's k-th score equals the last one
    fetched, that query alone is searched again with a longer list; a tie may be as long as the index.
    """
    scores, found = _scan(vectors_ND, queries_BD, fetch, chosen)
    if (scores[:, 1:] < scores[:, :-1]).all():
        return scores[:, :k], found[:, :k]
    best = np.lexsort((found, -scores), axis=-1)
    scores, found = np.take_along_axis(scores, best, axis=1), np.take_along_axis(found, best, axis=1)
    if fetch < available:
        for row in np.flatnonzero(scores[:, k - 1] == scores[:, -1]):
            more = min(fetch * _WIDEN, available)
            (scores[row, :k],), (found[row, :k],) = _best(vectors_ND, queries_BD[row : row + 1], k, more, available, chosen)
    return scores[:, :k], found[:, :k]


def _scan(vectors_ND: FloatArray, queries_BD: FloatArray, fetch: int, chosen: faiss.IDSelectorArray | None) -> tuple[FloatArray, IntArray]:
    """What ``IndexFlatIP.search`` does, over vectors that lie where they are."""
    scores = np.empty((len(queries_BD), fetch), dtype=np.float32)
    found = np.empty(scores.shape, dtype=np.int64)
    queries, vectors, *outputs = [faiss.swig_ptr(array) for array in (queries_BD, vectors_ND, scores, found)]
    faiss.knn_inner_product(queries, vectors, vectors_ND.shape[1], len(queries_BD), len(vectors_ND), fetch, *outputs, chosen)  # type: ignore[call-arg]
    return scores, found


@contextmanager
def threads_for(queries: int) -> Iterator[None]:
    """Set the number of OpenMP threads that search so many, and restore it; OpenMP keeps the setting per thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1 if queries < _TEAM else before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
