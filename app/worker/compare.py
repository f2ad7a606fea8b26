"""Compares two bundles on the same questions: metrics, and the paired bootstrap interval of their difference.

Shape legend: B questions · N items · F features.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.home.runs import Compared
from models.bundle import Bundle
from models.datasets.schema import Catalogue, Outfit, Question, Retrieval
from models.encoders.features import FloatArray
from models.errors import BundleError
from models.evaluation.baselines import CoPurchase, Popularity, worn_rows
from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import Ints, Metric, lead, mean, recall_at
from models.evaluation.scorer import ModelScorer, Scorer
from models.evaluation.tasks import RetrievalAnswers, pack

FIRST_METRIC: Final = {"retrieval": "recall_at_10", "fitb": "fitb_accuracy", "compatibility": "auc"}
Questions = Mapping[str, Sequence[Question]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The metrics of both bundles on all sets of questions.

    Attributes:
        metrics: recall@10, FITB accuracy and AUC of every set.
        categories: recall@10 by the category asked for, over all sets together.
        calibration: expected calibration error of every set; lower is better.
    """

    metrics: tuple[Compared, ...]
    categories: tuple[Compared, ...]
    calibration: tuple[Compared, ...]


def compare(
    current: Bundle,
    candidate: Bundle,
    *,
    catalogue: Catalogue,
    features_NF: FloatArray,
    sets: Mapping[str, Questions],
    train: Sequence[Outfit],
) -> Comparison:
    """Ask both bundles the same questions.

    Args:
        features_NF: of the catalogue, by row.
        sets: ``recent`` and ``reference``, each with its questions by kind, as ``outfits.ask`` gives them.
        train: outfits that the counting baselines count.

    Raises:
        BundleError: the candidate's numbers are not finite.
    """
    said = catalogue.categories, catalogue.texts(), catalogue.ids
    scorers = [ModelScorer(bundle, bundle.embed(features_NF, *said), catalogue.categories) for bundle in (current, candidate)]
    if not np.isfinite(scorers[1].embeddings_ND).all():
        msg = f"bundle {candidate.id}: its embeddings are not finite; its weights are broken"
        raise BundleError(msg)
    counting = _counting(catalogue, train)
    metrics: list[Compared] = []
    calibration: list[Compared] = []
    ranks: list[tuple[list[str], Ints, Ints]] = []
    for name, questions in sets.items():
        for kind, asked in questions.items():
            first = FIRST_METRIC[kind]
            task = pack(asked, catalogue, current.probability)
            theirs, ours = (pack(asked, catalogue, scorer.bundle.probability).answer(scorer) for scorer in scorers)
            counted = {other: task.answer(scorer).metrics()[first].value for other, scorer in counting.items()}
            metrics.append(_paired(theirs.metrics()[first], ours.metrics()[first], len(asked), set_=name, metric=first, baselines=counted))
            if "ece" in ours.metrics():
                calibration.append(_paired(theirs.metrics()["ece"], ours.metrics()["ece"], len(asked), set_=name, metric="ece"))
            if isinstance(theirs, RetrievalAnswers) and isinstance(ours, RetrievalAnswers):
                ranks.append(([question.category for question in asked if isinstance(question, Retrieval)], theirs.rank_B, ours.rank_B))
    return Comparison(tuple(metrics), tuple(_by_category(ranks)), tuple(calibration))


def _counting(catalogue: Catalogue, train: Sequence[Outfit]) -> dict[str, Scorer]:
    worn = worn_rows(catalogue.first_row_of, train)
    category_N = np.unique(np.array(catalogue.categories), return_inverse=True)[1].astype(np.int64)
    return {"popularity": Popularity(worn, len(catalogue)), "co_purchase": CoPurchase(worn, [category_N, np.arange(len(catalogue))])}


def _paired(
    current: Metric, candidate: Metric, n: int, *, set_: str, metric: str, about: str = "", baselines: Mapping[str, float] | None = None
) -> Compared:
    """A metric of both bundles, with the interval of its gain over the same resamples of the questions."""
    low, high = intervals({"gain": lead(candidate, current)}, n)["gain"] or (math.nan, math.nan)
    return Compared(
        set=set_, metric=metric, n=n, current=current.value, candidate=candidate.value, low=low, high=high, about=about, baselines=baselines
    )


def _by_category(ranks: Sequence[tuple[list[str], Ints, Ints]]) -> list[Compared]:
    names = np.array([name for categories, _, _ in ranks for name in categories])
    found = []
    for category in sorted(set(names.tolist())):
        here = names == category
        current, candidate = (mean(recall_at(10, np.concatenate([ranked[place] for ranked in ranks])[here])) for place in (1, 2))
        found.append(_paired(current, candidate, int(here.sum()), set_="all", metric="recall_at_10", about=category))
    return found
