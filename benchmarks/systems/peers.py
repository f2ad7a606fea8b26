"""Two ready-made models to be ahead of: they tell worn pairs from drawn ones by symmetric features of the pair, |a - b| and a∘b.

Shape legend: P pairs · F features of an item · B questions · I items, padded with -1 · M candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.baselines import worn_rows
from models.evaluation.metrics import Floats, Ints

_AT_ONCE: Final = 500
Odds = Callable[[FloatArray], Floats]


class PairOdds:
    """Log-odds that two items were worn together; of a candidate or an outfit, their mean over its pairs."""

    def __init__(self, features_NF: FloatArray, odds: Odds) -> None:
        self.features_NF, self.odds = features_NF, odds

    def candidates(self, context_BI: Ints, candidates_BM: Ints) -> Floats:
        total_BM, count_B1 = np.zeros((len(context_BI), candidates_BM.shape[1])), (context_BI >= 0).sum(1)[:, None]
        for item_B in context_BI.T:
            here = np.flatnonzero(item_B >= 0)
            others = np.broadcast_to(candidates_BM, total_BM.shape)[here]
            owners = np.broadcast_to(item_B[here, None], others.shape)
            total_BM[here] += self._of(owners.ravel(), others.ravel()).reshape(others.shape)
        return np.asarray(total_BM / np.maximum(count_B1, 1))

    def outfits(self, items_BI: Ints) -> Floats:
        total_B, count_B = np.zeros(len(items_BI)), np.zeros(len(items_BI))
        for first, second in zip(*np.triu_indices(items_BI.shape[1], 1), strict=True):
            here = np.flatnonzero((items_BI[:, first] >= 0) & (items_BI[:, second] >= 0))
            total_B[here] += self._of(items_BI[here, first], items_BI[here, second])
            count_B[here] += 1
        return np.asarray(total_B / np.maximum(count_B, 1))

    def _of(self, one_P: Ints, other_P: Ints) -> Floats:
        parts = [slice(at, at + _AT_ONCE) for at in range(0, len(one_P), _AT_ONCE)]
        found = [self.odds(pair_features(self.features_NF, one_P[part], other_P[part])) for part in parts]
        return np.concatenate([np.zeros(0), *found])


def pair_features(features_NF: FloatArray, one_P: Ints, other_P: Ints) -> FloatArray:
    """|a - b| and a∘b, ``(P, 2F)``."""
    one_PF, other_PF = features_NF[one_P], features_NF[other_P]
    return np.concatenate([np.abs(one_PF - other_PF), one_PF * other_PF], axis=1)


def fit_peer(name: str, catalogue: Catalogue, train: Sequence[Outfit], features_NF: FloatArray, seed: int) -> PairOdds:
    """``logistic regression`` or ``gradient boosting``, on every pair of the training outfits and as many with one item drawn anew."""
    rng = np.random.default_rng(seed)
    worn_P2 = np.concatenate([_pairs(rows) for rows in worn_rows(catalogue.row_of, train)])
    drawn_P2 = one_drawn(worn_P2, np.asarray(catalogue.categories, dtype=object), rng)
    both_P2 = np.concatenate([worn_P2, drawn_P2])
    told_PF, label_P = pair_features(features_NF, *both_P2.T), np.repeat([1, 0], [len(worn_P2), len(drawn_P2)])
    if name == "logistic regression":
        linear = make_pipeline(StandardScaler(copy=False), LogisticRegression(C=0.01, max_iter=200)).fit(told_PF, label_P)
        return PairOdds(features_NF, linear.decision_function)
    boosted = HistGradientBoostingClassifier(max_iter=200, max_features=0.2, early_stopping=True, random_state=seed).fit(told_PF, label_P)
    return PairOdds(features_NF, boosted.decision_function)


def one_drawn(worn_P2: Ints, names_N: NDArray[np.object_], rng: np.random.Generator) -> Ints:
    """The pairs with one of the two, either by chance, exchanged for another worn item of its category."""
    drawn_P2, side_P = worn_P2.copy(), rng.integers(0, 2, len(worn_P2))
    exchanged_P = worn_P2[np.arange(len(worn_P2)), side_P]
    pool = np.unique(worn_P2)
    for category in sorted(set(names_N[pool])):
        where = np.flatnonzero(names_N[exchanged_P] == category)
        drawn_P2[where, side_P[where]] = rng.choice(pool[names_N[pool] == category], len(where))
    return drawn_P2


def _pairs(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return rows[np.stack(np.triu_indices(len(rows), 1), axis=1)]
