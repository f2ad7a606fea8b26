"""Counts of the pairs of groups that training outfits wear together; shared by the baselines that count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.metrics import Floats, Ints

_DENSE: Final = 2048  # groups up to which a table of all pairs is small


class PairCounts:
    """How often each two groups were worn together.

    Args:
        group_N: group of each item, -1 for none. pairs_P2: rows of items that were worn together, in both orders.
    """

    def __init__(self, group_N: Ints, pairs_P2: Ints) -> None:
        self.group_N = group_N
        self.size = int(group_N.max(initial=-1)) + 1
        grouped_P2 = group_N[pairs_P2]
        grouped_P2 = grouped_P2[(grouped_P2 >= 0).all(1)]
        keys = grouped_P2[:, 0] * self.size + grouped_P2[:, 1]
        self.total_G = np.bincount(grouped_P2[:, 0], minlength=self.size).astype(np.float64)
        self.dense = np.bincount(keys, minlength=self.size**2).astype(np.float64) if self.size <= _DENSE else None
        self.keys, self.counts = np.unique(keys, return_counts=True)

    def of(self, given: Ints, item: Ints) -> Floats:
        """Of the groups of two items each, broadcast; where one of them has none, it means nothing."""
        keys = np.maximum(self.group_N[given] * self.size + self.group_N[item], 0)
        if self.dense is not None:
            return np.asarray(self.dense[keys]) if len(self.dense) else np.zeros(keys.shape)
        if not len(self.keys):
            return np.zeros(keys.shape)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.counts[place], 0.0)


def pairs_of(worn: Sequence[Ints]) -> Ints:
    """All ordered pairs of different items of one outfit, ``(P, 2)``."""
    parts = [np.zeros((0, 2), dtype=np.int64)]
    for rows in worn:
        first, second = np.nonzero(~np.eye(len(rows), dtype=bool))
        parts.append(np.stack([rows[first], rows[second]], axis=1))
    return np.concatenate(parts)


def occurrences(worn: Sequence[Ints], items: int) -> NDArray[np.float64]:
    """How many outfits hold each item, ``(N,)``."""
    return np.bincount(np.concatenate([np.zeros(0, dtype=np.int64), *worn]), minlength=items).astype(np.float64)


def codes(names: Sequence[object]) -> NDArray[np.int64]:
    """A number for each name, in the order in which they come; -1 for None."""
    code: dict[object, int] = {name: index for index, name in enumerate(name for name in dict.fromkeys(names) if name is not None)}
    return np.array([code.get(name, -1) for name in names], dtype=np.int64)
