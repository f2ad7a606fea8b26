"""One index per category behind one interface that takes and returns rows of the items table.

Shape legend: N rows · D embedding size · B queries · k results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.backends.base import BoolArray, FloatArray, IntArray, VectorIndex, as_allowed, as_count, as_vectors
from index.backends.faiss_cpu import FlatIndex, best_among
from index.columns import rows_by_value
from index.errors import VectorError
from index.selection import Condition, Selection, of_mask

_WIDE: Final = 0.2
"""From this share of the rows on a filter is applied to what a search without it finds: listing those that pass would take as long."""
_FEW: Final = 2**18
"""So many numbers of vectors are copied and searched, whatever the backend: quicker than to scan all by a mask."""
_SPARE: Final = 1.5
_SPARE_ROWS: Final = 32
_CHUNK: Final = 65_536  # rows whose codes are read at a time


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
        self._rows, self._indexes = dict(rows), dict(indexes)
        self._embeddings_ND = np.asarray(embeddings_ND)  # of a mapped file the plain array, whose rows are taken faster
        self.categories: tuple[str, ...] = tuple(sorted(rows))
        self.count = len(embeddings_ND)
        self._inverted: dict[int, tuple[NDArray[np.int32], NDArray[np.int32]]] = {}
        self._code = {category: code for code, category in enumerate(self.categories)}
        self._category_N, self._place_N = np.zeros(self.count, dtype=np.int32), np.zeros(self.count, dtype=np.int32)
        for category, code in self._code.items():
            self._category_N[rows[category]], self._place_N[rows[category]] = code, np.arange(len(rows[category]))

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

    def rows_with(self, coordinate: int, values_K: IntArray) -> IntArray:
        """The rows whose embeddings hold one of some whole numbers, none of them 0, at a coordinate, ascending by the place of the number.

        Such a coordinate is a code that is no part of a search. The first question of a coordinate takes a pass over all rows.
        """
        held = self._inverted.get(coordinate)
        if held is None:
            held = self._inverted[coordinate] = _inverted(self._embeddings_ND, coordinate)
        codes_R, rows_R = held
        first_K, end_K = np.searchsorted(codes_R, values_K), np.searchsorted(codes_R, values_K, side="right")
        return np.concatenate([rows_R[:0], *(rows_R[first:end] for first, end in zip(first_K, end_K, strict=True))]).astype(np.int64)

    def search(
        self, category: str, queries_BD: FloatArray, k: int, allowed: Selection | BoolArray | None = None
    ) -> tuple[FloatArray, IntArray]:
        """The best k rows of a category per query: scores and ROWS ``(B, k')``, best first, ties to the lower row; never padded.

        Args:
            allowed: over all N rows; None for all.

        Raises:
            KeyError: no item has that category.
            VectorError: a query of another size or not finite, a filter of another length, or k below 1.
        """
        members, index = self._rows[category], self._indexes[category]
        selection = as_selection(allowed, self.count)
        if selection is None or not selection.conditions:
            scores, positions = index.search(queries_BD, k)
            return scores, members[positions]
        found = self._of_more(category, queries_BD, as_count(k), selection) if selection.share >= _WIDE else None
        if found is not None:
            return found
        own = Condition(lambda rows_M: self._category_N[rows_M] == self._code[category], len(members), lambda: members)
        passing = (selection & own).rows()
        if 0 < len(passing) <= _FEW // self._embeddings_ND.shape[1]:
            queries = as_vectors(queries_BD, "queries", self._embeddings_ND.shape[1])
            scores, places = best_among(self._embeddings_ND.take(passing, axis=0), queries, min(as_count(k), len(passing)))
            return scores, passing[places]
        passing_N = np.zeros(len(members), dtype=np.bool_)
        passing_N[self._place_N[passing]] = True
        scores, positions = index.search(queries_BD, k, passing_N)
        return scores, members[positions]

    def _of_more(self, category: str, queries_BD: FloatArray, k: int, selection: Selection) -> tuple[FloatArray, IntArray] | None:
        """The best k that pass, of more that were found without a filter; None where those are not enough."""
        members = self._rows[category]
        fetch = min(len(members), math.ceil(_SPARE * k / selection.share) + _SPARE_ROWS)
        scores, positions = self._indexes[category].search(queries_BD, fetch)
        rows_BK = members[positions]
        passes_BK = selection.passes(rows_BK.ravel()).reshape(rows_BK.shape)
        least = int(passes_BK.sum(1).min(initial=fetch))
        if least < k and fetch < len(members):
            return None
        best = np.argsort(~passes_BK, axis=1, kind="stable")[:, : min(k, least)]
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows_BK, best, axis=1)


def _inverted(embeddings_ND: FloatArray, coordinate: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The codes at a coordinate, ascending and without 0, and the row of each; ``(R,)`` both."""
    chunks = (embeddings_ND[at : at + _CHUNK, coordinate] for at in range(0, len(embeddings_ND), _CHUNK))
    codes_N = np.concatenate([np.zeros(0, dtype=np.int32), *(chunk.astype(np.int32) for chunk in chunks)])
    rows_R = np.flatnonzero(codes_N).astype(np.int32)
    rows_R = rows_R[np.argsort(codes_N[rows_R], kind="stable")]
    return codes_N[rows_R], rows_R


def as_selection(allowed: Selection | BoolArray | None, count: int) -> Selection | None:
    """Check a filter over ``count`` rows.

    Raises:
        VectorError: over another number of rows, or an array of something else than booleans.
    """
    if allowed is None or (isinstance(allowed, Selection) and allowed.count == count):
        return allowed
    if isinstance(allowed, Selection):
        msg = f"a selection of {allowed.count} rows: this index has {count}"
        raise VectorError(msg)
    return Selection(count, (of_mask(as_allowed(allowed, count)),))
