"""Baselines that a model has to beat: chance, popularity, co-purchase counts, and the cosine of the encoder's features.

Shape legend: B questions · I items per context, padded with -1 · M candidates · N items of the catalogue · F features · G groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.metrics import Floats, Ints
from models.evaluation.pair_counts import PairCounts, codes, occurrences, pairs_of
from models.evaluation.pair_learned import learned_of_pairs
from models.evaluation.pair_pmi import PairPmi
from models.evaluation.scorer import Scorer
from models.progress import Progress, silent

STRENGTH: Final = 50.0  # pseudo-pairs from the coarser level that a finer level's counts are weighed against


def build_baselines(
    catalogue: Catalogue, train: Iterable[Outfit], features_NF: FloatArray, seed: int = 0, progress: Progress = silent
) -> dict[str, Scorer]:
    """All baselines by their name in the report. They see the training outfits only; those that learn need a few."""
    worn = worn_rows(catalogue.first_row_of, train)
    category_N = codes(catalogue.categories)
    fine_N = codes(list(zip(catalogue.categories, catalogue.table.column("subcategory").to_pylist(), strict=True)))
    with progress("fitting baselines", 0):
        return {
            "random": Random(seed),
            "popularity": Popularity(worn, len(catalogue)),
            "co_purchase": CoPurchase(worn, [category_N, fine_N, np.arange(len(catalogue))]),
            "pair_pmi": PairPmi(catalogue, worn),
            **learned_of_pairs(catalogue, worn, features_NF, seed),
            "raw_cosine": RawCosine(features_NF),
            "category": CoPurchase(worn, [category_N]),
        }


def worn_rows(row_of: Mapping[str, int], outfits: Iterable[Outfit]) -> list[NDArray[np.int64]]:
    """The distinct known items of each outfit, as rows of the catalogue."""
    return [np.array(sorted({row_of[item] for item in outfit.items if item in row_of}), dtype=np.int64) for outfit in outfits]


class Random:
    """Chance."""

    def __init__(self, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        return self._random.random((len(context_BI), candidates_BM.shape[1]))

    def outfits(self, items_BI: Ints) -> Floats:
        return self._random.random(len(items_BI))


class Popularity:
    """An item's score is the number of training outfits that hold it, an outfit's the mean of its items' scores."""

    def __init__(self, worn: Sequence[NDArray[np.int64]], items: int) -> None:
        self.count_N = occurrences(worn, items)

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        return np.broadcast_to(self.count_N[candidates_BM], (len(context_BI), candidates_BM.shape[1]))

    def outfits(self, items_BI: Ints) -> Floats:
        mask_BI = items_BI >= 0
        return np.asarray((self.count_N[items_BI] * mask_BI).sum(1) / np.maximum(mask_BI.sum(1), 1))


class RawCosine:
    """Mean cosine of the encoder's features between candidate and context, or between all pairs; 0 where features are missing."""

    def __init__(self, features_NF: FloatArray) -> None:
        norm_N1 = np.linalg.norm(features_NF, axis=1, keepdims=True)
        self.unit_NF = np.divide(features_NF, norm_N1, out=np.zeros_like(features_NF), where=norm_N1 > 0)

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        total_BF, _, count_B = self._sums(context_BI)
        mean_BF = total_BF / np.maximum(count_B, 1)[:, None]
        if len(candidates_BM) == 1:
            return np.asarray(mean_BF @ self.unit_NF[candidates_BM[0]].T)
        columns = [np.einsum("bf,bf->b", mean_BF, self.unit_NF[column_B]) for column_B in candidates_BM.T]
        return np.stack(columns, axis=1)

    def outfits(self, items_BI: Ints) -> Floats:
        total_BF, own_B, count_B = self._sums(items_BI)
        pairs_B = np.maximum(count_B * (count_B - 1), 1)
        return np.asarray((np.einsum("bf,bf->b", total_BF, total_BF) - own_B) / pairs_B)

    def _sums(self, items_BI: Ints) -> tuple[Floats, Floats, Floats]:
        """Sum of the unit vectors of each set, sum of their squared lengths, and the number of items."""
        total_BF = np.zeros((len(items_BI), self.unit_NF.shape[1]))
        own_B, count_B = np.zeros(len(items_BI)), np.zeros(len(items_BI))
        for column_B in items_BI.T:
            unit_BF = self.unit_NF[column_B] * (column_B >= 0)[:, None]
            total_BF += unit_BF
            own_B += np.einsum("bf,bf->b", unit_BF, unit_BF)
            count_B += column_B >= 0
        return total_BF, own_B, count_B


