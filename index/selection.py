"""Which rows may be returned: conditions that are asked only of the rows in question, so that a wide filter costs a search next to nothing.

Shape legend: N rows · M rows in question · L codes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from index.backends.base import BoolArray, IntArray

_SOME: Final = 512
"""Rows that are tested at first where any one will do."""
_BISECTED: Final = 64
"""How many times longer than the rows in question a list may be before it is bisected for each of them rather than marked."""


@dataclass(frozen=True, eq=False, slots=True)
class Condition:
    """What rows must satisfy.

    Attributes:
        test: tells of rows whether they pass, ``(M,)`` both.
        passing: how many of all rows do, or about that many.
        listed: tells those rows, ascending; None where that would take a pass over all.
    """

    test: Callable[[IntArray], BoolArray]
    passing: int
    listed: Callable[[], IntArray] | None = None


@dataclass(frozen=True, eq=False)
class Selection:
    """The rows of ``count`` that satisfy all conditions; immutable."""

    count: int
    conditions: tuple[Condition, ...] = ()

    def __and__(self, other: Selection | Condition) -> Selection:
        return Selection(self.count, (*self.conditions, *(other.conditions if isinstance(other, Selection) else (other,))))

    @cached_property
    def share(self) -> float:
        """How many of all rows pass, about: as if the conditions did not depend on each other."""
        return math.prod(condition.passing / max(self.count, 1) for condition in self.conditions)

    def passes(self, rows_M: IntArray) -> BoolArray:
        """Whether each row passes, ``(M,)``."""
        passes_M = np.ones(len(rows_M), dtype=np.bool_)
        for condition in self.conditions:
            passes_M &= condition.test(rows_M)
        return passes_M

    def rows(self) -> IntArray:
        """The rows that pass, ascending: the shortest list that a condition has, narrowed by the other conditions, the rarest first."""
        rest = sorted(self.conditions, key=lambda condition: condition.passing)
        first = next((condition for condition in rest if condition.listed), None)
        rows = first.listed() if first and first.listed else np.arange(self.count)
        for condition in rest:
            if condition is not first:
                rows = rows[condition.test(rows)]
        return rows

    def any_of(self, rows_M: IntArray) -> bool:
        """Whether any of the rows passes."""
        return bool(self.passes(rows_M[:_SOME]).any() or (len(rows_M) > _SOME and self.passes(rows_M[_SOME:]).any()))

    def mask(self) -> BoolArray:
        """Whether each of all rows passes, ``(N,)``; a pass over all of them."""
        return self.passes(np.arange(self.count))

    def part(self, start: int, count: int) -> Selection:
        """The same of ``count`` rows from ``start`` on, which are counted from there."""
        return self if (start, count) == (0, self.count) else Selection(count, tuple(self._parts(start, count)))

    def _parts(self, start: int, count: int) -> Iterator[Condition]:
        for condition in self.conditions:
            passing = round(condition.passing * count / max(self.count, 1))
            yield Condition(_shifted(condition.test, start), passing, condition.listed and _cut(condition.listed, start, count))


def of_codes(codes_N: NDArray[np.integer], passes_L: BoolArray, counts_L: NDArray[np.integer]) -> Condition:
    """Rows whose code passes; ``counts_L`` is how many rows have each."""
    return Condition(lambda rows_M: passes_L[codes_N[rows_M]], int(counts_L[passes_L].sum()))


def of_mask(mask_N: BoolArray) -> Condition:
    """Rows for which a mask is true."""
    return Condition(mask_N.__getitem__, int(np.count_nonzero(mask_N)), lambda: np.flatnonzero(mask_N))


def of_lists(count: int, lists: Sequence[IntArray]) -> Condition:
    """Rows, of ``count``, that are on any of some lists, each ascending."""

    def test(rows_M: IntArray) -> BoolArray:
        if len(rows_M) * _BISECTED < sum(map(len, lists)):
            return np.asarray(np.any([_among(rows, rows_M) for rows in lists], axis=0))
        mask_N = np.zeros(count, dtype=np.bool_)
        for rows in lists:
            mask_N[rows] = True
        return np.asarray(mask_N[rows_M])

    def listed() -> IntArray:
        return lists[0] if len(lists) == 1 else np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *lists]))

    return Condition(test, sum(map(len, lists)), listed)


def but(count: int, rows: Sequence[int]) -> Condition:
    """All rows, of ``count``, but some."""
    left_out = np.unique(np.asarray(rows, dtype=np.int64))
    return Condition(lambda rows_M: ~_among(left_out, rows_M), count - len(left_out))


def _among(sorted_K: IntArray, rows_M: IntArray) -> BoolArray:
    if not len(sorted_K):
        return np.zeros(len(rows_M), dtype=np.bool_)
    place_M = np.minimum(np.searchsorted(sorted_K, rows_M), len(sorted_K) - 1)
    return np.asarray(sorted_K[place_M] == rows_M)


def _shifted(test: Callable[[IntArray], BoolArray], start: int) -> Callable[[IntArray], BoolArray]:
    return lambda rows_M: test(rows_M + start)


def _cut(listed: Callable[[], IntArray], start: int, count: int) -> Callable[[], IntArray]:
    def cut() -> IntArray:
        rows = listed()
        first, end = np.searchsorted(rows, [start, start + count])
        return rows[first:end] - start

    return cut
