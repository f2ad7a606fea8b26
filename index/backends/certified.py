"""Exact search by way of scores that are quicker to compute: a proof of each answer, and a scan where there is none.

Whatever was not fetched has a quick score of at most the last one fetched, and no quick score is further from the exact one than the sum of
``|q_d|`` times the largest error of each number, and what rounding adds. So once the k-th exact score among those fetched lies above the
last quick score by more than that, nothing better was missed.

Shape legend: N vectors · D embedding size · B queries · k results · F fetched.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

from index.backends.base import BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors
from index.backends.faiss_cpu import FlatIndex, threads_for
from index.errors import VectorError

_FETCHED: Final = (4, 64)
"""For each result asked for: at first, and where that proves nothing."""
_LEAST: Final = 32
_NARROW: Final = 5
_NARROW_HEEDED: Final = 64
"""A filter that one in so many passes is scanned by exact scores at once: listing what passes reads less."""
_PART: Final = 65_536
_LANES: Final = 16
_FILE: Final = "codes"
_BOUNDS: Final = "bounds.npy"


@dataclass(frozen=True, kw_only=True)
class Quick:
    """Quick scores of N vectors.

    Attributes:
        search: queries ``(B, D)``, F and a filter or None -> the F highest scores ``(B, F)``, best first, and their positions.
        heeds: whether ``search`` heeds the filter, as far as there is enough that passes; else it is applied to what was fetched.
        error_D: how far at most each number of any vector is from what stands for it.
        largest_D: how large at most each of these numbers is.
        rounding: how far at most a score is from the sum of its products, for each unit of the sum of their sizes.
        underflow: how far at most each product is beside that, for each unit of the query's largest number and the vectors'.
    """

    search: Callable[[FloatArray, int, BoolArray | None], tuple[FloatArray, IntArray]]
    error_D: NDArray[np.float64]
    largest_D: NDArray[np.float64]
    rounding: float
    underflow: float = 0.0
    heeds: bool = False


class CertifiedIndex:
    """N vectors, whose quick scores choose those that are compared exactly; the answers are ``FlatIndex``'s, to the last bit.

    Args:
        flat: the vectors.
        quick: their quick scores.
    """

    def __init__(self, flat: FlatIndex, quick: Quick) -> None:
        self._flat, self.quick = flat, quick
        self.count: Final = flat.count
        largest_D = quick.largest_D + quick.error_D
        self._margin_D, self._least = quick.error_D + quick.rounding * largest_D, quick.underflow * (1 + float(largest_D.sum()))

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product; see ``VectorIndex.search``."""
        queries, k = as_vectors(queries_BD, "queries", self._flat.vectors.shape[1]), as_count(k)
        passing = self.count if allowed_N is None else int(np.count_nonzero(as_allowed(allowed_N, self.count)))
        k = min(k, passing)
        if passing * (_NARROW_HEEDED if self.quick.heeds else _NARROW) <= self.count:
            return self._flat.search(queries, max(k, 1), allowed_N)
        scores, found = np.empty((len(queries), k), dtype=np.float32), np.empty((len(queries), k), dtype=np.int64)
        open_B = np.arange(len(queries))
        for times in _FETCHED:
            fetch = int(times * max(k, _LEAST) * (1 if self.quick.heeds else self.count / passing))
            if len(open_B) and fetch < self.count:
                proven = self._proven(queries[open_B], k, fetch, allowed_N, (scores, found), open_B)
                open_B = open_B[~proven]
        if len(open_B):
            scores[open_B], found[open_B] = self._flat.search(queries[open_B], k, allowed_N)
        return scores, found

    def _proven(
        self,
        queries_BD: FloatArray,
        k: int,
        fetch: int,
        allowed_N: BoolArray | None,
        into: tuple[FloatArray, IntArray],
        places_B: IntArray,
    ) -> BoolArray:
        """Answer queries from what is fetched, where that can be proven, ``(B,)``."""
        quick_BF, fetched_BF = self.quick.search(queries_BD, fetch, allowed_N)
        size_BD = np.abs(queries_BD).astype(np.float64)
        margin_B = size_BD @ self._margin_D + size_BD.max(axis=1) * self._least
        proven_B = np.zeros(len(queries_BD), dtype=np.bool_)
        for place, query_D in enumerate(queries_BD):
            positions = fetched_BF[place]
            positions = np.sort(positions if allowed_N is None else positions[allowed_N[positions]])
            if len(positions) < k:
                continue
            (scores,), (best,) = self._flat.best_of(query_D[None], k, positions)
            if scores[-1] > quick_BF[place, -1] + margin_B[place]:
                into[0][places_B[place]], into[1][places_B[place]] = scores, best
                proven_B[place] = True
        return proven_B


