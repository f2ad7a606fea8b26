"""Sizes in a shop of one-offs, where each product exists in one size: there what goes together is what one person wears.

In other shops the shopper chooses a size, and nothing is asked of it but that there is one to choose: of children's clothes, which come for
some ages alone, what goes together is what some child can wear. Which a shop is, its catalogue says when it is read: of one-offs where
``ONE_OFFS`` of the products that say sizes say one only. What is added to it later is taken as what the rest is.

Shape legend: N rows · S distinct places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.backends.base import IntArray
from index.selection import Condition, of_codes
from models.datasets.labels import PieceLabels, sizes_of_items
from models.datasets.size_scale import Place, place_of, small_numbers

ONE_OFFS: Final = 0.8
"""The least share of the products that say sizes, which say one only, in a shop of one-offs."""
STEP: Final = 4.0
"""A step of sizes of clothes, in cm; see ``models.datasets.size_scale``."""


@dataclass(frozen=True, eq=False)
class Sized:
    """The places of N rows on the scale of sizes.

    Attributes:
        places: S distinct ones, the first of which is None: not told, of several sizes, or what everybody wears.
        place_N: the place among them of each row's. small: see ``small_numbers``.
        chosen: whether the shopper chooses a size: then they are those of products, from the least to the largest, and of children alone.
    """

    places: tuple[Place | None, ...]
    place_N: NDArray[np.int32]
    small: str
    chosen: bool = False

    @classmethod
    def of(cls, items: pa.Table, labels: Sequence[PieceLabels], label_N: NDArray[np.int32], first_N: IntArray) -> Sized | None:
        """Of a whole catalogue; None where nothing is asked of sizes.

        Args:
            labels: distinct ones. label_N: the place among them of each row's. first_N: the first row of each row's product.
        """
        sizes, size_N = sizes_of_items(items)
        several_N = _of_several(size_N, first_N, np.array([len(some) > 1 for some in sizes], dtype=np.bool_))
        firsts = np.unique(first_N[size_N >= 0])
        if not len(firsts):
            return None
        currencies = items.column("currency").unique().to_pylist() if "currency" in items.column_names else []
        small = small_numbers([size for some in sizes for size in some], currencies)
        if several_N[firsts].sum() > (1 - ONE_OFFS) * len(firsts):
            return cls._of_products(sizes, size_N, labels, label_N, first_N)
        empty = cls((None,), np.zeros(0, np.int32), small)
        return empty._with(sizes, np.where(several_N, -1, size_N), labels, label_N)

    @classmethod
    def _of_products(
        cls,
        sizes: Sequence[tuple[str, ...]],
        size_N: IntArray,
        labels: Sequence[PieceLabels],
        label_N: NDArray[np.int32],
        first_N: IntArray,
    ) -> Sized | None:
        """The heights of the children that some size of each row's product fits; None where it is of no row."""
        low_N, high_N = np.full(len(first_N), np.inf), np.full(len(first_N), -np.inf)
        sized = np.flatnonzero(size_N >= 0)
        pairs, pair_M = np.unique(size_N[sized] * len(labels) + label_N[sized], return_inverse=True)
        heights = [_heights(sizes[size], labels[label]) for size, label in (divmod(pair, len(labels)) for pair in pairs.tolist())]
        low_P, high_P = (np.array(ends, dtype=np.float64) for ends in zip(*heights, strict=True))
        np.minimum.at(low_N, first_N[sized], low_P[pair_M])
        np.maximum.at(high_N, first_N[sized], high_P[pair_M])
        known = np.flatnonzero((low_N <= high_N)[first_N])
        ends_M = low_N[first_N[known]] + 1j * high_N[first_N[known]]  # one number of both, so that each two are found once
        ends_S, place_M = np.unique(ends_M, return_inverse=True)
        place_N = np.zeros(len(first_N), np.int32)
        place_N[known] = place_M + 1
        places = (None, *(Place("height", ends.real, ends.imag) for ends in ends_S.tolist()))
        return cls(places, place_N, "", chosen=True) if len(known) else None

    def extended(self, items: pa.Table, labels: Sequence[PieceLabels], label_N: NDArray[np.int32]) -> Sized:
        """With further rows; ``label_N`` is theirs. Where shoppers choose, nothing is asked of them: a size is not all of a product's."""
        if self.chosen:
            return replace(self, place_N=np.concatenate([self.place_N, np.zeros(len(label_N), np.int32)]))
        return self._with(*sizes_of_items(items), labels, label_N)

    def taken(self, rows_M: IntArray | slice) -> Sized:
        """Of some rows, in this order."""
        return replace(self, place_N=self.place_N[rows_M])

    def _with(self, sizes: Sequence[tuple[str, ...]], size_M: IntArray, labels: Sequence[PieceLabels], label_M: NDArray[np.int32]) -> Sized:
        """With M rows more, each distinct size of each label read once."""
        code_of: dict[Place | None, int] = {place: code for code, place in enumerate(self.places)}
        pairs, pair_M = np.unique((size_M + 1) * len(labels) + label_M, return_inverse=True)
        codes = [
            code_of.setdefault(_place(sizes[size - 1], labels[label], self.small) if size else None, len(code_of))
            for size, label in (divmod(pair, len(labels)) for pair in pairs.tolist())
        ]
        added_M = np.array(codes, dtype=np.int32)[pair_M] if codes else np.zeros(0, np.int32)
        return Sized(tuple(code_of), np.concatenate([self.place_N, added_M]), self.small)

    def of_rows(self, rows: Sequence[int | None]) -> list[Place]:
        """The places of those of some rows that have one."""
        found = (self.places[int(self.place_N[row])] for row in rows if row is not None)
        return [place for place in found if place is not None]

    def condition(self, worn: Sequence[Place], slack: float = 0.0) -> Condition:
        """That who wears some sizes wears a row's, too, give or take ``slack`` cm."""
        return of_codes(self.place_N, self._apart(worn) <= slack, self._counts)

    def _apart(self, worn: Sequence[Place]) -> NDArray[np.float64]:
        """How far each place is from meeting all that are worn, in cm, ``(S,)``."""
        kind_S, low_S, high_S = self._measures
        apart_S = np.zeros(len(self.places))
        for other in worn:
            gap_S = np.maximum(low_S - other.high, other.low - high_S)
            apart_S = np.where(kind_S == other.kind, np.maximum(apart_S, gap_S), apart_S)
        return apart_S

    @cached_property
    def _measures(self) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
        told = [("", 0.0, 0.0) if place is None else (place.kind, place.low, place.high) for place in self.places]
        kinds, lows, highs = zip(*told, strict=True)
        return np.array(kinds), np.array(lows), np.array(highs)

    @cached_property
    def _counts(self) -> NDArray[Any]:
        return np.bincount(self.place_N, minlength=len(self.places))


