"""Linear probes: what a logistic regression can tell from features that were not trained for it.

Features are standardised by the training items; the strength of the regularisation is chosen on validation items. Published accuracies of
attributes come from networks trained for them, on other splits and label sets; these figures are not comparable with them.

Shape legend: N items · F features · C classes.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support
from sklearn.preprocessing import StandardScaler
from splits import COLOUR, PATTERN, TYPE, Shop, attribute
from views import BASELINES, BLOCKS, IMAGE, SHIPPED, Looker

from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import Metric, mean

STRENGTHS: Final = (0.003, 0.03, 0.3)  # of scikit-learn's C, weakest model first
FOLDS: Final = 5
_ITERATIONS: Final = 150
MAJORITY: Final = "most frequent label"
Labels = NDArray[np.object_]


@dataclass(frozen=True)
class Part:
    """Features and labels of some items."""

    features_NF: FloatArray
    labels_N: Labels


def probe(train: Part, valid: Part, asked_NF: FloatArray) -> tuple[Labels, float]:
    """The label of each asked item, ``(N,)``, and the C that validation chose."""
    scaler = StandardScaler().fit(train.features_NF)
    train_NF, valid_NF = scaler.transform(train.features_NF), scaler.transform(valid.features_NF)
    best: tuple[float, float, Labels] = (-1.0, 0.0, np.array([], dtype=object))
    model = LogisticRegression(max_iter=_ITERATIONS, warm_start=True)
    for strength in STRENGTHS:
        model.set_params(C=strength)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early regularises, too
            model.fit(train_NF, train.labels_N.astype(str))
        accuracy = float((model.predict(valid_NF) == valid.labels_N).mean())
        if accuracy > best[0]:
            best = (accuracy, strength, model.predict(scaler.transform(asked_NF)).astype(object))
    return best[2], best[1]


def attributes(shop: Shop, looker: Looker) -> dict[str, Any]:
    """articleType, baseColour and pattern of held-out items, by every way of looking."""
    seen = {name: _views(looker, one) for name, one in shop.parts().items()}
    figures: dict[str, Any] = {}
    for target in (TYPE, COLOUR, PATTERN):
        labels = {name: attribute(one, target) for name, one in shop.parts().items()}
        known = {name: values != "" for name, values in labels.items()}
        truth = labels["test"][known["test"]]
        common = max(set(labels["train"][known["train"]]), key=list(labels["train"]).count)
        right, chosen = {MAJORITY: truth == common}, {}
        for way in seen["test"]:
            parts = {name: Part(seen[name][way][known[name]], labels[name][known[name]]) for name in seen}
            told, chosen[way] = probe(parts["train"], parts["valid"], parts["test"].features_NF)
            right[way] = told == truth
        metrics = {way: mean(values) for way, values in right.items()}
        above = {f"above {way}": mean(right[SHIPPED].astype(float) - right[way]) for way in right if way != SHIPPED}
        spread = intervals(metrics | above, len(truth))
        figures[target] = {
            "items": {name: int(values.sum()) for name, values in known.items()},
            "classes": len(set(labels["train"][known["train"]])),
            "strength": chosen,
            "accuracy": {way: {"value": metric.value, "ci95": spread[way]} for way, metric in (metrics | above).items()},
        }
    return figures


def transfer(garments: Catalogue, looker: Looker) -> dict[str, Any]:
    """The labels of other people's photographs: five folds by sender, so that nobody's background is on both sides.

    In each fold a fifth of the training senders chooses the regularisation. Intervals resample senders, whose pictures are alike.
    """
    truth, sender = np.array(garments.categories, dtype=object), attribute(garments, "sender")
    senders, group_N = np.unique(sender.astype(str), return_inverse=True)
    fold_G = balanced_folds(np.bincount(group_N), FOLDS)
    seen = _views(looker, garments, blocks=False)
    told = {way: np.empty(len(truth), dtype=object) for way in seen}
    for fold in range(FOLDS):
        asked = fold_G[group_N] == fold
        choose = fold_G[group_N] == (fold + 1) % FOLDS
        for way, view in seen.items():
            train, valid = (Part(view[rows], truth[rows]) for rows in (~asked & ~choose, choose))
            told[way][asked] = probe(train, valid, view[asked])[0]
    counts = {label: int((truth == label).sum()) for label in sorted(set(truth))}
    told[MAJORITY] = np.full(len(truth), max(counts, key=lambda one: counts[one]), dtype=object)
    right = {way: (labels == truth).astype(float) for way, labels in told.items()}
    size_G = np.bincount(group_N)
    metrics = {way: shared(np.bincount(group_N, weights=values).astype(np.float64), size_G) for way, values in right.items()}
    above = {
        f"above {way}": shared(np.bincount(group_N, weights=right[SHIPPED] - values).astype(np.float64), size_G)
        for way, values in right.items()
        if way != SHIPPED
    }
    spread = intervals(metrics | above, len(senders))
    names = list(counts)
    by_class = {way: precision_recall_fscore_support(truth, labels, labels=names, zero_division=0) for way, labels in told.items()}
    return {
        "items": len(truth),
        "senders": len(senders),
        "classes": counts,
        "accuracy": {way: {"value": metric.value, "ci95": spread[way]} for way, metric in (metrics | above).items()},
        "macro_f1": {way: float(f1_score(truth, labels, average="macro", zero_division=0)) for way, labels in told.items()},
        "by_class": {
            name: {way: {"precision": found[0][at], "recall": found[1][at], "f1": found[2][at]} for way, found in by_class.items()}
            for at, name in enumerate(names)
        },
        "confusion": confusion_matrix(truth, told[SHIPPED], labels=names).tolist(),
    }


def balanced_folds(size_G: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """A fold for each group, largest groups first, each into the fold that has the fewest items.

    >>> balanced_folds(np.array([5, 1, 1, 4]), 2).tolist()
    [0, 1, 0, 1]
    """
    fold_G, filled = np.zeros(len(size_G), dtype=np.int64), np.zeros(folds)
    for group in np.argsort(-size_G, kind="stable"):
        fold_G[group] = int(filled.argmin())
        filled[fold_G[group]] += size_G[group]
    return fold_G


def shared(sum_G: NDArray[np.float64], size_G: NDArray[np.int64]) -> Metric:
    """A mean over items whose resamples draw whole groups."""

    def statistic(weights_RG: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((weights_RG @ sum_G) / (weights_RG @ size_G))

    return Metric(float(sum_G.sum() / size_G.sum()), statistic)


def _views(looker: Looker, catalogue: Catalogue, *, blocks: bool = True) -> Mapping[str, FloatArray]:
    features = looker.features(catalogue)
    chosen: Sequence[tuple[str, tuple[str, ...]]] = [(SHIPPED, BLOCKS), (IMAGE, ("image",)), ("image + colour", ("image", "colour"))]
    if blocks:
        chosen = [*chosen, ("image + texture", ("image", "texture")), ("colour alone", ("colour",)), ("texture alone", ("texture",))]
    views = {name: looker.block(features, *parts) for name, parts in chosen}
    return views | {way: view for way, view in looker.baselines(catalogue).items() if way in BASELINES[:2]}
