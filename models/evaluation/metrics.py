"""Metrics, each as contributions per question or as a statistic of the questions' weights.

A *statistic* maps weights ``(R, B)`` of B questions to R values: all ones give the metric, resampled counts its bootstrap
distribution (see ``bootstrap``). Ties count against the scorer: a constant scorer scores nothing. What it would score if they were
broken by chance is a figure beside that (``Places``).

Shape legend: B questions · M candidates · R resamples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
Bools = NDArray[np.bool_]
Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]

ECE_BINS: Final = 15


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's value (NaN where it is undefined) and the statistic that its interval comes from.

    Attributes:
        trials: of a share the questions that it is of, which say how sure 0 and 1 are; 0 of anything else.
    """

    value: float
    statistic: Statistic
    trials: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Where each answer stands among its candidates: the numbers of others above it and of others that tie with it, ``(B,)``."""

    above_B: Ints
    equal_B: Ints

    @property
    def rank_B(self) -> Ints:  # noqa: N802 - a shape
        """1 + the number of others that are not below; every tie counts against the answer."""
        return np.asarray(1 + self.above_B + self.equal_B)

    def drawn(self, ties: np.random.Generator | None) -> Places:
        """The same with ties broken by chance; None leaves them."""
        if ties is None:
            return self
        return Places(self.above_B + ties.integers(0, self.equal_B + 1), np.zeros_like(self.equal_B))

    def expected(self, gain: Callable[[Ints], Floats]) -> float:
        """The mean of what ``gain`` makes of ranks, where every order of those that tie is as likely.

        >>> Places(np.array([0, 0]), np.array([0, 3])).expected(fitb_correct)
        0.625
        """
        summed = np.cumsum(np.append(0.0, gain(np.arange(1, int(self.rank_B.max()) + 1))))
        return float(((summed[self.rank_B] - summed[self.above_B]) / (self.equal_B + 1)).mean())


def lead(ours: Metric, theirs: Metric) -> Metric:
    """How far ahead ours is of theirs on the same questions, and the statistic of that, which is paired."""
    return Metric(ours.value - theirs.value, lambda weights_RB: ours.statistic(weights_RB) - theirs.statistic(weights_RB))


def answer_places(scores_BM: Floats, answer_B: Ints, valid_BM: Bools | None = None) -> Places:
    """Where each answer stands among the candidates of its row.

    Args:
        scores_BM: NaN counts as the lowest score there is.
        answer_B: position of the answer in its row.
        valid_BM: False where a row is padding.
    """
    scores_BM = np.where(np.isnan(scores_BM), -np.inf, scores_BM)
    rows = np.arange(len(scores_BM))
    others_BM = np.ones(scores_BM.shape, dtype=bool) if valid_BM is None else valid_BM.copy()
    others_BM[rows, answer_B] = False
    own_B1 = scores_BM[rows, answer_B][:, None]
    return Places(((scores_BM > own_B1) & others_BM).sum(1), ((scores_BM == own_B1) & others_BM).sum(1))


def answer_ranks(scores_BM: Floats, answer_B: Ints, valid_BM: Bools | None = None, ties: np.random.Generator | None = None) -> Ints:
    """Rank of each answer, ``(B,)``; see ``answer_places``.

    Args:
        ties: breaks ties by chance; without, all count against the answer.

    >>> answer_ranks(np.array([[0.1, 0.9, 0.5], [0.3, 0.3, 0.3]]), np.array([1, 1])).tolist()
    [1, 3]
    """
    return answer_places(scores_BM, answer_B, valid_BM).drawn(ties).rank_B


def fitb_correct(ranks_B: Ints) -> Floats:
    """1 where the right answer is strictly the best; its mean is the FITB accuracy.

    >>> float(fitb_correct(np.array([1, 2, 1, 4])).mean())
    0.5
    """
    return np.asarray(ranks_B == 1, dtype=np.float64)


def recall_at(k: int, ranks_B: Ints) -> Floats:
    """1 where ``rank <= k``; its mean is recall@k for questions of one answer.

    >>> float(recall_at(10, np.array([1, 10, 11, 500])).mean())
    0.5
    """
    return np.asarray(ranks_B <= k, dtype=np.float64)


def reciprocal_rank(ranks_B: Ints) -> Floats:
    """``1 / rank``; its mean is MRR.

    >>> reciprocal_rank(np.array([1, 4])).tolist()
    [1.0, 0.25]
    """
    return np.asarray(1.0 / ranks_B)


def discounted_gain(ranks_B: Ints) -> Floats:
    """``1 / log2(1 + rank)``: NDCG of a question with one answer, to any depth.

    >>> discounted_gain(np.array([1, 3])).tolist()
    [1.0, 0.5]
    """
    return np.asarray(1.0 / np.log2(1.0 + ranks_B))


def ndcg(scores_BM: Floats, relevance_BM: Floats, k: int | None = None) -> Floats:
    """``sum_r relevance_r / log2(1 + r)`` over the best ``k``, divided by its largest possible value; 0 where nothing is relevant.

    Among equal scores the less relevant come first.

    >>> ndcg(np.array([[3.0, 2.0, 1.0]]), np.array([[0.0, 1.0, 0.0]])).round(3).tolist()
    [0.631]
    """
    relevance_BM = np.asarray(relevance_BM, dtype=np.float64)
    discount_M = 1.0 / np.log2(np.arange(2, relevance_BM.shape[1] + 2))
    discount_M[k if k is not None else len(discount_M) :] = 0.0
    order_BM = np.lexsort((relevance_BM, -scores_BM), axis=-1)
    gain_B = np.take_along_axis(relevance_BM, order_BM, axis=1) @ discount_M
    ideal_B = -np.sort(-relevance_BM, axis=1) @ discount_M
    return np.asarray(np.divide(gain_B, ideal_B, out=np.zeros_like(gain_B), where=ideal_B > 0))


def mean(contributions_B: Floats) -> Metric:
    """A metric that is the mean of its questions' contributions."""
    values_B = np.asarray(contributions_B, dtype=np.float64)

    def statistic(weights_RB: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(weights_RB @ values_B / weights_RB.sum(1))

    return Metric(float(values_B.mean()), statistic, len(values_B))


def auc(scores_B: Floats, labels_B: Ints) -> Metric:
    """``P(score of a 1 > score of a 0) + 0.5 P(equal)``; NaN scores are the lowest; undefined without both labels.

    >>> auc(np.array([0.9, 0.4, 0.4, 0.1]), np.array([1, 1, 0, 0])).value
    0.875
    """
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - two seconds that no other metric should cost

    # Dense ranks instead of scores: the same order, and no NaN or infinity for scikit-learn to refuse.
    _, level_B = np.unique(np.where(np.isnan(scores_B), -np.inf, scores_B), return_inverse=True)
    order_B = np.argsort(level_B, kind="stable")
    starts = np.flatnonzero(np.diff(level_B[order_B], prepend=-1))
    positive_B = np.asarray(labels_B)[order_B].astype(np.float64)

    def statistic(weights_RB: NDArray[np.float64]) -> NDArray[np.float64]:
        sorted_RB = weights_RB[:, order_B]
        positive_RL = np.add.reduceat(sorted_RB * positive_B, starts, axis=1)
        negative_RL = np.add.reduceat(sorted_RB, starts, axis=1) - positive_RL
        below_RL = np.cumsum(negative_RL, axis=1) - negative_RL
        wins_R = (positive_RL * (below_RL + negative_RL / 2)).sum(1)
        pairs_R = positive_RL.sum(1) * negative_RL.sum(1)
        return np.asarray(np.divide(wins_R, pairs_R, out=np.full_like(wins_R, np.nan), where=pairs_R > 0))

    rarer = min(int(np.sum(labels_B)), len(labels_B) - int(np.sum(labels_B)))
    return Metric(float(roc_auc_score(labels_B, level_B)) if rarer else float("nan"), statistic, rarer)


def ece(probability_B: Floats, labels_B: Ints, bins: int = ECE_BINS) -> Metric:
    """Expected calibration error over bins of equal width: ``sum_b |sum_{i in b} (label_i - probability_i)| / B``.

    >>> round(ece(np.array([0.9, 0.9, 0.1, 0.1]), np.array([1, 0, 0, 0])).value, 3)
    0.25
    """
    bin_B = _bins(probability_B, bins)
    surplus_BK = (np.asarray(labels_B) - probability_B)[:, None] * (bin_B[:, None] == np.arange(bins))

    def statistic(weights_RB: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.abs(weights_RB @ surplus_BK).sum(1) / weights_RB.sum(1))

    return Metric(float(statistic(np.ones((1, len(bin_B))))[0]), statistic)


def ece_floor(probability_B: Floats, repeats: int = 100) -> float:
    """The mean ECE that these probabilities show where they are exactly right: what so few questions cannot tell from 0."""
    rng = np.random.default_rng(0)
    return float(
        np.mean([ece(probability_B, (rng.random(len(probability_B)) < probability_B).astype(np.int64)).value for _ in range(repeats)])
    )


def calibration_debiased(probability_B: Floats, labels_B: Ints, bins: int = ECE_BINS) -> float:
    """Root mean square calibration error, freed of what so few questions add to it: about 0 where probabilities are exactly right.

    Over bins of as many questions each, ``sum_b n_b ((y_b - p_b)^2 - y_b (1 - y_b) / (n_b - 1)) / B``, ``y_b`` the share of label 1 and
    ``p_b`` the mean probability: the variance of ``y_b`` is taken off its square (Kumar, Liang and Ma, NeurIPS 2019; Broecker, Climate
    Dynamics 2012). The root has the sign of the sum, so that means over many sets of questions stay near 0.
    """
    order_B = np.argsort(probability_B, kind="stable")
    squares = 0.0
    for part in np.array_split(order_B, max(1, min(bins, len(order_B) // 2))):
        share, count = float(np.mean(labels_B[part])), len(part)
        squares += count * ((share - float(np.mean(probability_B[part]))) ** 2 - share * (1 - share) / max(count - 1, 1))
    mean_square = squares / len(order_B)
    return float(np.sign(mean_square) * np.sqrt(abs(mean_square)))


def reliability(probability_B: Floats, labels_B: Ints, bins: int = ECE_BINS) -> tuple[Floats, Floats, Ints]:
    """Mean predicted probability, observed share of label 1 and number of questions, of each bin that has questions."""
    bin_B = _bins(probability_B, bins)
    count_K = np.bincount(bin_B, minlength=bins)
    used = count_K > 0
    predicted_K = np.bincount(bin_B, weights=probability_B, minlength=bins)[used] / count_K[used]
    observed_K = np.bincount(bin_B, weights=labels_B, minlength=bins)[used] / count_K[used]
    return predicted_K, observed_K, count_K[used]


def _bins(probability_B: Floats, bins: int) -> Ints:
    return np.asarray(np.minimum((np.asarray(probability_B) * bins).astype(np.int64), bins - 1))
