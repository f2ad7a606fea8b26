"""A third backend: all that somebody has to write who brings one, and the line that registers it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch  # noqa: F401 - before faiss, or there are two OpenMP runtimes
from numpy.typing import ArrayLike

from index.backends.base import Backend, BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors
from index.backends.registry import BACKENDS
from index.errors import VectorError


class BruteForce:
    """N vectors, and all their scores sorted."""

    def __init__(self, vectors_ND: ArrayLike) -> None:
        self.vectors = np.array(as_vectors(vectors_ND, "vectors"))
        self.count = len(self.vectors)

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k by inner product; see ``VectorIndex.search``."""
        queries, k = as_vectors(queries_BD, "queries", self.vectors.shape[1]), as_count(k)
        positions = np.arange(self.count) if allowed_N is None else np.flatnonzero(as_allowed(allowed_N, self.count))
        scores = queries @ self.vectors[positions].T
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, axis=1), positions[best]


def write(index: BruteForce, directory: Path) -> None:
    """The vectors as numpy writes them."""
    np.save(directory / "vectors.npy", index.vectors)


def read(directory: Path, _: FloatArray) -> BruteForce:
    """The index back."""
    try:
        return BruteForce(np.load(directory / "vectors.npy"))
    except (OSError, ValueError, EOFError) as error:
        msg = "not the vectors of an index"
        raise VectorError(msg) from error


BACKENDS["brute-force"] = Backend(build=BruteForce, write=write, read=read)
