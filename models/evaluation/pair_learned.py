"""Two ready-made learners as baselines: they tell worn pairs from drawn ones by counts of identities and by looks.

Of a pair they are told what the pair-PMI baseline adds up, level by level (items, products, types crossed with attributes), the cosine of
the two, and the products of their principal components. They learn from some of the outfits what counts of the others say, so that no pair
is told by having been counted itself; then all are counted. Both are scikit-learn's at its defaults.

Shape legend: P pairs · L levels · F features of an item · X told of a pair · B questions · I items, padded with -1 · M candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.evaluation.metrics import Floats, Ints
from models.evaluation.pair_pmi import PairPmi
from models.evaluation.scorer import Scorer

_ASKED: Final = 3
"""One in so many outfits is learned from."""
_COMPONENTS: Final = 16
_MOST_PAIRS: Final = 200_000
_LEAST_PAIRS: Final = 20
_AT_ONCE: Final = 100_000
Told = Callable[[Ints, Ints], Floats]
Odds = Callable[[Floats], Floats]


class PairOdds:
    """Log-odds that two items were worn together; of a candidate or an outfit, their mean over its pairs.

    Args:
        told: rows of P first and P second items -> what is told of the pairs, ``(P, X)``. odds: of that, ``(P,)``.
        at_once: pairs.
    """

    def __init__(self, told: Told, odds: Odds, at_once: int = _AT_ONCE) -> None:
        self.told, self.odds, self.at_once = told, odds, at_once

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
        parts = [slice(at, at + self.at_once) for at in range(0, len(one_P), self.at_once)]
        return np.concatenate([np.zeros(0), *(self.odds(self.told(one_P[part], other_P[part])) for part in parts)])


def learned_of_pairs(catalogue: Catalogue, worn: Sequence[NDArray[np.int64]], features_NF: FloatArray, seed: int) -> Mapping[str, Scorer]:
    """Logistic regression and gradient boosting, fitted on the training outfits; none where they have hardly any pair.

    Args:
        worn: rows of each training outfit, distinct.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(worn))
    asked, counted = ([worn[place] for place in places] for places in np.split(order, [len(order) // _ASKED]))
    worn_P2 = each_pair(asked)
    worn_P2 = worn_P2[rng.permutation(len(worn_P2))[:_MOST_PAIRS]]
    if len(worn_P2) < _LEAST_PAIRS:
        return {}
    drawn_P2 = one_drawn(worn_P2, np.asarray(catalogue.categories, dtype=object), rng)
    components_NK = _components(features_NF, np.unique(worn_P2), seed)

    def told(pmi: PairPmi, one_P: Ints, other_P: Ints) -> Floats:
        alike_PK = components_NK[one_P] * components_NK[other_P]
        return np.concatenate([pmi.lifts(one_P, other_P), alike_PK.sum(1, keepdims=True), alike_PK], axis=1)

    one_P, other_P = np.concatenate([worn_P2, drawn_P2]).T
    told_PX, label_P = told(PairPmi(catalogue, counted), one_P, other_P), np.repeat([1, 0], len(worn_P2))
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - seconds that only what learns should take
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(told_PX, label_P)
    boosted = HistGradientBoostingClassifier(random_state=seed).fit(told_PX, label_P)
    of_all = partial(told, PairPmi(catalogue, worn))
    return {"pair_regression": PairOdds(of_all, linear.decision_function), "pair_boosting": PairOdds(of_all, boosted.decision_function)}


def each_pair(worn: Iterable[Ints]) -> Ints:
    """The pairs of different items of each outfit, each once, ``(P, 2)``."""
    return np.concatenate([np.zeros((0, 2), dtype=np.int64), *(rows[np.stack(np.triu_indices(len(rows), 1), axis=1)] for rows in worn)])


def one_drawn(worn_P2: Ints, names_N: NDArray[np.object_], rng: np.random.Generator) -> Ints:
    """The pairs with one of the two, either by chance, exchanged for another worn item of its category."""
    drawn_P2, side_P = worn_P2.copy(), rng.integers(0, 2, len(worn_P2))
    exchanged_P = worn_P2[np.arange(len(worn_P2)), side_P]
    pool = np.unique(worn_P2)
    for category in sorted(set(names_N[pool])):
        where = np.flatnonzero(names_N[exchanged_P] == category)
        drawn_P2[where, side_P[where]] = rng.choice(pool[names_N[pool] == category], len(where))
    return drawn_P2


def _components(features_NF: FloatArray, rows: Ints, seed: int) -> Floats:
    """The principal components of the items' features, of unit length, ``(N, K)``; K is 0 where all are the same."""
    if not np.ptp(features_NF[rows], axis=0).any():
        return np.zeros((len(features_NF), 0))
    count = min(_COMPONENTS, features_NF.shape[1], len(rows))
    from sklearn.decomposition import PCA  # noqa: PLC0415 - likewise

    fitted = PCA(count, random_state=seed).fit(features_NF[rows])
    found_NK = np.asarray(fitted.transform(features_NF), dtype=np.float64)
    return np.asarray(found_NK / np.maximum(np.linalg.norm(found_NK, axis=1, keepdims=True), 1e-12))