class CoPurchase:
    """Counts of pairs worn together, backing off from items to coarser groups.

    With pair counts ``n(a, b)`` at each level, from coarse to fine, and the share ``s(b)`` of b's occurrences in its coarser group::

        P(b | a) = (n(a, b) + STRENGTH * P(coarser b | coarser a) * s(b)) / (n(a) + STRENGTH)

    An item that was never worn counts as often as the mean worn item of its group. A candidate's score is the mean of
    ``log P(b | a)`` over the context, an outfit's the mean over its ordered pairs.

    Args:
        worn: rows of each training outfit, distinct.
        levels: group of each item, ``(N,)`` per level, from coarse to fine; each level refines the one before. Items of
            one group of the last level are equally likely.
    """

    def __init__(self, worn: Sequence[NDArray[np.int64]], levels: Sequence[NDArray[np.int64]]) -> None:
        items = len(levels[0])
        pairs_P2 = pairs_of(worn)
        weight_N = _granted(occurrences(worn, items), levels[max(len(levels) - 2, 0)])
        coarser_N = np.full(items, weight_N.sum())
        self.levels: list[tuple[_Level, Floats]] = []
        for group_N in levels:
            own_N = np.bincount(group_N, weights=weight_N)[group_N]
            self.levels.append((_Level(group_N, pairs_P2), own_N / coarser_N))
            coarser_N = own_N
        self.log_alike_N = np.log(np.bincount(levels[-1])[levels[-1]])

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        mask_BI = context_BI >= 0
        log_BIM = self._log_probability(context_BI[:, :, None], candidates_BM[:, None, :])
        return np.asarray((log_BIM * mask_BI[:, :, None]).sum(1) / np.maximum(mask_BI.sum(1), 1)[:, None])

    def outfits(self, items_BI: Ints) -> Floats:
        mask_BI = items_BI >= 0
        pairs_BII = mask_BI[:, :, None] & mask_BI[:, None, :] & ~np.eye(items_BI.shape[1], dtype=bool)
        log_BII = self._log_probability(items_BI[:, :, None], items_BI[:, None, :])
        return np.asarray((log_BII * pairs_BII).sum((1, 2)) / np.maximum(pairs_BII.sum((1, 2)), 1))

    def _log_probability(self, given: Ints, item: Ints) -> Floats:
        """``log P(item | given)``, broadcast."""
        probability: Floats = np.ones(1)
        for level, share_N in self.levels:
            probability = level.probability(given, item, probability * share_N[item])
        return np.asarray(np.log(probability) - self.log_alike_N[item])


class _Level(PairCounts):
    """Pair counts between the groups of one level."""

    def probability(self, given: Ints, item: Ints, coarser: Floats) -> Floats:
        return np.asarray((self.of(given, item) + STRENGTH * coarser) / (self.total_G[self.group_N[given]] + STRENGTH))


def _granted(count_N: NDArray[np.float64], group_N: NDArray[np.int64]) -> NDArray[np.float64]:
    """Occurrences of each item; for an item never worn the mean of its group's worn items, or 1 if the group has none."""
    worn_G = np.bincount(group_N, weights=count_N > 0)
    mean_G = np.where(worn_G > 0, np.bincount(group_N, weights=count_N) / np.maximum(worn_G, 1), 1.0)
    return np.where(count_N > 0, count_N, mean_G[group_N])
