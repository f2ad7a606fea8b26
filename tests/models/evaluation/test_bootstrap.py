"""Bootstrap intervals."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation.bootstrap import intervals
from models.evaluation.metrics import auc, mean


def test_intervals_cover_the_truth() -> None:
    """About 95 of 100 intervals hold the mean that their samples were drawn with."""
    random = np.random.default_rng(0)
    samples = (random.random((100, 300)) < 0.6).astype(float)
    found = [intervals({"": mean(sample)}, 300, resamples=400, seed=number)[""] for number, sample in enumerate(samples)]
    covered = sum(low <= 0.6 <= high for low, high in filter(None, found))
    assert 88 <= covered <= 100


def test_an_interval_is_as_wide_as_theory_says() -> None:
    """For a share p of n questions the half-width is near 1.96 * sqrt(p (1 - p) / n)."""
    sample = (np.arange(1000) % 2).astype(float)
    low, high = intervals({"": mean(sample)}, 1000)[""] or (0.0, 0.0)
    assert abs((high - low) / 2 - 1.96 * np.sqrt(0.25 / 1000)) < 0.003


@pytest.mark.parametrize(("value", "expected"), [(1.0, (0.7225, 1.0)), (0.0, (0.0, 0.2775))])
def test_a_share_of_all_or_nothing_is_not_sure(value: float, expected: tuple[float, float]) -> None:
    """Ten of ten leave room for one in four wrong, as Wilson's interval has it; an AUC counts the rarer label."""
    assert intervals({"": mean(np.full(10, value))}, 10)[""] == pytest.approx(expected, abs=1e-4)
    labels = np.arange(100) < 10
    assert intervals({"": auc(labels if value else ~labels, labels)}, 100)[""] == pytest.approx(expected, abs=1e-4)


def test_same_seed_same_interval() -> None:
    """Intervals are reproducible, and every metric sees the same resamples."""
    sample = np.random.default_rng(1).random(80)
    found = intervals({"a": mean(sample), "b": mean(sample)}, 80, seed=7)
    assert found["a"] == found["b"] == intervals({"a": mean(sample)}, 80, seed=7)["a"]


def test_resamples_that_leave_a_metric_undefined_are_left_out() -> None:
    """AUC of three questions has an interval though many resamples hold one label; with one label at all it has none."""
    scores = np.array([0.1, 0.2, 0.9])
    assert intervals({"": auc(scores, np.array([0, 0, 1]))}, 3)[""] == pytest.approx((1 / (1 + 1.96**2), 1.0))
    assert intervals({"": auc(scores, np.array([1, 1, 1]))}, 3)[""] is None