def largest(vectors_ND: FloatArray, less: Callable[[int, int], FloatArray] | None = None) -> NDArray[np.float64]:
    """The largest size of each number over all vectors, ``(D,)``; 0 of none.

    Args:
        less: what is taken off the vectors from one position to another.
    """
    found_D = np.zeros(vectors_ND.shape[1])
    for start in range(0, len(vectors_ND), _PART):
        part = vectors_ND[start : start + _PART]
        np.maximum(found_D, np.abs(part - less(start, start + len(part)) if less else part).max(0), out=found_D)
    return found_D


def rounding_of(size: int) -> float:
    """The relative error of a float32 inner product of so many numbers, in any order, computed twice."""
    return 2 * (size + 2) * float(np.finfo(np.float32).eps)


class CodedIndex(CertifiedIndex):
    """N vectors with a byte for each of their numbers, by which most of them are ruled out: a quarter of the memory to read."""

    def __init__(
        self, vectors_ND: FloatArray, codes: faiss.IndexScalarQuantizer | None = None, bounds_2D: NDArray[np.float64] | None = None
    ) -> None:
        flat = FlatIndex(vectors_ND)
        size = flat.vectors.shape[1]
        self.codes: Final = _coded(flat.vectors) if codes is None else codes
        if bounds_2D is None:
            error_D = largest(flat.vectors, lambda start, end: self.codes.reconstruct_n(start, end - start)[:, :size])
            bounds_2D = np.stack([error_D, largest(flat.vectors)])
        self.bounds_2D: Final = bounds_2D
        super().__init__(flat, Quick(search=self._quick, error_D=bounds_2D[0], largest_D=bounds_2D[1], rounding=rounding_of(size)))

    def _quick(self, queries_BD: FloatArray, fetch: int, _: BoolArray | None) -> tuple[FloatArray, IntArray]:
        with threads_for(len(queries_BD)):
            scores, found = self.codes.search(_padded(queries_BD), fetch)
        return scores, found


def _coded(vectors_ND: FloatArray) -> faiss.IndexScalarQuantizer:
    count, size = vectors_ND.shape
    codes = faiss.IndexScalarQuantizer(_padded_size(size), faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    if count:
        codes.train(_padded(np.stack([vectors_ND.min(0), vectors_ND.max(0)])))  # all that it learns is the range of each number
    for start in range(0, count, _PART):
        codes.add(_padded(vectors_ND[start : start + _PART]))
    return codes


def _padded_size(size: int) -> int:
    return math.ceil(size / _LANES) * _LANES


def _padded(vectors_ND: FloatArray) -> FloatArray:
    """With zeros to as many numbers as a processor takes at once; FAISS takes others one by one, ten times as slowly."""
    size = vectors_ND.shape[1]
    return np.ascontiguousarray(np.pad(vectors_ND, ((0, 0), (0, _padded_size(size) - size))))


def write_codes(index: CodedIndex, directory: Path) -> None:
    """Write the codes and their bounds; the vectors are the snapshot's."""
    faiss.write_index(index.codes, str(directory / _FILE))
    np.save(directory / _BOUNDS, index.bounds_2D)


def read_codes(directory: Path, vectors_ND: FloatArray) -> CodedIndex:
    """The index of what was written, and of the vectors.

    Raises:
        VectorError: the file is no codes of these vectors.
    """
    codes = read_faiss(directory / _FILE)
    try:
        bounds_2D = np.load(directory / _BOUNDS)
    except (OSError, ValueError, EOFError) as error:
        msg = f"{directory / _BOUNDS}: no bounds of codes"
        raise VectorError(msg) from error
    if not isinstance(codes, faiss.IndexScalarQuantizer) or (codes.ntotal, codes.d) != (len(vectors_ND), _padded_size(vectors_ND.shape[1])):
        msg = f"{directory / _FILE}: no codes of {vectors_ND.shape[0]} x {vectors_ND.shape[1]}"
        raise VectorError(msg)
    return CodedIndex(vectors_ND, codes, bounds_2D)


def read_faiss(path: Path) -> faiss.Index:
    """What FAISS wrote, mapped where FAISS can: replicas share its pages.

    Raises:
        VectorError: FAISS cannot read it.
    """
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        msg = f"{path}: FAISS cannot read it ({str(error).splitlines()[0]})"
        raise VectorError(msg) from error
