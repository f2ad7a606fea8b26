"""One index per category behind one interface that takes and returns rows of the items table.

Shape legend: N rows · D embedding size · B queries · k results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from index.backends.base import BoolArray, FloatArray, IntArray, VectorIndex, as_allowed, as_vectors
from index.backends.faiss_cpu import FlatIndex
from index.columns import rows_by_value
from index.errors import VectorError


class CategoryIndex:
    """The indexes of all categories over N rows; immutable.

    Args:
        rows: category -> its rows, ascending; together the rows 0 to N-1.
        indexes: category -> the index of those rows, in their order.
        embeddings_ND: the vectors of the indexes; read-only.

    Raises:
        VectorError: an index does not hold as many vectors as its category has rows.
    """

    def __init__(self, rows: Mapping[str, IntArray], indexes: Mapping[str, VectorIndex], embeddings_ND: FloatArray) -> None:
        for category, members in rows.items():
            if indexes[category].count != len(members):
                msg = f"category {category!r}: an index of {indexes[category].count} vectors for {len(members)} items"
                raise VectorError(msg)
        self._rows, self._indexes, self._embeddings_ND = dict(rows), dict(indexes), embeddings_ND
        self.categories: tuple[str, ...] = tuple(sorted(rows))
        self.count = len(embeddings_ND)
        self._category_N = np.zeros(self.count, dtype=np.int32)
        for code, category in enumerate(self.categories):
            self._category_N[rows[category]] = code

    @classmethod
    def build(
        cls, categories: Sequence[str], embeddings_ND: FloatArray, build: Callable[[FloatArray], VectorIndex] = FlatIndex
    ) -> CategoryIndex:
        """Index N embeddings by the category of each.

        Raises:
            VectorError: not one category per embedding, or an embedding is not finite.
        """
        embeddings = as_vectors(embeddings_ND, "embeddings")
        if len(categories) != len(embeddings):
            msg = f"{len(categories)} categories and {len(embeddings)} embeddings: give one of each per item"
            raise VectorError(msg)
        rows = rows_by_value(pa.array(categories, pa.string()))
        return cls(rows, {category: build(embeddings[members]) for category, members in rows.items()}, embeddings)

    def rows_in(self, category: str) -> IntArray:
        """The rows of one category, ascending.

        Raises:
            KeyError: no item has that category.
        """
        return self._rows[category]

    def category_of(self, row: int) -> str:
        """The category of a row.

        Raises:
            IndexError: there is no such row.
        """
        return self.categories[int(self._category_N[row])]

    def embeddings(self, rows: Sequence[int] | IntArray) -> FloatArray:
        """Embeddings of rows, ``(n, D)``.

        Raises:
            IndexError: there is no such row.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= self.count):
            msg = f"row {wanted[(wanted < 0) | (wanted >= self.count)][0]}: there are {self.count} rows"
            raise IndexError(msg)
        return self._embeddings_ND[wanted]

    def search(self, category: str, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k rows of a category per query: scores and ROWS ``(B, k')``, best first, ties to the lower row; never padded.

        Args:
            allowed_N: over all N rows; None for all.

        Raises:
            KeyError: no item has that category.
            VectorError: a query of another size or not finite, a filter of another length, or k below 1.
        """
        members = self._rows[category]
        allowed = None if allowed_N is None else as_allowed(allowed_N, self.count)[members]
        scores, positions = self._indexes[category].search(queries_BD, k, allowed)
        return scores, members[positions]
