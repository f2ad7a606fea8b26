"""Two ready-made models to be ahead of: they tell worn pairs from drawn ones by symmetric features of the pair, |a - b| and a∘b.

Shape legend: P pairs · F features of an item · B questions · I items, padded with -1 · M candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.baselines import worn_rows
from models.evaluation.metrics import Ints
from models.evaluation.pair_learned import PairOdds, each_pair, one_drawn

_AT_ONCE: Final = 500


def pair_features(features_NF: FloatArray, one_P: Ints, other_P: Ints) -> FloatArray:
    """|a - b| and a∘b, ``(P, 2F)``."""
    one_PF, other_PF = features_NF[one_P], features_NF[other_P]
    return np.concatenate([np.abs(one_PF - other_PF), one_PF * other_PF], axis=1)


def fit_peer(name: str, catalogue: Catalogue, train: Sequence[Outfit], features_NF: FloatArray, seed: int) -> PairOdds:
    """``logistic regression`` or ``gradient boosting``, on every pair of the training outfits and as many with one item drawn anew."""
    rng = np.random.default_rng(seed)
    worn_P2 = each_pair(worn_rows(catalogue.first_row_of, train))
    drawn_P2 = one_drawn(worn_P2, np.asarray(catalogue.categories, dtype=object), rng)
    both_P2 = np.concatenate([worn_P2, drawn_P2])
    told_PF, label_P = pair_features(features_NF, *both_P2.T), np.repeat([1, 0], [len(worn_P2), len(drawn_P2)])
    if name == "logistic regression":
        linear = make_pipeline(StandardScaler(copy=False), LogisticRegression(C=0.01, max_iter=200)).fit(told_PF, label_P)
        return PairOdds(partial(pair_features, features_NF), linear.decision_function, _AT_ONCE)
    boosted = HistGradientBoostingClassifier(max_iter=200, max_features=0.2, early_stopping=True, random_state=seed).fit(told_PF, label_P)
    return PairOdds(partial(pair_features, features_NF), boosted.decision_function, _AT_ONCE)
