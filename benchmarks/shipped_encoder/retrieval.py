"""Given an item's picture: are the items nearest to it of the same articleType and baseColour?

Queries are the held-out items that share both with another held-out item; each is compared with all other held-out items, none of which
the encoder was trained on. *hit@10*: one of the ten nearest is right (what metric learning calls recall@10). *recall@10*: the share of
all right ones that are among the ten nearest; the best possible value is below 1, because some queries have more than ten. mAP: over the
whole ranking.

Shape legend: N items · Q queries · F features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from splits import COLOUR, TYPE, Shop, attribute
from views import BLOCKS, IMAGE, SHIPPED, Looker

from models.datasets.schema import Catalogue
from models.encoders.features import FloatArray
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import mean

K: Final = 10
MEASURES: Final = ("hit_at_10", "recall_at_10", "average_precision")
_WEIGHTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
Likeness = Callable[[FloatArray], FloatArray]


def cosines(x_NF: FloatArray) -> FloatArray:
    """Cosine of each two rows, ``(N, N)``."""
    unit_NF = x_NF / np.maximum(np.linalg.norm(x_NF, axis=1, keepdims=True), 1e-9)
    return np.asarray(unit_NF @ unit_NF.T, dtype=np.float32)


def centred_cosines(x_NF: FloatArray) -> FloatArray:
    """Cosine around the mean of all rows."""
    return cosines(x_NF - x_NF.mean(axis=0))


def nearness(x_NF: FloatArray) -> FloatArray:
    """Minus the squared Euclidean distance."""
    length_N = (x_NF**2).sum(1)
    return np.asarray(2 * x_NF @ x_NF.T - length_N[:, None] - length_N[None], dtype=np.float32)


LIKENESSES: Final[Mapping[str, Likeness]] = {"cosine": cosines, "centred cosine": centred_cosines, "Euclidean": nearness}


def found(likeness_NN: FloatArray, key_N: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """The measures of each query, ``(Q,)``; items of equal likeness count as the wrong ones first.

    >>> likeness = np.array([[0, .9, .1], [.9, 0, .2], [.1, .2, 0]])
    >>> {name: values.tolist() for name, values in found(likeness, np.array([1, 2, 1])).items()}
    {'hit_at_10': [1.0, 1.0], 'recall_at_10': [1.0, 1.0], 'average_precision': [0.5, 0.5]}
    """
    same_NN = key_N[:, None] == key_N[None]
    np.fill_diagonal(same_NN, val=False)
    asked = np.flatnonzero(same_NN.any(1))
    scores_QN, right_QN = likeness_NN[asked].copy(), same_NN[asked]
    scores_QN[np.arange(len(asked)), asked] = -np.inf
    order_QN = np.lexsort((right_QN, -scores_QN), axis=-1)
    right_QN = np.take_along_axis(right_QN, order_QN, axis=1)
    count_Q, so_far_QN = right_QN.sum(1), right_QN.cumsum(1)
    precision_QN = so_far_QN / np.arange(1, right_QN.shape[1] + 1)
    return {
        "hit_at_10": (so_far_QN[:, min(K, right_QN.shape[1]) - 1] > 0).astype(np.float64),
        "recall_at_10": so_far_QN[:, min(K, right_QN.shape[1]) - 1] / count_Q,
        "average_precision": (precision_QN * right_QN).sum(1) / count_Q,
    }


def keys(catalogue: Catalogue) -> NDArray[np.int64]:
    """A number per articleType and baseColour, ``(N,)``."""
    said = [f"{one}|{other}" for one, other in zip(attribute(catalogue, TYPE), attribute(catalogue, COLOUR), strict=True)]
    return np.unique(said, return_inverse=True)[1].astype(np.int64)


def retrieval(shop: Shop, looker: Looker) -> dict[str, Any]:
    """Every way of looking on the held-out items, with intervals, and how far the image block, which the service compares, is above each.

    Weights of the blocks and the likeness that serves each baseline best are chosen on validation items.
    """
    valid, test = (_blocks(looker, catalogue) for catalogue in (shop.valid, shop.test))
    valid_key, test_key = keys(shop.valid), keys(shop.test)
    grid = [(1.0, colour, texture) for colour in _WEIGHTS for texture in _WEIGHTS]
    weights = max(grid, key=lambda one: _map(cosines(weighed(valid, one)), valid_key))
    views = {
        IMAGE: test["image"],
        SHIPPED: weighed(test, (1, 1, 1)),
        f"image + {weights[1]:g} colour + {weights[2]:g} texture, weights by validation": weighed(test, weights),
        "image + colour": weighed(test, (1, 1, 0)),
        "image + texture": weighed(test, (1, 0, 1)),
        "colour alone": test["colour"],
        "texture alone": test["texture"],
    }
    likeness = dict.fromkeys(views, "cosine")
    for way, view in looker.baselines(shop.valid).items():
        likeness[way] = max(LIKENESSES, key=lambda one, view=view: _map(LIKENESSES[one](view), valid_key))  # type: ignore[misc]
    views |= looker.baselines(shop.test)
    measured = {way: found(LIKENESSES[likeness[way]](view), test_key) for way, view in views.items()}
    metrics = {(way, name): mean(values[name]) for way, values in measured.items() for name in MEASURES}
    metrics |= {
        (f"image alone above {way}", name): mean(measured[IMAGE][name] - values[name])
        for way, values in measured.items()
        for name in MEASURES
        if way != IMAGE
    }
    right_Q = (test_key[:, None] == test_key[None]).sum(1) - 1
    right_Q = right_Q[right_Q > 0]
    spread = intervals(metrics, len(right_Q))
    ways: dict[str, dict[str, Any]] = {}
    for (way, name), metric in metrics.items():
        ways.setdefault(way, {})[name] = {"value": metric.value, "ci95": spread[way, name]}
    return {
        "items": len(shop.test),
        "queries": len(right_Q),
        "right_per_query": {"median": float(np.median(right_Q)), "mean": float(right_Q.mean())},
        "best_recall_at_10": float((np.minimum(right_Q, K) / right_Q).mean()),
        "likeness": likeness,
        "ways": ways,
    }


def weighed(blocks: Mapping[str, FloatArray], weights: Sequence[float]) -> FloatArray:
    """The blocks side by side, each as long as its weight."""
    return np.concatenate([blocks[name] * np.float32(weight) for name, weight in zip(BLOCKS, weights, strict=True)], axis=1)


def _blocks(looker: Looker, catalogue: Catalogue) -> dict[str, FloatArray]:
    features = looker.features(catalogue)
    return {name: looker.block(features, name) for name in BLOCKS}


def _map(likeness_NN: FloatArray, key_N: NDArray[np.int64]) -> float:
    return float(found(likeness_NN, key_N)["average_precision"].mean())
