"""Which words of a title can be told from its picture?

*recall@k* of an item is the share of its title's words that are among the k likeliest, of at most k; an item whose title has no word of
the vocabulary is not asked. *rare recall@k* is over pairs of an item and one of its words from the third of the vocabulary that is said
least often in training titles.

Shape legend: N items · K words · L words of an item · F features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from probes import shared
from splits import Shop
from views import BASELINES, BLOCKS, IMAGE, SHIPPED, Looker, reading_copy

from models.datasets.schema import Catalogue
from models.encoders.base import Encoder
from models.encoders.features import FloatArray
from models.encoders.load import SHIPPED_DIRECTORY
from models.encoders.words import WordMatrix, read_vocabulary
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import Metric, mean
from models.recipes.weak_labels.frozen_words import fit_words
from models.recipes.weak_labels.vocabulary import NON_VISUAL, Said, item_texts, visual_words

CUTS: Final = (5, 10)
FREQUENT: Final = "most frequent words"
SAID: Final = "shipped, words as `/label-item` says them"
READ: Final = "shipped, words as its text tower reads them"


def said_words(catalogue: Catalogue, vocabulary: Sequence[str], fields: Sequence[str] = ("title",)) -> Said:
    """Which words of a vocabulary each item's text says."""
    return Said.of([visual_words(text, NON_VISUAL) for text in item_texts(catalogue, fields)], vocabulary)


def rarest_third(count_K: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The third of the words that is said least often, ``(K,)``."""
    rare_K = np.zeros(len(count_K), dtype=bool)
    rare_K[np.argsort(count_K, kind="stable")[: len(count_K) // 3]] = True
    return rare_K


def word_metrics(score_NK: FloatArray, words_NL: NDArray[np.int64], rare_K: NDArray[np.bool_]) -> dict[str, Metric]:
    """Recall of the words of items that have any, over the same items for every metric."""
    known_NL = words_NL >= 0
    asked = known_NL.any(1)
    words_NL, known_NL, score_NK = words_NL[asked], known_NL[asked], score_NK[asked]
    own_NL = np.take_along_axis(score_NK, np.maximum(words_NL, 0), axis=1)
    rank_NL = 1 + np.stack([(score_NK > own_N[:, None]).sum(1) for own_N in own_NL.T], axis=1)
    rare_NL = known_NL & rare_K[words_NL]
    metrics: dict[str, Metric] = {}
    for k in CUTS:
        hit_NL = (rank_NL <= k) & known_NL
        metrics[f"recall_at_{k}"] = mean(hit_NL.sum(1) / np.minimum(known_NL.sum(1), k))
        metrics[f"rare_recall_at_{k}"] = shared((hit_NL & rare_NL).sum(1).astype(np.float64), rare_NL.sum(1))
    return metrics


def told(metrics: Mapping[Any, Metric], questions: int) -> dict[Any, dict[str, Any]]:
    """Values with their intervals."""
    spread = intervals(metrics, questions)
    return {name: {"value": metric.value, "ci95": spread[name]} for name, metric in metrics.items()}


def word_recall(shop: Shop, looker: Looker) -> dict[str, Any]:
    """The shipped encoder's words on held-out items, and what a linear layer makes of other features with fewer training items."""
    vocabulary = tuple(read_vocabulary(SHIPPED_DIRECTORY))
    said = {name: said_words(one, vocabulary) for name, one in shop.parts().items()}
    features = {name: looker.features(one) for name, one in shop.parts().items()}
    views = {name: looker.baselines(one) for name, one in shop.parts().items()}
    for name, found in features.items():
        views[name] |= {SHIPPED: looker.block(found, *BLOCKS), IMAGE: looker.block(found, "image")}
    shown_ND = looker.block(features["test"], "image")
    rare_K = rarest_third(said["train"].counts)
    count_K = said["train"].counts.astype(np.float32)
    scores: dict[str, FloatArray] = {
        FREQUENT: np.repeat(count_K[None], len(shop.test), axis=0),
        SAID: in_order(vocabulary, looker.shipped).logits(shown_ND),
        READ: in_order(vocabulary, reading_copy(looker.cache.parent / "reading")).logits(shown_ND),
    }
    scores[f"{READ}, times their frequency"] = scores[READ] + np.log(count_K + 1)
    for way in (SHIPPED, IMAGE, *BASELINES[:2]):
        seen = {name: view[way] for name, view in views.items()}
        layer = fit_words(vocabulary, seen["train"], said["train"], seen["valid"], said["valid"])
        scores[f"linear layer on {way}, {len(shop.train):,} items"] = layer.logits(seen["test"])
    metrics = {
        (way, name): metric for way, score in scores.items() for name, metric in word_metrics(score, said["test"].words_NL, rare_K).items()
    }
    asked = int((said["test"].words_NL >= 0).any(1).sum())
    figures: dict[str, Any] = {"words": len(vocabulary), "items": asked, "ways": {}}
    for (way, name), figure in told(metrics, asked).items():
        figures["ways"].setdefault(way, {})[name] = figure
    return figures


def in_order(vocabulary: Sequence[str], encoder: Encoder) -> WordMatrix:
    """The words of an encoder in the order of a vocabulary."""
    words = encoder.words()
    assert words is not None
    row_of = {word: row for row, word in enumerate(words.words)}
    rows = [row_of[word] for word in vocabulary]
    return WordMatrix(tuple(vocabulary), words.vectors_KD[rows], words.bias_K[rows])
