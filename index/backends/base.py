"""What every vector backend does: exact or approximate inner-product search over one fixed set of vectors.

Shape legend: N vectors · D embedding size · B queries · k results.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class VectorIndex(Protocol):
    """N vectors that never change once built; searching needs no lock."""

    @property
    def count(self) -> int: ...

    @property
    def vectors(self) -> FloatArray:
        """The vectors, ``(N, D)``."""
        ...

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The k vectors of highest inner product per query, best first: scores ``(B, k')`` and positions ``(B, k')``.

        ``k' = min(k, allowed)``: never padded. Ties go to the lower position.

        Args:
            allowed_N: True for the vectors that may be returned; None for all.

        Raises:
            VectorError: a query of another size, or not finite.
        """
        ...

    def save(self, path: Path) -> None: ...
