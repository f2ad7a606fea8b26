"""The protocol of vector backends: inner-product search over a fixed set of vectors.

Shape legend: N vectors · D embedding size · B queries · k results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from index.errors import VectorError

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LARGEST_COMPONENT: Final = 1e15  # beyond it an inner product of two finite vectors may overflow float32 to inf or NaN
_MATRIX: Final = 2
_CHECKED: Final = 2_048  # vectors at once, whose sizes are in memory meanwhile


class VectorIndex(Protocol):
    """N immutable vectors; searching needs no lock."""

    @property
    def count(self) -> int: ...

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The k vectors of highest inner product per query, best first: scores ``(B, k')`` and positions ``(B, k')``.

        ``k' = min(k, allowed)``: never padded. Ties go to the lower position. Of a backend that is not exact some of the k may be others
        than the best; their scores are exact all the same, and they are allowed.

        Args:
            allowed_N: True for the vectors that may be returned; None for all.

        Raises:
            VectorError: a query of another size, or not finite.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Backend:
    """How one engine indexes vectors.

    Attributes:
        build: makes the index of vectors, ``(N, D)``, which it may keep, as they are never changed; they may be a mapped file. Raises
            VectorError if it cannot hold them.
        write, read: write what was built to an empty directory, and make an index of such a directory and of the same vectors, for
            engines that build more slowly than they read; None: build on every load. ``read`` gets only what ``write`` wrote; it raises
            VectorError if it cannot read it.
        tune: makes of what was built one that is right for queries like these, ``(B, D)``, before it is written; None: there is nothing to.
        version: of these files and of everything else that decides how an index is built; files of other versions are not read.
        exact: whether the answers are always those of a scan over all vectors.
        on: makes of this the backend that computes on a device (``cpu``, ``cuda``, ``cuda:1``); None: it computes on the CPU.
    """

    build: Callable[[FloatArray], VectorIndex]
    tune: Callable[[Any, FloatArray], VectorIndex] | None = None
    write: Callable[[Any, Path], None] | None = None
    read: Callable[[Path, FloatArray], VectorIndex] | None = None
    version: str = "1"
    exact: bool = True
    on: Callable[[str], Backend] | None = None


def as_vectors(values: ArrayLike, what: str, size: int | None = None) -> FloatArray:
    """Convert values to a contiguous float32 matrix; refuse values that an index cannot rank.

    Args:
        what: what the rows are, for the message (``embeddings``, ``queries``).
        size: the number of columns there must be; None for any.

    Raises:
        VectorError: not a matrix, no columns or another number of them, NaN, infinite, or beyond ``LARGEST_COMPONENT``.
    """
    with np.errstate(over="ignore"):  # a float64 too large for float32 becomes inf, which is refused below
        vectors = np.ascontiguousarray(values, dtype=np.float32)
    if vectors.ndim != _MATRIX or vectors.shape[1] == 0 or vectors.shape[1] != (size or vectors.shape[1]):
        wanted = f"(n, {size})" if size else "(n, size)"
        msg = f"{what} of shape {vectors.shape}: this index takes {wanted}"
        raise VectorError(msg)
    for start in range(0, len(vectors), _CHECKED):
        bad_N = ~(np.abs(vectors[start : start + _CHECKED]) <= LARGEST_COMPONENT).all(axis=1)
        if bad_N.any():
            row = start + int(np.argmax(bad_N))
            msg = f"{what}: row {row} holds NaN, an infinity or a value beyond {LARGEST_COMPONENT:g}; compute it again"
            raise VectorError(msg)
    return vectors


def as_allowed(allowed_N: ArrayLike, count: int) -> BoolArray:
    """Check a filter over ``count`` vectors.

    Raises:
        VectorError: not booleans (positions, say), or another number of them.
    """
    allowed = np.asarray(allowed_N)
    if allowed.dtype != np.bool_ or allowed.shape != (count,):
        msg = f"filter of {allowed.dtype} {allowed.shape}: this index takes bool ({count},)"
        raise VectorError(msg)
    return allowed


def as_count(k: int) -> int:
    """Check the number of results asked for.

    Raises:
        VectorError: fewer than one.
    """
    if k < 1:
        msg = f"k is {k}: ask for at least one result"
        raise VectorError(msg)
    return int(k)
