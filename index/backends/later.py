"""An index that is built when it is first searched: a check of a snapshot searches one category, and the others take no memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

from index.backends.base import BoolArray, FloatArray, IntArray, VectorIndex


class LaterIndex:
    """So many vectors, of an index that is not built yet.

    Args:
        count: of the vectors. build: makes their index; raises VectorError if it cannot hold them, once it is searched.
    """

    def __init__(self, count: int, build: Callable[[], VectorIndex]) -> None:
        self.count: Final = count
        self._build = build

    @cached_property
    def _index(self) -> VectorIndex:
        return self._build()

    def search(self, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """As ``VectorIndex.search``."""
        return self._index.search(queries_BD, k, allowed_N)
