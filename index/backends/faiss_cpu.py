"""Exact inner-product search on the CPU: FAISS' flat index behind the ``VectorIndex`` protocol.

Shape legend: see ``index.backends.base``. The process imports torch before faiss where it uses both; this package knows no torch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import faiss
import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike

from index.backends.base import BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors
from index.errors import VectorError

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
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        self._hold(index)

    def _hold(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self._vectors: FloatArray = np.asarray(_Stored(index)) if index.ntotal else np.zeros((0, index.d), dtype=np.float32)

    @property
    def count(self) -> int:
        """N."""
        return len(self._vectors)

    @property
    def vectors(self) -> FloatArray:
        """The vectors, ``(N, D)``: a read-only view of FAISS' memory; the view keeps that memory alive."""
        return self._vectors

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

    def serialize(self) -> bytes:
        """The index as FAISS writes it."""
        return bytes(faiss.serialize_index(self._index))

    def save(self, path: Path) -> None:
        """Write ``serialize`` to a file, down to the disk.

        Raises:
            OSError: it cannot be written.
        """
        with path.open("wb") as file:
            file.write(self.serialize())
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def deserialize(cls, content: bytes | pa.Buffer) -> FlatIndex:
        """The index in ``content``. FAISS' reader trusts what it reads: pass only bytes whose sha256 was checked.

        Raises:
            VectorError: not a flat inner-product index.
        """
        try:
            index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        except (RuntimeError, MemoryError) as error:  # FAISS' message names its own source lines, not the file
            msg = "not a FAISS index"
            raise VectorError(msg) from error
        if not isinstance(index, faiss.IndexFlatIP):
            msg = f"a FAISS {type(index).__name__}, not a flat inner-product index"
            raise VectorError(msg)
        flat = cls.__new__(cls)
        flat._hold(index)  # noqa: SLF001 - its own
        return flat


class _Stored:
    """Gives numpy access to FAISS' memory; an array made from it keeps the index, and so the memory, alive."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self.__array_interface__ = {
            "version": 3,
            "shape": (index.ntotal, index.d),
            "typestr": "<f4",
            "data": (int(index.get_xb()), True),
        }


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Set the number of OpenMP threads for this thread, and restore it; OpenMP keeps the setting per thread."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count or before)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
