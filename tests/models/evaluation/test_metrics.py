"""Each metric against a slow loop."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.evaluation import metrics


def test_rank_counts_those_not_below() -> None:
    """A rank is one more than the number of other valid candidates whose score is not lower."""
    random = np.random.default_rng(0)
    scores = random.integers(0, 5, (200, 6)).astype(float)
    valid = random.random((200, 6)) < 0.7
    answers = random.integers(0, 6, 200)
    slow = [
        1 + sum(scores[row, place] >= scores[row, answer] for place in range(6) if place != answer and valid[row, place])
        for row, answer in enumerate(answers)
    ]
    assert metrics.answer_ranks(scores, answers, valid).tolist() == slow


def test_a_collapsed_scorer_is_never_right() -> None:
    """One score for everything answers no question, finds nothing, and has an AUC of one half."""
    ranks = metrics.answer_ranks(np.ones((50, 4)), np.zeros(50, dtype=int))
    assert metrics.fitb_correct(ranks).sum() == 0
    assert ranks.tolist() == [4] * 50
    assert metrics.auc(np.ones(50), np.arange(50) % 2).value == 0.5


def test_nan_is_the_worst_score() -> None:
    """An answer without a score is last, and a candidate without one never beats a scored answer."""
    scores = np.array([[np.nan, 1.0, 2.0], [0.0, np.nan, np.nan]])
    assert metrics.answer_ranks(scores, np.array([0, 0])).tolist() == [3, 1]


def test_the_expectation_is_the_mean_over_many_draws_of_ties() -> None:
    """For every gain of a rank."""
    places = metrics.answer_places(np.random.default_rng(1).integers(0, 3, (20, 6)).astype(float), np.arange(20) % 6)
    for gain in (metrics.fitb_correct, metrics.reciprocal_rank, metrics.discounted_gain, lambda rank_B: metrics.recall_at(3, rank_B)):
        drawn = np.mean([gain(places.drawn(np.random.default_rng(seed)).rank_B).mean() for seed in range(2000)])
        assert places.expected(gain) == pytest.approx(drawn, abs=0.01)


def test_ties_broken_at_random_give_chance() -> None:
    """With a generator, a blind scorer is right as often as chance."""
    ranks = metrics.answer_ranks(np.zeros((4000, 4)), np.zeros(4000, dtype=int), ties=np.random.default_rng(0))
    assert metrics.fitb_correct(ranks).mean() == pytest.approx(0.25, abs=0.02)


def test_auc_counts_pairs() -> None:
    """AUC is the share of pairs in the right order, equal ones half."""
    random = np.random.default_rng(1)
    scores, labels = random.integers(0, 8, 60).astype(float), random.integers(0, 2, 60)
    pairs = [(a, b) for a in scores[labels == 1] for b in scores[labels == 0]]
    slow = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs)
    assert metrics.auc(scores, labels).value == pytest.approx(slow)


def test_auc_statistic_is_auc_of_the_resample() -> None:
    """Weighting questions by their counts gives what AUC gives on the repeated questions."""
    random = np.random.default_rng(2)
    scores, labels = random.integers(0, 8, 60).astype(float), random.integers(0, 2, 60)
    metric = metrics.auc(scores, labels)
    drawn = random.integers(0, 60, (5, 60))
    weights = np.stack([np.bincount(rows, minlength=60) for rows in drawn]).astype(float)
    assert metric.statistic(weights) == pytest.approx([metrics.auc(scores[rows], labels[rows]).value for rows in drawn])


def test_auc_of_one_label_is_undefined() -> None:
    """Without both labels there is no pair to order."""
    assert math.isnan(metrics.auc(np.array([0.1, 0.2]), np.array([1, 1])).value)


def test_recall_and_mrr() -> None:
    """Recall counts ranks up to k; MRR averages their inverses."""
    ranks = np.array([1, 3, 10, 11, 50, 51])
    assert metrics.recall_at(10, ranks).mean() == pytest.approx(sum(rank <= 10 for rank in ranks) / 6)
    assert metrics.recall_at(50, ranks).mean() == pytest.approx(5 / 6)
    assert metrics.reciprocal_rank(ranks).mean() == pytest.approx(sum(1 / rank for rank in ranks) / 6)


@pytest.mark.parametrize("k", [None, 3])
def test_ndcg(k: int | None) -> None:
    """NDCG is the discounted gain of the order, over that of the ideal order."""
    random = np.random.default_rng(3)
    scores, relevance = random.random((20, 7)), random.integers(0, 4, (20, 7)).astype(float)

    def gain(values: list[float]) -> float:
        return sum(value / math.log2(rank + 1) for rank, value in enumerate(values[:k], start=1))

    slow = []
    for score, truth in zip(scores, relevance, strict=True):
        order = sorted(range(7), key=lambda place: -score[place])
        slow.append(gain([truth[place] for place in order]) / gain(sorted(truth, reverse=True)))
    assert metrics.ndcg(scores, relevance, k) == pytest.approx(slow)


def test_ndcg_ties_count_against() -> None:
    """Among equal scores the relevant item comes last, and a question with nothing relevant is worth nothing."""
    assert metrics.ndcg(np.zeros((2, 3)), np.array([[1.0, 0, 0], [0, 0, 0]])) == pytest.approx([0.5, 0.0])


def test_discounted_gain_is_ndcg_of_one_answer() -> None:
    """For one relevant item both say the same."""
    scores = np.random.default_rng(4).random((30, 9))
    relevance = np.zeros((30, 9))
    relevance[:, 2] = 1
    ranks = metrics.answer_ranks(scores, np.full(30, 2))
    assert metrics.discounted_gain(ranks) == pytest.approx(metrics.ndcg(scores, relevance))


def test_ece_is_the_weighted_gap_of_the_bins() -> None:
    """Calibration error: over bins, their share of the questions times the gap between probability and frequency."""
    random = np.random.default_rng(5)
    probability, labels = np.append(random.random(199), 1.0), random.integers(0, 2, 200)
    slow = 0.0
    for place in range(15):
        here = (probability >= place / 15) & ((probability < (place + 1) / 15) | (place == 14))
        slow += here.mean() * abs(probability[here].mean() - labels[here].mean()) if here.any() else 0.0
    assert metrics.ece(probability, labels).value == pytest.approx(slow)
    mean_told, seen, count = metrics.reliability(probability, labels)
    assert (count * np.abs(mean_told - seen)).sum() / 200 == pytest.approx(slow)


def test_few_questions_do_not_raise_the_debiased_calibration_error() -> None:
    """Over many sets of 100 questions it is about 0 where probabilities are exact, where ECE is not, and what it is where they are off."""
    random = np.random.default_rng(0)

    def mean_of(off: float) -> tuple[float, float]:
        """ECE, and the root of the mean of the debiased squares."""
        plain, squares = [], []
        for _ in range(300):
            probability = random.uniform(0.2, 0.8, 100)
            labels = (random.random(100) < probability + off).astype(int)
            plain.append(metrics.ece(probability, labels).value)
            found = metrics.calibration_debiased(probability, labels)
            squares.append(np.sign(found) * found**2)
        return float(np.mean(plain)), float(np.mean(squares))

    exact, off = mean_of(0.0), mean_of(0.15)
    assert exact[0] > 0.05
    assert abs(exact[1]) < 0.02**2 * 2
    assert off[1] == pytest.approx(0.15**2, rel=0.15)


def test_the_debiased_calibration_error_of_next_to_nothing_is_a_number() -> None:
    """One question, and two."""
    for count in (1, 2):
        assert math.isfinite(metrics.calibration_debiased(np.full(count, 0.5), np.ones(count, dtype=int)))