def _place(sizes: tuple[str, ...], labels: PieceLabels, small: str) -> Place | None:
    return place_of(sizes[0], labels.role, labels.audience, small) if len(sizes) == 1 else None


def _heights(sizes: tuple[str, ...], labels: PieceLabels) -> tuple[float, float]:
    """The least and the largest that some sizes fit, in cm; the least is beyond the largest where they are no child's."""
    places = (place_of(size, labels.role, labels.audience) for size in sizes)
    ends = [(place.low, place.high) for place in places if place is not None and place.kind == "height"]
    return min((low for low, _ in ends), default=np.inf), max((high for _, high in ends), default=-np.inf)


def _of_several(size_N: IntArray, first_N: IntArray, many: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a row's product has several sizes, ``(N,)``: rows of different ones, or one whose entry is of ``many``."""
    sized = np.flatnonzero(size_N >= 0)
    pair_firsts, pair_sizes = np.divmod(np.unique(first_N[sized] * max(len(many), 1) + size_N[sized]), max(len(many), 1))
    firsts, counts = np.unique(pair_firsts, return_counts=True)
    several_N = np.zeros(len(first_N), dtype=np.bool_)
    several_N[firsts[counts > 1]] = True
    several_N[pair_firsts[many[pair_sizes]]] = True
    return np.asarray(several_N[first_N])
